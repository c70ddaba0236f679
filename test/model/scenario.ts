/**
 * Where a run begins and what disturbs it: any mixture of resources that are absent, on their way, settled, drifted or
 * failed, with or without inventory and published records; and the calls at which something breaks. For fast-check.
 */
import fc from 'fast-check';
import { type Desired, desire, wantsOf } from '../../src/domain/desire.ts';
import { mergeClaim } from '../../src/domain/merge.ts';
import { idKey } from '../../src/domain/names.ts';
import type { PmsObject, Spec, Status } from '../../src/domain/object.ts';
import { recordsHash, recordsOf } from '../../src/domain/records.ts';
import type { Want } from '../../src/domain/resources.ts';
import type { Cell } from './azure-state.ts';
import { type CollectionScenario, collectedKeys, collectionOf, layRules } from './collection-scenario.ts';
import { bodyOf, customerIdOf } from './made-bodies.ts';
import { asCreated, INSTALLATION, madeOf, pms } from './plant.ts';
import type { Fault, Floor } from './plant-floor.ts';
import { layZones, type ZoneScenario, zonesSpec } from './zone-scenario.ts';

const STATES = ['absent', 'half', 'settled', 'drifted', 'failed'] as const;
type State = (typeof STATES)[number];

export interface Scenario extends ZoneScenario, CollectionScenario {
  readonly seed: number;
  readonly policies: readonly ('Retain' | 'Delete')[];
  readonly deletionPolicy: 'Retain' | 'Delete';
  readonly workspaces: readonly State[];
  readonly scope: State;
  readonly links: readonly State[];
  readonly endpoint: State;
  readonly inventory: 'kept' | 'young' | 'lost';
  readonly published: 'none' | 'some' | 'all' | 'stale';
  readonly faults: readonly Fault[];
  readonly azureTroubles: number;
  /** Milliseconds after the start at which the test edits or deletes the object. */
  readonly editAt: number;
  readonly edit: 'none' | 'touch' | 'add' | 'takeOut';
  /** What the spec asks to be closed; `scope` is that and PrivateOnly. */
  readonly isolation: 'none' | 'query' | 'both' | 'scope';
  readonly gate: NonNullable<NonNullable<Spec['verification']>['gate']>;
  readonly onDelete: 'Reopen' | 'Leave';
  /** Whether somebody has closed the first workspace before us. */
  readonly foundClosed: boolean;
  /** The private path carries nothing for a while, shorter than what counts as lost. */
  readonly outage: { readonly from: number; readonly forMs: number };
}

const state = fc.constantFrom(...STATES);
export const fault: fc.Arbitrary<Fault> = fc.record({
  after: fc.nat({ max: 30 }),
  kind: fc.constantFrom('crash', 'failure', 'defect'),
  when: fc.constantFrom('before', 'after'),
});

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  policies: fc.array(fc.constantFrom('Retain', 'Delete'), { minLength: 1, maxLength: 2 }),
  deletionPolicy: fc.constantFrom('Delete', 'Retain'),
  workspaces: fc.array(state, { minLength: 2, maxLength: 2 }),
  scope: fc.constantFrom('absent', 'settled', 'drifted'),
  links: fc.array(fc.constantFrom('absent', 'half', 'settled'), { minLength: 2, maxLength: 2 }),
  endpoint: state,
  inventory: fc.constantFrom('kept', 'young', 'lost'),
  published: fc.constantFrom('none', 'some', 'all', 'stale'),
  faults: fc.array(fault, { maxLength: 6 }),
  azureTroubles: fc.nat({ max: 4 }),
  editAt: fc.nat({ max: 90_000 }),
  edit: fc.constantFrom('none', 'touch', 'add', 'takeOut'),
  isolation: fc.constantFrom('none', 'none', 'none', 'query', 'both', 'scope'),
  gate: fc.constantFrom('None', 'DNS', 'TLS', 'Query'),
  onDelete: fc.constantFrom('Reopen', 'Leave'),
  foundClosed: fc.boolean(),
  zones: fc.constantFrom('none', 'none', 'given', 'made'),
  zoneProgress: fc.nat({ max: 3 }),
  zonesTakenOut: fc.boolean(),
  zonesServeOthers: fc.boolean(),
  collects: fc.constantFrom('none', 'none', 'none', 'asked', 'bent'),
  outage: fc.record({ from: fc.nat({ max: 120_000 }), forMs: fc.nat({ max: 30_000 }) }),
});

/** What was never written down cannot be taken down: nobody takes out what a lost inventory held. */
export const isTakenOut = (of: Scenario): boolean =>
  of.edit === 'takeOut' && of.policies.length === 2 && of.inventory !== 'lost';

export const KEY = { namespace: 'plant', name: 'plant-a' };
export const OWNER = 'plant/plant-a';
export const WORKSPACES = ['law-plant-a', 'law-plant-b', 'law-plant-c'] as const;
const LOCATIONS = ['japaneast', 'japanwest', 'japaneast'];
/** Lines of another object: whatever happens, they stay. */
export const FOREIGN = [{ name: 'other.ods.opinsights.azure.com', addresses: ['10.99.0.4'], owners: ['other/b'] }];

export const workspaceSpec = (index: number, deletionPolicy: 'Retain' | 'Delete'): Spec['workspaces'][number] => ({
  name: WORKSPACES[index] ?? '',
  location: LOCATIONS[index] ?? '',
  retentionInDays: 60,
  deletionPolicy,
});

/** What is asked to be closed of a workspace. */
const CLOSINGS = {
  none: {},
  query: { isolation: { query: 'Disabled' } },
  both: { isolation: { ingestion: 'Disabled', query: 'Disabled' } },
  scope: { isolation: { query: 'Disabled' } },
} as const;

export function objectOf(of: Scenario): PmsObject {
  const { policies, deletionPolicy, isolation, gate, onDelete, zones } = of;
  const workspaces = policies.map((policy, index) => ({ ...workspaceSpec(index, policy), ...CLOSINGS[isolation] }));
  const closing = {
    ...(isolation === 'none' ? {} : { isolation: { onDelete } }),
    ...(isolation === 'scope' ? { privateLinkScope: { accessModes: { query: 'PrivateOnly' as const } } } : {}),
    verification: { gate },
    ...collectionOf(of, { workspace: WORKSPACES[0], isClosed: isolation === 'both' }),
  };
  const object = pms({ spec: { workspaces, deletionPolicy, tags: { plant: 'a' }, ...closing, ...zonesSpec(zones) } });
  return asCreated(object);
}

/** Makes the world of the scenario and the object in it; nothing runs yet. */
export async function lay(floor: Floor, of: Scenario): Promise<void> {
  const object = objectOf(of);
  const want = desire(object, INSTALLATION);
  const states = statesOf(of, want);
  const settleFrom = floor.clock.now() + 10_000;
  for (const item of madeOf(want)) seed(floor, item, states.get(item.key) ?? 'absent', settleFrom);
  layRules(floor, of, want);
  if (of.foundClosed) closeFirst(floor, want);
  layOutage(floor, of);
  floor.azure.state.chances = { failedEndpoint: 0.2, membersRace: 0.5 };
  // Long enough for the names of what is settled to be on the interface.
  await floor.clock.runFor(10_000);
  const zoneEntries = layZones(floor, of, want);
  const records = recordsNow(floor, want);
  floor.dns.seed([...FOREIGN, ...linesOf(records, of.published)]);
  floor.azure.troubles = of.azureTroubles;
  floor.azure.state.expectations = {
    linksFirst: () => [
      ...want.workspaces.filter(item => isWanted(floor, item.name)).map(item => item.id),
      ...(floor.cluster.stored(KEY)?.spec.dataCollection ? (want.collection?.endpoints ?? []) : []).map(({ id }) => id),
    ],
    closedTooEarly: id => closedTooEarly(floor, of, id),
    stranded: () => stranded(floor, of),
    namesInUse: () =>
      [...floor.dns.lines(), ...floor.dns.served()].filter(line => line.owners.includes(OWNER)).map(line => line.name),
  };
  judgeWrites(floor, floor.clock.now() + of.editAt);
  const isListed = of.inventory !== 'lost';
  const startedAt = new Date(floor.clock.now() - (of.inventory === 'young' ? 5_000 : 3_600_000)).toISOString();
  const resources = wantsOf(want)
    .filter(item => (states.get(item.key) ?? 'absent') !== 'absent' || of.inventory === 'young')
    .concat(zoneEntries)
    .map(({ key, id, policy }) => ({ key, id, policy, origin: 'Created' as const, startedAt }));
  const status: Status = isListed ? { resources, ...statusRecords(records) } : {};
  const finalizers = isListed ? ['privatemonitoring.dev/azure'] : [];
  floor.cluster.create({ ...object, status, metadata: { ...object.metadata, finalizers } });
}

/** A pass may rest on what it read before an edit; no longer than this. */
const PASS_MS = 60_000;

/** What is published is whole: names of every workspace that the spec asks for, or nothing is written yet. */
function judgeWrites(floor: Floor, editedAt: number): void {
  floor.dns.onWrite = (_, after) => {
    const stored = floor.cluster.stored(KEY);
    const mine = after.filter(line => line.owners.includes(OWNER)).map(line => line.name);
    const isUnsettled = floor.clock.now() > editedAt && floor.clock.now() < editedAt + PASS_MS;
    if (stored === undefined || mine.length === 0 || isUnsettled) return;
    for (const { name } of stored.spec.workspaces) {
      if (mine.some(one => one.startsWith(`${customerIdOf(name)}.`))) continue;
      floor.azure.state.violations.push(`records were published without those of ${name}`);
    }
  };
}

/** Somebody has closed the first workspace, if it is there. */
function closeFirst(floor: Floor, want: Desired): void {
  const cell = floor.azure.state.cells.get(idKey(want.workspaces[0]?.id ?? ''));
  if (cell?.body.kind === 'workspace') cell.body = { ...cell.body, access: { ...cell.body.access, query: 'Disabled' } };
}

function layOutage(floor: Floor, { outage }: Scenario): void {
  floor.clock.after(outage.from, () => floor.path.down('Broken'));
  floor.clock.after(outage.from + outage.forMs, () => floor.path.up());
}

/** A proof may be a minute old, and the pass that rests on it and the write take their time. */
const PROOF_HOLDS_MS = 90_000;

/** Why the gate did not hold for a closing that reaches Azure now. */
function closedTooEarly(floor: Floor, { gate }: Scenario, id: string): readonly string[] {
  const stored = floor.cluster.stored(KEY);
  if (stored === undefined || gate === 'None') return [];
  const downFor = floor.clock.now() - (floor.path.downSince() ?? floor.clock.now());
  const isBlind = gate !== 'DNS' && downFor > PROOF_HOLDS_MS;
  const served = new Map(floor.dns.served().map(line => [line.name, line.addresses.join()]));
  const want = desire(stored, INSTALLATION);
  const name = want.workspaces.find(item => idKey(item.id) === idKey(id))?.name;
  // Names of workspaces that were added a moment ago may still be on their way.
  const needed = recordsNow(floor, want).filter(
    record => record.shared || (name !== undefined && record.name.startsWith(customerIdOf(name))),
  );
  const lost = needed.filter(record => served.get(record.name) !== record.addresses.join());
  return [
    ...(isBlind ? [`${id} closed although the path is down for ${downFor} ms`] : []),
    ...(needed.length === 0 ? [`${id} closed while there is no endpoint`] : []),
    ...lost.slice(0, 1).map(record => `${id} closed while ${record.name} is not answered`),
  ];
}

/** What would be out of reach if the endpoint went now: kept, closed by us, and to be opened. */
function stranded(floor: Floor, { onDelete, foundClosed, isolation }: Scenario): readonly string[] {
  const stored = floor.cluster.stored(KEY);
  if (stored?.metadata.deletionTimestamp === undefined || onDelete === 'Leave' || isolation === 'none') return [];
  const { workspaces } = desire(stored, INSTALLATION);
  return workspaces
    .filter((item, index) => item.policy === 'Retain' && !(foundClosed && index === 0))
    .filter(item => floor.azure.state.get('workspace', item.id)?.access.query === 'Disabled')
    .map(item => `the endpoint goes while ${item.name} is closed`);
}

const isWanted = (floor: Floor, name: string): boolean =>
  floor.cluster.stored(KEY)?.spec.workspaces.some(workspace => workspace.name === name) ?? false;

/** What can stand beside what: a link needs its ends, an endpoint a scope with a link. */
function statesOf(of: Scenario, want: Desired): ReadonlyMap<string, State> {
  const states = new Map<string, State>();
  want.workspaces.forEach(({ key }, index) => void states.set(key, of.workspaces[index] ?? 'absent'));
  states.set(want.scope.key, of.scope);
  for (const key of collectedKeys(of, want)) states.set(key, 'settled');
  let isBusy = false;
  want.links.forEach(({ key }, index) => {
    const hasEnds =
      of.scope !== 'absent' &&
      key !== 'scopedResource/dce.dce-plant-a' &&
      ['settled', 'drifted'].includes(of.workspaces[index] ?? 'absent');
    const asked = hasEnds ? (of.links[index] ?? 'absent') : 'absent';
    states.set(key, asked === 'half' && isBusy ? 'settled' : asked);
    isBusy ||= asked === 'half';
  });
  const hasLink = want.links.some(({ key }) => states.get(key) === 'settled');
  states.set(want.endpoint.key, hasLink ? of.endpoint : 'absent');
  return states;
}

function seed(floor: Floor, want: Want, state: State, settleFrom: number): void {
  // A rule has its place by layRules.
  if (state === 'absent' || want.kind === 'dataCollectionRule') return;
  const body = bodyOf(want);
  const half: Partial<Cell> = { settlesAt: settleFrom + 3_000, outcome: 'Succeeded' };
  if (state === 'half') floor.azure.state.seed(body, half);
  else if (state === 'failed') floor.azure.state.seed({ ...body, provisioningState: 'Failed' });
  else if (state === 'drifted') floor.azure.state.seed(drifted({ ...body, provisioningState: 'Succeeded' }));
  else floor.azure.state.seed({ ...body, provisioningState: 'Succeeded' });
}

function drifted(body: Cell['body']): Cell['body'] {
  if (!('tags' in body)) return body;
  const tags = Object.fromEntries(Object.entries(body.tags).filter(([name]) => name !== 'plant'));
  return body.kind === 'workspace' ? { ...body, tags, retentionInDays: 30 } : { ...body, tags };
}

/** The records that the endpoint has now. */
export function recordsNow(floor: Floor, want: Desired) {
  const endpoint = floor.azure.state.get('privateEndpoint', want.endpoint.id);
  const id = endpoint?.provisioningState === 'Succeeded' ? endpoint.networkInterfaceId : undefined;
  const networkInterface = id === undefined ? undefined : floor.azure.state.networkInterface(id);
  const rules = { ...want.dns, allowLists: {}, subnetPrefixes: [], allowLoopback: false };
  return recordsOf({ networkInterface }, rules).records;
}

type Records = ReturnType<typeof recordsNow>;

function linesOf(records: Records, published: Scenario['published']) {
  const { lines } = mergeClaim([], { owner: OWNER, records });
  if (published === 'none') return [];
  if (published === 'some') return lines.filter((_, index) => index % 2 === 0);
  return published === 'all' ? lines : lines.map(line => ({ ...line, addresses: ['10.13.1.60'] }));
}

function statusRecords(records: Records): Pick<Status, 'records' | 'recordCount' | 'recordsHash'> {
  if (records.length === 0) return {};
  const shown = records.map(({ name, addresses, source }) => ({ name, addresses: [...addresses], source }));
  return { records: shown, recordCount: records.length, recordsHash: recordsHash(records) };
}
