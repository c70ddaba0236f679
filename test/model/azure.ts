/**
 * The `Azure` port over test/model/azure-state.ts: answers come late and in any order, are lost now and then, and a
 * resource that was just put is not seen at once. Everything from one seed.
 */
import { type Failure, failed, waiting } from '../../src/domain/failures.ts';
import { idKey, sameId } from '../../src/domain/names.ts';
import type { PathResult, QueryTarget } from '../../src/domain/path-proof.ts';
import type {
  PrivateEndpoint,
  PrivateLinkScope,
  Resource,
  ResourceOf,
  ScopedResource,
} from '../../src/domain/resources.ts';
import type { Permission } from '../../src/domain/rights.ts';
import type { GraphSight } from '../../src/domain/surroundings.ts';
import type { LogsAnswer, LogsQuestion } from '../../src/domain/telemetry.ts';
import type { Azure, WriteAnswer } from '../../src/ports.ts';
import { AzureState, refuse } from './azure-state.ts';
import { type MachinesModel, machinesModel } from './machines.ts';
import type { Randomness } from './randomness.ts';
import type { SteppingClock } from './stepping-clock.ts';

type Verb = 'create' | 'update' | 'delete';

export interface AzureModelOptions {
  readonly clock: SteppingClock;
  readonly random: Randomness;
  readonly subnets: readonly string[];
  readonly location: string;
}

export interface AzureModel {
  readonly port: Azure;
  readonly state: AzureState;
  /** Writes that reached Azure, refused ones included. */
  writes(): number;
  reads(): number;
  /** Failures that are still to come: Azure is well behaved when they are used up. */
  troubles: number;
  /** Other private endpoints on the network. */
  neighbours: readonly PrivateEndpoint[];
  /** Machines, what they are associated with, and their agents. */
  readonly machines: MachinesModel;
  /** Of the 59 of the subnet, by others. */
  addressesUsed: number;
  /** What we may do anywhere. */
  permissions: readonly Permission[];
  /** How far any provider is registered. */
  registration: string;
  /** What Resource Graph knows; asked only where the network has `neighbours`. */
  surroundings: GraphSight;
  isGroupMissing: boolean;
  /** Nothing is answered. */
  isDown: boolean;
  /** Why Azure refuses a write; `undefined` when it does not. */
  refuses: (id: string, verb: Verb) => Failure | undefined;
  /** Updates are accepted and not carried out. */
  ignoresUpdates: boolean;
  /** What a query through the private endpoint comes to. */
  queries: (asked: QueryTarget) => PathResult;
  /** What a workspace holds of machines; nothing by itself. */
  logs: (asked: LogsQuestion) => LogsAnswer;
  /** From now on the operator has an egress to the public side, which says this. */
  publicSide(says: (customerId: string) => PathResult): void;
}

export function azureModel({ clock, random, subnets, location }: AzureModelOptions): AzureModel {
  const state = new AzureState(clock, random);
  let writes = 0;
  let reads = 0;
  /** Links of a scope as they were at the list before. */
  const lists = new Map<string, readonly ScopedResource[]>();

  const trouble = (probability: number): boolean => {
    if (model.troubles === 0 || !random.chance(probability)) return false;
    model.troubles--;
    return true;
  };

  const read = async <T>(answer: () => T): Promise<T> => {
    reads++;
    await clock.sleep(random.between(5, 300));
    if (model.isDown || trouble(0.1)) throw refuse(failed('AzureUnreachable', 'no answer'));
    return answer();
  };

  const arrive = (id: string, verb: Verb): void => {
    const refusal = model.isDown ? failed('AzureUnreachable', 'no answer') : model.refuses(id, verb);
    if (refusal) throw refuse(refusal);
    if (trouble(0.1)) throw refuse(waiting('Throttled', 'too many requests', 2_000));
  };

  const write = async (id: string, verb: Verb, apply: () => Resource | undefined): Promise<WriteAnswer> => {
    writes++;
    await clock.sleep(random.between(5, 500));
    arrive(id, verb);
    const body = apply();
    await clock.sleep(random.chance(0.2) ? random.between(2_000, 9_000) : random.between(5, 500));
    if (trouble(0.1)) throw refuse(failed('AzureError', 'the answer was lost'));
    const operation = `${verb}-operation`;
    if (body === undefined) return random.chance(0.5) ? {} : { operation };
    return random.chance(0.8) ? { body, operation } : { operation };
  };

  const visible = <T extends Resource>(body: T | undefined): T | undefined =>
    body !== undefined && state.isVisible(body.id) ? body : undefined;

  /** A scope tells who is connected to it. */
  const told = (body: Resource): Resource =>
    body.kind === 'privateLinkScope' ? { ...body, connections: connectionsOf(body) } : body;

  const connectionsOf = (scope: PrivateLinkScope): PrivateLinkScope['connections'] =>
    state
      .bodies()
      .filter(one => one.kind === 'privateEndpoint')
      .filter(one => sameId(one.scopeId, scope.id))
      .map(({ id, name, connectionStatus: status }) => ({
        id: `${scope.id}/privateendpointconnections/connection-of-${name}`,
        endpointId: id.toLowerCase(),
        ...(status === undefined ? {} : { status }),
      }));

  const machines = machinesModel({ clock, read, write });
  const port: Azure = {
    ...machines.port,
    identity: () => read(() => ({ tenantId: 'tenant', clientId: 'client' })),
    get: (kind, id) =>
      read(() => {
        const other = model.neighbours.find(one => one.kind === kind && sameId(one.id, id));
        if (other !== undefined) return other as ResourceOf<typeof kind>;
        const body = visible(state.get(kind, id));
        return body && (told(body) as typeof body);
      }),
    scopeLinks: scopeId =>
      read(() => {
        if (state.get('privateLinkScope', scopeId) === undefined) throw refuse(failed('NotFound', 'no such scope'));
        const links = state.links(scopeId).filter(link => visible(link) !== undefined);
        // Filtered by rights and by time: a list is a hint, and now and then it is that of a moment ago.
        const shown = trouble(0.1) ? (lists.get(idKey(scopeId)) ?? links) : links;
        lists.set(idKey(scopeId), links);
        return shown;
      }),
    networkInterface: id => read(() => state.networkInterface(id)),
    zoneGroups: endpointId => read(() => state.zoneGroups(endpointId)),
    zoneLinks: zoneId =>
      read(() => {
        if (state.get('dnsZone', zoneId) === undefined) return undefined;
        const links = state.bodies().filter(body => body.kind === 'zoneLink');
        return links.filter(({ id }) => id.toLowerCase().startsWith(`${idKey(zoneId)}/`) && state.isVisible(id));
      }),
    zoneRecords: zoneId => read(() => (state.get('dnsZone', zoneId) ? state.zoneRecords(zoneId) : undefined)),
    dnsZones: () => read(() => state.bodies().filter(body => body.kind === 'dnsZone')),
    subnet: id =>
      read(() =>
        subnets.some(known => sameId(id, known))
          ? {
              id,
              location,
              addressPrefixes: ['10.13.1.0/26'],
              addressesUsed: model.addressesUsed,
              networkEndpointIds: model.neighbours.map(one => one.id),
            }
          : undefined,
      ),
    endpointNeed: scopeId => read(() => state.need(scopeId)),
    permissions: () => read(() => (model.isGroupMissing ? undefined : model.permissions)),
    registration: () => read(() => model.registration),
    surroundings: () => read(() => model.surroundings),
    softDeletedWorkspaces: () =>
      read(() =>
        model.isGroupMissing
          ? undefined
          : [...state.softDeleted.values()].map(({ id, name, location: at }) => ({ id, name, location: at })),
      ),
    create: want =>
      write(want.id, 'create', () => {
        state.put(want);
        return state.cells.get(idKey(want.id))?.body;
      }),
    update: (want, changes) =>
      write(want.id, 'update', () => {
        if (!model.ignoresUpdates) state.patch(want, changes);
        return state.get(want.kind, want.id);
      }),
    setAccess: ({ kind, id }, values) =>
      write(id, 'update', () => {
        if (!model.ignoresUpdates) state.setAccess(id, values);
        return state.get(kind, id);
      }),
    query: asked => read(() => model.queries(asked)),
    logs: asked => read(() => model.logs(asked)),
    untag: (kind, id, tag) =>
      write(id, 'update', () => {
        state.untag(id, tag);
        return state.get(kind, id);
      }),
    remove: (_, id) =>
      write(id, 'delete', () => {
        state.remove(id);
        return undefined;
      }),
    operationFailure: () => read(() => undefined),
  };

  const model: AzureModel = {
    port,
    machines,
    state,
    writes: () => writes,
    reads: () => reads,
    troubles: 0,
    neighbours: [],
    addressesUsed: 0,
    permissions: [{ actions: ['*'], notActions: [] }],
    registration: 'Registered',
    surroundings: { endpoints: [], agents: [], arcMachines: [], interfaces: [], associations: [], isCut: false },
    isGroupMissing: false,
    isDown: false,
    refuses: () => undefined,
    ignoresUpdates: false,
    queries: () => ({ outcome: 'Held' }),
    logs: () => ({ outcome: 'Held', rows: [] }),
    publicSide: says => {
      const queryPublic: Azure['queryPublic'] = ({ customerId }) => read(() => says(customerId));
      Object.assign(port, { queryPublic });
    },
  };
  return model;
}
