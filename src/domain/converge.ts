/**
 * One resource: what was seen of it against what is wanted, and the action that follows, if any. The same rules for
 * every kind. Pure.
 *
 * | seen                          | verdict                                                        |
 * |-------------------------------|----------------------------------------------------------------|
 * | not readable                  | the read's failure                                             |
 * | our write is in flight        | Waiting                                                        |
 * | our write was refused lately  | that failure, until its waiting time is over                   |
 * | absent, PUT less than 30 s ago| Waiting: it may still turn up (crossplane's creation grace)    |
 * | absent                        | create                                                         |
 * | there, not tagged as ours     | Stalled NotOwned or OwnedByOther                               |
 * | Failed or Canceled            | create again (a PUT repairs)                                   |
 * | any other unsettled state     | Waiting; Stalled when it has lasted for an hour                |
 * | differs where we may write    | update                                                         |
 * | differs where nobody may      | Stalled                                                        |
 * | as asked                      | Ready                                                          |
 *
 * What is ours and not in the inventory (its status was lost, or an earlier object kept it) is taken into it.
 */
import { differences } from './diff.ts';
import { isOwnLinkName, labelOf, ownershipOf, ownerText } from './names.ts';
import type { InventoryEntry } from './object.ts';
import { entryOf, type Observed, type Sight } from './observed.ts';
import type { Owner, Resource, Tags, Want } from './resources.ts';
import { acts, combine, ready, unreadable, type Verdict, verdictOf, waits } from './steps.ts';

/** A PUT this young may not be visible yet: a 404 means "wait", not "PUT again". In milliseconds. */
export const CREATION_GRACE_MS = 30_000;

/** Nothing that we make takes this long (Terraform's longest timeout for it): Azure has forgotten it. In milliseconds. */
const HANGS_AFTER_MS = 3_600_000;

const KIND_TEXT = {
  workspace: 'workspace',
  component: 'Application Insights component',
  privateLinkScope: 'private link scope',
  scopedResource: 'link',
  privateEndpoint: 'private endpoint',
  dataCollectionEndpoint: 'data collection endpoint',
  dataCollectionRule: 'data collection rule',
  zoneGroup: 'private DNS zone group',
  dnsZone: 'private DNS zone',
  zoneLink: 'network link',
} as const;

/** `workspace law-plant-a`: how messages name a resource. */
export const nameOf = (resource: Pick<Resource, 'kind' | 'name'>): string =>
  `${KIND_TEXT[resource.kind]} ${resource.name}`;

export const isFailedState = (provisioningState: string): boolean =>
  /^(failed|canceled|cancelled)$/i.test(provisioningState);
export const isSucceeded = (provisioningState: string): boolean => /^succeeded$/i.test(provisioningState);

/** What a verdict depends on beside the resource itself. */
type Context = Pick<Observed, 'now' | 'inventory'> & { readonly owner: Owner };

/** Brings one resource to the wanted shape. */
export function converge(want: Want, sight: Sight, context: Context): Verdict {
  const busy = busyVerdict(want, sight, context.now);
  if (busy) return busy;
  const { reading } = sight;
  if (reading.is === 'unread') return unreadable(reading.failure);
  if (reading.is === 'absent') return convergeAbsent(want, sight, context);
  return convergePresent(want, { ...sight, body: reading.body }, context);
}

/** What this process knows of its own last write comes before what Azure shows. */
export function busyVerdict(of: Pick<Resource, 'kind' | 'name'>, sight: Sight, now: number): Verdict | undefined {
  if (sight.write?.is === 'InFlight') return waits('Updating', `${nameOf(of)}: Azure has not answered yet`);
  if (sight.write?.is === 'HeldOff') {
    return { ...verdictOf(sight.write.failure), retryAfterMs: Math.max(0, sight.write.retryAt - now) };
  }
  return undefined;
}

function convergeAbsent(want: Want, sight: Sight, context: Pick<Observed, 'now' | 'inventory'>): Verdict {
  const grace = graceLeftMs(want.key, sight, context);
  if (grace > 0) return waits('Creating', `${nameOf(want)}: asked for, not visible yet`, grace);
  return acts('Creating', `${nameOf(want)} is being created`, { verb: 'create', key: want.key, want, why: 'absent' });
}

/** Milliseconds during which a 404 proves nothing; 0 when the PUT is known to have been refused. */
export function graceLeftMs(key: string, sight: Sight, context: Pick<Observed, 'now' | 'inventory'>): number {
  const startedAt = entryOf(context, key)?.startedAt;
  if (startedAt === undefined || sight.write?.is === 'Refused') return 0;
  return Math.max(0, Date.parse(startedAt) + CREATION_GRACE_MS - context.now);
}

type Found = Pick<Sight, 'unsettledSince'> & { readonly body: Resource };

function convergePresent(want: Want, found: Found, context: Context): Verdict {
  const foreign = ownershipVerdict(want, found.body, context.owner);
  if (foreign) return foreign;
  const verdict = convergeOurs(want, found, context.now);
  return entryOf(context, want.key) === undefined ? relisted(want, verdict) : verdict;
}

function relisted(want: Want, verdict: Verdict): Verdict {
  const { key, id, policy } = want;
  // A creation is listed anyway.
  if (verdict.actions.some(action => action.verb === 'create')) return verdict;
  const text = `${nameOf(want)} is there and ours: it is taken into the inventory`;
  const told = verdict.state === 'Ready' ? acts('Updating', text) : verdict;
  return { ...told, actions: [...told.actions, { verb: 'adopt', key, id, policy, origin: 'Created' }] };
}

function convergeOurs(want: Want, { body, unsettledSince }: Found, now: number): Verdict {
  const state = body.provisioningState;
  if (isFailedState(state)) {
    return acts('ProvisioningFailed', `${nameOf(want)} is ${state}: it is put again`, {
      verb: 'create',
      key: want.key,
      want,
      why: state,
    });
  }
  if (!isSucceeded(state)) return provisioning(`${nameOf(want)} is ${state}`, unsettledSince, now);
  const { changes, obstacles } = differences(want, body);
  const blocked = obstacles.map(({ reason, field, found, wanted, remedy }): Verdict => {
    const message = `${nameOf(want)}: ${field} is ${found}, asked is ${wanted}; ${remedy}`;
    return { state: 'Stalled', reason, message, actions: [] };
  });
  if (changes.length > 0) blocked.push(repair(want, changes));
  return blocked.length > 0 ? combine(blocked) : ready('AllReady', `${nameOf(want)} is Succeeded`);
}

/** Azure works on it, or has forgotten that it does. */
export function provisioning(text: string, since: number | undefined, now: number): Verdict {
  if (since === undefined || now - since < HANGS_AFTER_MS) return waits('Provisioning', text);
  const message = `${text} since ${new Date(since).toISOString()}: see its activity log in Azure; when it is stuck, delete it and it is made again`;
  return { state: 'Stalled', reason: 'ProvisioningHangs', message, actions: [] };
}

const repair = (want: Want, changes: Parameters<typeof changeText>[0]): Verdict =>
  acts('Updating', `${nameOf(want)}: ${changeText(changes)}`, { verb: 'update', key: want.key, want, changes });

/** `retentionInDays 30 -> 90, tags.plant (none) -> a` */
export const changeText = (changes: readonly { field: string; found: string; wanted: string }[]): string =>
  changes.map(({ field, found, wanted }) => `${field} ${found} -> ${wanted}`).join(', ');

const tagsOf = (body: Resource): Tags | undefined => ('tags' in body ? body.tags : undefined);

/** Whether an existing resource is this owner's: by its tag, or by its name where Azure has no tags. */
export function isOurs(body: Resource, owner: Owner): boolean {
  const tags = tagsOf(body);
  return tags === undefined ? isOwnLinkName(body.name, owner) : ownershipOf(tags, owner) === 'Ours';
}

/**
 * Whether a resource of the inventory may be deleted. A link or a zone group may carry the name of another object that made it for both:
 * the inventory says whose it is.
 */
export const isOursToDelete = (body: Resource, entry: Pick<InventoryEntry, 'origin'>, owner: Owner): boolean =>
  tagsOf(body) === undefined ? entry.origin === 'Created' : isOurs(body, owner);

/** What else can be done. The names of zones are Azure's, that of a rule follows from the object's. */
function instead({ kind }: Want): string {
  if (kind === 'dataCollectionRule') return 'delete it, and ours is made';
  return kind === 'dnsZone' || kind === 'zoneLink'
    ? 'give the zoneIds of the zones that are there instead of createZones'
    : 'choose another name';
}

function ownershipVerdict(want: Want, body: Resource, owner: Owner): Verdict | undefined {
  const tags = tagsOf(body);
  if (tags === undefined || ownershipOf(tags, owner) === 'Ours') return undefined;
  const tag = Object.entries(tags).find(([name]) => name.toLowerCase() === 'pms-owner')?.[1];
  const name = nameOf({ kind: want.kind, name: labelOf(body.id) });
  const message =
    tag === undefined
      ? `${name} exists and is not tagged as ours: ${instead(want)}, or tag it pms-owner=${ownerText(owner)} to hand it over (${body.id})`
      : `${name} belongs to ${tag}: ${instead(want)}; if that is this object under an earlier installation, start the operator with --installation-id ${tag.split('/')[0]}`;
  return { state: 'Stalled', reason: tag === undefined ? 'NotOwned' : 'OwnedByOther', message, actions: [] };
}
