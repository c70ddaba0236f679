/**
 * Whom else the scope's names would meet: other scopes on the network and on those that it is peered with, and machines
 * that they would cut off. Only another scope on the very network is fatal, since Azure refuses that. Pure.
 * Source: facts ampls 3 (one network, one scope; peered networks share DNS), 10 (who shares DNS needs an endpoint for data
 * collection).
 */
import type { Desired } from './desire.ts';
import { idKey, parseId, sameId, shortName } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { fatal, named, warning } from './preflight-verdicts.ts';
import { type ArmId, isAdopted, type PrivateEndpoint } from './resources.ts';
import type { Verdict } from './steps.ts';
import { networkOf, type StrandedMachine, strandedMachines } from './surroundings.ts';

const SCOPE_TYPE = 'microsoft.insights/privatelinkscopes';
/** Of Azure Monitor; a scope of Azure Arc has a type of its own. */
const isMonitorScope = (id: string): boolean => parseId(id)?.type.toLowerCase() === SCOPE_TYPE;
const isConnected = (status = ''): boolean => /^(approved|pending)$/i.test(status);

const network = (subnetId: ArmId): string => parseId(subnetId)?.names[0] ?? subnetId;

/** Azure connects a virtual network to one private link scope of Azure Monitor. */
export function otherScopeOnNetwork(want: Desired, seen: Observed): readonly Verdict[] {
  if (isAdopted(want.endpoint)) return [];
  const { subnetId } = want.endpoint;
  const others = (bodyOf(seen.networkEndpoints) ?? []).filter(
    endpoint =>
      endpoint.scopeId !== undefined && isMonitorScope(endpoint.scopeId) && isConnected(endpoint.connectionStatus),
  );
  const rival = others.find(({ scopeId }) => !sameId(scopeId, want.scope.id));
  if (rival?.scopeId !== undefined) {
    const message = `spec.privateEndpoint.subnetId: network ${network(subnetId)} is connected to private link scope ${rival.scopeId} by private endpoint ${rival.name}, and Azure connects a network to one scope of Azure Monitor only: use that scope, or another network`;
    return [fatal('OtherScopeOnNetwork', message)];
  }
  return others.length === 0 ? [] : [warning(twinText(others, subnetId))];
}

const twinText = (others: readonly PrivateEndpoint[], subnetId: ArmId): string =>
  `network ${network(subnetId)} has private endpoint ${named(others.map(({ name }) => name))} to the same scope already: a second one costs its addresses again, and whoever resolves names by the first goes on using it; to use it here too, name it by spec.privateEndpoint.resourceId`;

/** Other scopes that a peered network is connected to, and machines without a data collection endpoint in ours. */
export function surroundings(want: Desired, seen: Observed): readonly Verdict[] {
  const { surroundings: reading } = seen;
  const subnet = bodyOf(seen.subnet);
  if (reading === undefined || reading.is === 'absent' || subnet === undefined) return [];
  const name = network(subnet.id);
  if (reading.is === 'unread') {
    const message = `what is on network ${name} and its peers could not be looked at (${reading.failure.message}): see for yourself that no machine there runs the Azure Monitor Agent without a data collection endpoint in this scope`;
    return [warning(message)];
  }
  const targets = [...(bodyOf(seen.scopeLinks) ?? []), ...want.links].map(({ targetId }) => targetId);
  const machines = strandedMachines(reading.body, networkOf(subnet.id), targets);
  const here = machines.filter(({ isOnNetwork }) => isOnNetwork);
  const peers = peerScopes(want, seen);
  return [
    ...peers.map(message => warning(message)),
    ...(here.length === 0
      ? []
      : [warning(strandedText(here, want, { where: `on network ${name}`, isCut: reading.body.isCut }))]),
  ];
}

/** Machines of Azure Arc elsewhere: only their own DNS tells whether they would be cut off. */
export function machinesElsewhere(want: Desired, seen: Observed): readonly StrandedMachine[] {
  const [sight, subnet] = [seen.surroundings && bodyOf(seen.surroundings), bodyOf(seen.subnet)];
  if (sight === undefined || subnet === undefined) return [];
  const targets = [...(bodyOf(seen.scopeLinks) ?? []), ...want.links].map(({ targetId }) => targetId);
  return strandedMachines(sight, networkOf(subnet.id), targets).filter(({ isOnNetwork }) => !isOnNetwork);
}

function peerScopes(want: Desired, seen: Observed): readonly string[] {
  const peers = new Set((bodyOf(seen.subnet)?.peeredNetworkIds ?? []).map(idKey));
  const endpoints = (seen.surroundings && bodyOf(seen.surroundings)?.endpoints) ?? [];
  const rivals = endpoints.filter(
    ({ subnetId, targetId, status }) =>
      peers.has(idKey(networkOf(subnetId))) &&
      isMonitorScope(targetId) &&
      isConnected(status) &&
      !sameId(targetId, want.scope.id),
  );
  const byScope = Map.groupBy(rivals, ({ targetId }) => idKey(targetId));
  return [...byScope.values()].map(([first, ...more]) => {
    const { subnetId, targetId, id } = first ?? { subnetId: '', targetId: '', id: '' };
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return `peered network ${network(subnetId)} is connected to private link scope ${targetId} by private endpoint ${shortName(id)}${others}: networks that share DNS can use one scope only; keep their DNS apart, or use that scope`;
  });
}

/** What publishing would do to machines, and what keeps it from doing so. */
export function strandedText(
  machines: readonly StrandedMachine[],
  { scope }: Desired,
  { where, isCut }: { readonly where: string; readonly isCut: boolean },
): string {
  const isOne = machines.length === 1 && !isCut;
  const count = `${isCut ? 'at least ' : ''}${machines.length} ${isOne ? 'machine' : 'machines'}`;
  return `${count} ${where} (${named(machines.map(({ name }) => name))}) ${isOne ? 'sends' : 'send'} through the Azure Monitor Agent without a data collection endpoint of private link scope ${scope.name}: with the scope's names published the agent gets no configuration any more; link a data collection endpoint of the machine's region to the scope and associate it: az monitor data-collection rule association create --name configurationAccessEndpoint --resource MACHINE --data-collection-endpoint-id ENDPOINT`;
}
