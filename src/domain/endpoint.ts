/**
 * The private endpoint beyond its shape: is the connection approved, and are the names of our own workspaces and data
 * collection endpoints on its interface? Only then are its records complete. Pure.
 */
import { adopt } from './adopt.ts';
import type { AllowLists } from './allow-lists.ts';
import { judgeConnection } from './connection.ts';
import { converge, isSucceeded } from './converge.ts';
import { type Desired, linkKey } from './desire.ts';
import type { CollectionWant } from './desire-collection.ts';
import { sameId, shortName } from './names.ts';
import { ABSENT, bodyOf, type Observed, type TargetSight } from './observed.ts';
import { type RecordSet, recordsOf } from './records.ts';
import { isAdopted, type PrivateEndpoint } from './resources.ts';
import { ready, unreadable, type Verdict, waits } from './steps.ts';

/** How often a finished endpoint is looked at until Azure has put the names of a new link on it, in milliseconds. */
const MEMBERS_RETRY_MS = 3_000;

/** What the operator's settings allow to be published, whatever an object asks for. */
export interface DnsRules {
  /** Only with a simulated Azure. */
  readonly allowLoopback: boolean;
  /** Not the public cloud: nobody knows its names before Azure shows them. */
  readonly isOtherCloud?: boolean;
}

/** The endpoint's records as far as Azure shows them now. */
export interface RecordsView {
  readonly set: RecordSet;
  /** Wanted workspaces and data collection endpoints whose own names are not among them, or not known. */
  readonly missing: readonly string[];
  /** Those of them that are linked: Azure is about to put their names on the interface. */
  readonly awaited: readonly string[];
  /** Endpoint and its own names are all there: only then may a claim be made. Not knowing never shrinks a set. */
  readonly complete: boolean;
}

/** What the records are read from; without the target, no allow-list refuses any. */
export type RecordsSight = Pick<
  Observed,
  'workspaces' | 'collection' | 'links' | 'endpoint' | 'networkInterface' | 'zoneGroupRecords' | 'subnet'
> &
  Partial<Pick<Observed, 'target'>>;

export function viewRecords(want: Desired, seen: RecordsSight, rules: DnsRules): RecordsView {
  const endpoint = bodyOf(seen.endpoint.reading);
  const set = recordsOf(
    {
      networkInterface: bodyOf(seen.networkInterface),
      endpoint,
      zoneGroupRecords: bodyOf(seen.zoneGroupRecords),
    },
    {
      ...want.dns,
      allowLists: allowListsOf(seen),
      subnetPrefixes: bodyOf(seen.subnet)?.addressPrefixes ?? [],
      allowLoopback: rules.allowLoopback,
    },
  );
  const missing = missingMembers(want, seen, set);
  const awaited = missing.filter(item => isLinked(item, seen));
  return {
    set,
    missing: missing.map(({ name }) => name),
    awaited: awaited.map(({ name }) => name),
    complete: endpoint !== undefined && missing.length === 0,
  };
}

/** What the target lets in, as far as it could be read. */
export const allowListsOf = ({ target = ABSENT }: Pick<RecordsSight, 'target'>): AllowLists =>
  bodyOf<TargetSight>(target)?.allowLists ?? {};

/** What has names of its own that are known beforehand. */
type Named = Desired['workspaces'][number] | CollectionWant['endpoints'][number];

function isLinked(item: Named, { workspaces, collection, links }: RecordsSight): boolean {
  const link = bodyOf(links.get(linkKey(item))?.reading ?? ABSENT);
  const sight = workspaces.get(item.key) ?? collection?.endpoints.get(item.key);
  return sight?.reading.is === 'present' && link !== undefined && isSucceeded(link.provisioningState);
}

/** A component's names are of its region, and Azure alone knows which: none of them is waited for. */
function missingMembers(want: Desired, seen: RecordsSight, set: RecordSet): readonly Named[] {
  const names = [...set.records, ...set.refused].map(record => record.name);
  const workspaces = want.workspaces.filter(({ key }) => {
    const customerId = bodyOf(seen.workspaces.get(key)?.reading ?? ABSENT)?.customerId?.toLowerCase();
    return customerId === undefined || !names.some(name => name.startsWith(`${customerId}.`));
  });
  const collectors = (want.collection?.endpoints ?? []).filter(({ key }) => {
    const host = bodyOf(seen.collection?.endpoints.get(key)?.reading ?? ABSENT)?.configurationHost;
    return host === undefined || !names.includes(host);
  });
  return [...workspaces, ...collectors];
}

const ASK_INSTEAD =
  'set spec.privateEndpoint.approval: Manual to only ask for the connection and leave it to the owner of the scope, or give the right';

/** EndpointReady. */
export function convergeEndpoint(want: Desired, seen: Observed, view: RecordsView): Verdict {
  const { endpoint, owner } = want;
  const verdict = isAdopted(endpoint)
    ? adopt(endpoint, seen.endpoint, seen)
    : converge(endpoint, seen.endpoint, { ...seen, owner });
  const body = bodyOf(seen.endpoint.reading);
  if (verdict.reason === 'LinkedAuthorizationFailed')
    return { ...verdict, message: `${ASK_INSTEAD}: ${verdict.message}` };
  if (verdict.state !== 'Ready' || body === undefined) return verdict;
  return ofOtherScope(want, body) ?? judgeConnection(want, seen, body) ?? members(want, seen, view);
}

/** Only an adopted one can get here: the scope of our own is compared with the rest of its shape. */
function ofOtherScope({ scope, endpoint }: Desired, { scopeId }: PrivateEndpoint): Verdict | undefined {
  if (scopeId === undefined || sameId(scopeId, scope.id)) return undefined;
  const message = `spec.privateEndpoint.resourceId: ${endpoint.name} connects to ${shortName(scopeId)} (${scopeId}), not to ${scope.id}: adopt that scope too, or another endpoint`;
  return { state: 'Stalled', reason: 'EndpointOfOtherScope', message, actions: [] };
}

function members(want: Desired, seen: Observed, view: RecordsView): Verdict {
  if (seen.networkInterface.is === 'unread') return unreadable(seen.networkInterface.failure);
  if (view.awaited.length > 0) {
    const message = `the names of ${view.awaited.join(', ')} are not on ${want.endpoint.name} yet`;
    return waits('MembersPending', message, MEMBERS_RETRY_MS);
  }
  if (view.missing.length > 0) {
    return waits('WaitingForStep', `waits for ${view.missing.join(', ')} to be there and linked`);
  }
  const addresses = bodyOf(seen.networkInterface)?.entries.length ?? 0;
  return ready('AllReady', `private endpoint ${want.endpoint.name} is Approved with ${addresses} addresses`);
}
