/**
 * The way that telemetry takes, as a tree: machines, the records that they resolve, the private endpoint, the scope, and
 * what is linked to it, each with its state. From the object alone: spec and status. Pure; src/domain/topology-text.ts
 * draws it.
 */
import { shortName } from './names.ts';
import { type Condition, type InventoryEntry, keyText, type PmsObject } from './object.ts';

/** Good and bad as observed; unknown where nobody could tell; absent where nobody has looked yet. */
export type NodeState = 'good' | 'bad' | 'unknown' | 'absent';

export interface TopologyNode {
  /** `machines`, `records`, `privateEndpoint`, `privateLinkScope`, or the kind of what is linked. */
  readonly kind: string;
  readonly name: string;
  readonly state: NodeState;
  /** In words; empty when there is nothing to add. */
  readonly detail: string;
  readonly children: readonly TopologyNode[];
}

/** The object's tree. Each step's child is what it leads to. */
export function topologyOf(object: PmsObject): TopologyNode {
  const scope = step(object, 'privateLinkScope', 'ScopeReady', linkedOf(object));
  const endpoint = step(object, 'privateEndpoint', 'EndpointReady', [scope]);
  const records = recordsOf(object, [endpoint]);
  const machines = machinesOf(object, records);
  const { namespace, name } = object.metadata;
  const ready = stated(object, 'Ready');
  return {
    kind: 'PrivateMonitoringScope',
    name: keyText({ namespace, name }),
    state: ready.state,
    detail: ready.detail,
    children: [machines],
  };
}

const conditionOf = ({ status }: PmsObject, type: string): Condition | undefined =>
  status.conditions?.find(condition => condition.type === type);

/** What a condition says; the reason goes with everything that does not hold. */
function stated(object: PmsObject, type: string): { readonly state: NodeState; readonly detail: string } {
  const condition = conditionOf(object, type);
  if (condition === undefined) return { state: 'absent', detail: '' };
  const { status, reason, message } = condition;
  if (status === 'True') return { state: 'good', detail: type === 'Ready' ? '' : message };
  return { state: status === 'Unknown' ? 'unknown' : 'bad', detail: `${reason}: ${message}` };
}

const entryOf = ({ status }: PmsObject, key: string): InventoryEntry | undefined =>
  status.resources?.find(entry => entry.key === key);

function step(object: PmsObject, kind: string, type: string, children: readonly TopologyNode[]): TopologyNode {
  const id = entryOf(object, kind)?.id;
  const { state, detail } = stated(object, type);
  return { kind, name: id === undefined ? '(not there yet)' : shortName(id), state, detail, children };
}

/** Kinds of what a scope links, as the inventory has them, with the name that the spec has for them. */
const LINKED = ['workspace', 'component', 'dataCollectionEndpoint'];

function linkedOf(object: PmsObject): readonly TopologyNode[] {
  const entries = object.status.resources ?? [];
  const links = stated(object, 'ResourcesLinked');
  return entries
    .filter(({ key }) => LINKED.some(kind => key.startsWith(`${kind}/`)))
    .map(entry => ({
      kind: entry.key.slice(0, entry.key.indexOf('/')),
      name: shortName(entry.id),
      state: links.state,
      detail: [entry.origin === 'Adopted' ? 'adopted' : '', closedText(entry)].filter(text => text !== '').join(', '),
      children: [],
    }));
}

function closedText({ closed }: InventoryEntry): string {
  const accesses = Object.keys(closed?.before ?? {}).filter(
    access => !closed?.rolledBack?.accesses.includes(access as 'query'),
  );
  return accesses.length === 0 ? '' : `public ${accesses.join(' and ')} closed by us`;
}

function recordsOf(object: PmsObject, children: readonly TopologyNode[]): TopologyNode {
  const { recordCount = 0, records = [] } = object.status;
  const published = stated(object, 'RecordsPublished');
  const answering =
    conditionOf(object, 'RecordsResolving') === undefined ? published : stated(object, 'RecordsResolving');
  const worst = published.state === 'good' ? answering : published;
  const addresses = new Set(records.flatMap(record => record.addresses)).size;
  const name =
    recordCount === 0
      ? '(none yet)'
      : `${recordCount} names at ${addresses} ${addresses === 1 ? 'address' : 'addresses'}`;
  return { kind: 'records', name, state: worst.state, detail: worst.detail, children };
}

type Machine = NonNullable<PmsObject['status']['machines']>[number];

function machinesOf(object: PmsObject, records: TopologyNode): TopologyNode {
  const { machineCount, machines = [] } = object.status;
  if (object.spec.dataCollection?.machines === undefined) {
    return {
      kind: 'machines',
      name: '(yours)',
      state: 'absent',
      detail: 'the object is not told which',
      children: [records],
    };
  }
  const flowing = conditionOf(object, 'TelemetryFlowing') === undefined ? 'DataCollectionReady' : 'TelemetryFlowing';
  const { state, detail } = stated(object, flowing);
  const selected = machineCount?.selected ?? 0;
  const listed = machines.map(machineNode);
  const more = selected - listed.length;
  const rest: readonly TopologyNode[] =
    more > 0 ? [{ kind: 'machine', name: `and ${more} more`, state: 'absent', detail: '', children: [] }] : [];
  return { kind: 'machines', name: String(selected), state, detail, children: [...listed, ...rest, records] };
}

function machineNode(machine: Machine): TopologyNode {
  const { id, problem, agent, lastHeartbeat, privatePath } = machine;
  const told = [
    problem,
    agent === undefined ? undefined : `agent ${agent}`,
    lastHeartbeat === undefined ? undefined : `last heartbeat ${lastHeartbeat}`,
    privatePath === 'True' ? 'through the private path' : undefined,
  ];
  const state = problem !== undefined ? 'bad' : lastHeartbeat === undefined ? 'unknown' : 'good';
  return {
    kind: 'machine',
    name: shortName(id),
    state,
    detail: told.filter(text => text !== undefined).join(', '),
    children: [],
  };
}
