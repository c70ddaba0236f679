/**
 * DataCollectionReady, as far as endpoints and rules go: endpoints converge beside the workspaces; a rule waits for its
 * workspace and for the endpoint of that workspace's region, since Azure wants the three in one region. Pure.
 *
 * | workspace's region | endpoint there | then                                             |
 * |--------------------|----------------|--------------------------------------------------|
 * | not known yet      |                | Waiting: it is read first                        |
 * | known              | none           | Stalled RegionWithoutEndpoint, with the line     |
 * | known              | one or more    | the first of the spec, made like everything else |
 */
import { isClosed } from './access.ts';
import { adopt } from './adopt.ts';
import type { DataCollectionRuleWant, RulePlace } from './collection-resources.ts';
import { converge, nameOf } from './converge.ts';
import type { Desired } from './desire.ts';
import type { CollectionWant } from './desire-collection.ts';
import { regionKey } from './difference.ts';
import { ABSENT, bodyOf, type Observed, type Sight } from './observed.ts';
import { type ArmId, isAdopted } from './resources.ts';
import { after, combine, each, ready, type Verdict, waits } from './steps.ts';

const NOT_SEEN: Sight<never> = { reading: ABSENT };

/** Whether something has to be done about the endpoints; `undefined` when the spec asks for no data collection. */
export function convergeCollectors(
  { collection, owner }: Desired,
  seen: Observed,
  gate: Readonly<Record<string, Verdict>>,
): Verdict | undefined {
  if (collection === undefined) return undefined;
  return after(gate, () =>
    each(collection.endpoints, item => {
      const sight = seen.collection?.endpoints.get(item.key) ?? NOT_SEEN;
      return isAdopted(item) ? adopt(item, sight, seen) : converge(item, sight, { ...seen, owner });
    }),
  );
}

/** The step: the endpoints and the rules. `before` names what the rules wait for beside the endpoints. */
export function collectionStep(
  want: Desired,
  seen: Observed,
  collectors: Verdict | undefined,
  before: Readonly<Record<string, Verdict>>,
): Verdict | undefined {
  const { collection } = want;
  if (collection === undefined || collectors === undefined || collection.rules.length === 0) return collectors;
  const rules = after({ ...before, 'the data collection endpoints': collectors }, () =>
    each(collection.rules, rule => convergeRule(rule, want, seen)),
  );
  // What waits for the endpoints has nothing to tell beside them.
  const isQuiet = rules.reason === 'WaitingForStep' && collectors.state !== 'Ready';
  const verdict = combine([collectors, isQuiet ? { ...rules, message: collectors.message } : rules]);
  const warning = verdict.state === 'Ready' ? chartsWarning(collection, want, seen) : undefined;
  return warning === undefined ? verdict : ready('AllReady', `${verdict.message}; ${warning}`);
}

function convergeRule(rule: DataCollectionRuleWant, want: Desired, seen: Observed): Verdict {
  const place = placeOf(rule, want, seen);
  if ('state' in place) return place;
  const sight = seen.collection?.rules.get(rule.key) ?? NOT_SEEN;
  return converge({ ...rule, place }, sight, { ...seen, owner: want.owner });
}

/** Where a rule goes, or why that is not known. */
function placeOf(rule: DataCollectionRuleWant, want: Desired, seen: Observed): RulePlace | Verdict {
  const collection = want.collection;
  const workspace = want.workspaces.find(({ key }) => key === collection?.workspaceKey);
  const location =
    workspace &&
    (isAdopted(workspace)
      ? bodyOf(seen.workspaces.get(workspace.key)?.reading ?? ABSENT)?.location
      : workspace.location);
  if (workspace === undefined || collection === undefined || location === undefined) {
    return waits('WaitingForStep', `${nameOf(rule)} goes to the region of its workspace, which is not read yet`);
  }
  const endpoints = endpointsByRegion(collection, seen);
  const endpointId = endpoints.known.get(regionKey(location));
  if (endpointId !== undefined) return { location: regionKey(location), endpointId };
  if (!endpoints.isWhole) {
    return waits('WaitingForStep', `${nameOf(rule)} waits for the regions of the data collection endpoints to be read`);
  }
  return withoutEndpoint(
    regionKey(location),
    `workspace ${workspace.name} is there, and a rule and its endpoint live in the region of their workspace`,
  );
}

/** The endpoints by the regions that they are in: the first of the spec for each. */
export interface EndpointsByRegion {
  /** By `regionKey`. */
  readonly known: ReadonlyMap<string, ArmId>;
  /** Whether the region of every endpoint is known: then a region that is not among them has none. */
  readonly isWhole: boolean;
}

/** Where the endpoints are, as the spec says of those that are made and Azure of those that are adopted. */
export function endpointsByRegion(
  { endpoints }: CollectionWant,
  seen: Pick<Observed, 'collection'>,
): EndpointsByRegion {
  const located = endpoints.map(item => ({
    id: item.id,
    location: isAdopted(item)
      ? bodyOf(seen.collection?.endpoints.get(item.key)?.reading ?? ABSENT)?.location
      : item.location,
  }));
  const known = new Map<string, ArmId>();
  for (const { id, location } of located) {
    if (location !== undefined && !known.has(regionKey(location))) known.set(regionKey(location), id);
  }
  return { known, isWhole: located.every(({ location }) => location !== undefined) };
}

/** What spec.dataCollection.endpoints needs for a region, in YAML. */
export const endpointItem = (location: string): string => `{name: dce-${location}, location: ${location}}`;

/** The spec lacks an endpoint: what is to be added, as a line of YAML. `why` says what is in that region. */
export function withoutEndpoint(location: string, why: string): Verdict {
  const message = `spec.dataCollection.endpoints: there is none in ${location}: ${why}; add - ${endpointItem(location)}`;
  return { state: 'Stalled', reason: 'RegionWithoutEndpoint', message, actions: [] };
}

/** VM insights asks through the Resource Manager, which counts as public (facts: ampls 3). */
function chartsWarning(collection: CollectionWant, want: Desired, seen: Observed): string | undefined {
  if (!collection.rules.some(({ vmInsights }) => vmInsights)) return undefined;
  const key = collection.workspaceKey;
  const body = bodyOf(seen.workspaces.get(key)?.reading ?? ABSENT);
  const asked = want.access.find(item => item.key === key)?.access.query;
  if (!isClosed('workspace', asked ?? body?.access.query)) return undefined;
  const name = want.workspaces.find(item => item.key === key)?.name ?? key;
  return `warning: VM insights asks for its charts through Azure Resource Manager, and gets none while the query access of workspace ${name} is closed; its metrics are collected all the same`;
}
