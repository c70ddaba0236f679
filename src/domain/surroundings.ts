/**
 * What stands around a network, as Azure Resource Graph shows it: endpoints on it and on its peers, and the machines that
 * run the Azure Monitor Agent. Joined here, since the graph's tables come one by one. Pure.
 * Sources: "Data collection endpoints in Azure Monitor"; facts: ampls 3 (peered networks share DNS), 4, 10.
 */
import { idKey, sameId, shortName } from './names.ts';
import type { ArmId } from './resources.ts';

/** What the graph knew; it is seconds behind, and shows only what we may read. */
export interface GraphSight {
  readonly endpoints: readonly GraphEndpoint[];
  /** Machines, of Azure Arc or virtual, that have the agent's extension. */
  readonly agents: readonly ArmId[];
  /** Machines of Azure Arc with the Arc private link scope that they are in. */
  readonly arcMachines: readonly { readonly id: ArmId; readonly arcScopeId: ArmId }[];
  /** Where the virtual machines have their interfaces. */
  readonly interfaces: readonly { readonly machineId: ArmId; readonly subnetIds: readonly ArmId[] }[];
  /** Which data collection endpoint a machine gets its configuration from. */
  readonly associations: readonly { readonly machineId: ArmId; readonly endpointId: ArmId }[];
  /** There was more than is read. */
  readonly isCut: boolean;
}

export interface GraphEndpoint {
  readonly id: ArmId;
  readonly subnetId: ArmId;
  /** What it leads to. */
  readonly targetId: ArmId;
  /** Approved, Pending, ... */
  readonly status: string;
}

/** A machine that runs the agent and gets its configuration from no data collection endpoint that the scope links. */
export interface StrandedMachine {
  readonly id: ArmId;
  readonly name: string;
  /** On the network, by an interface of its own or by its Arc private link scope. Of others nobody knows their DNS. */
  readonly isOnNetwork: boolean;
}

/** The network that a subnet is in. */
export const networkOf = (subnetId: ArmId): ArmId => subnetId.replace(/\/subnets\/[^/]+$/i, '');

/** Machines that publishing the scope's names would cut off from their configuration, by name. */
export function strandedMachines(
  sight: GraphSight,
  networkId: ArmId,
  scopeTargets: readonly ArmId[],
): readonly StrandedMachine[] {
  const linked = new Set(scopeTargets.map(idKey));
  const served = new Set(
    sight.associations
      .filter(({ endpointId }) => linked.has(idKey(endpointId)))
      .map(({ machineId }) => idKey(machineId)),
  );
  const here = machinesOn(sight, networkId);
  const isArc = (id: ArmId) => /\/microsoft\.hybridcompute\/machines\//i.test(id);
  return [...new Map(sight.agents.map(id => [idKey(id), id])).values()]
    .filter(id => !served.has(idKey(id)) && (here.has(idKey(id)) || isArc(id)))
    .map(id => ({ id, name: shortName(id), isOnNetwork: here.has(idKey(id)) }))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

function machinesOn(sight: GraphSight, networkId: ArmId): ReadonlySet<string> {
  const isHere = (subnetId: ArmId) => sameId(networkOf(subnetId), networkId);
  const reached = new Set(sight.endpoints.filter(({ subnetId }) => isHere(subnetId)).map(item => idKey(item.targetId)));
  const virtual = sight.interfaces.filter(({ subnetIds }) => subnetIds.some(isHere)).map(({ machineId }) => machineId);
  const arc = sight.arcMachines.filter(({ arcScopeId }) => reached.has(idKey(arcScopeId))).map(({ id }) => id);
  return new Set([...virtual, ...arc].map(idKey));
}
