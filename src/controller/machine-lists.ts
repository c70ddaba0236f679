/**
 * The lists that machines are read from: what hangs on our rules and endpoints, the machines of a resource group, and what
 * Azure Resource Graph knows. Each goes through the ledger, so that it costs one read for each resync.
 * src/controller/observe-machines.ts alone uses it.
 */
import { isFailedState, isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { failed } from '../domain/failures.ts';
import type { Choice } from '../domain/machine-choice.ts';
import { isOurAgent } from '../domain/machine-ownership.ts';
import type { AgentExtension, Association, Machine, MachineGraph } from '../domain/machine-resources.ts';
import { AGENT_POLL_MS } from '../domain/machines.ts';
import type { Place } from '../domain/names.ts';
import { ABSENT, bodyOf, present, type Reading } from '../domain/observed.ts';
import type { ArmId } from '../domain/resources.ts';
import { knownAgents, type Listed } from './machine-memory.ts';
import type { Pass } from './world.ts';

/** A list that a deletion rests on is asked again after this time, in milliseconds. */
const LEAVING_RESYNC_MS = 15_000;

/** Of what a list or a single GET shows: it is as it is until the next look. */
export const LISTED = { settled: () => true, pollMs: () => 0 } as const;

const resyncOf = ({ deletedAt, intervalMs }: Desired): number =>
  deletedAt === undefined ? intervalMs : LEAVING_RESYNC_MS;

/** What hangs on these rules and endpoints, and when the newest of the lists was read; none on one that is gone. */
export async function readTargets(
  targets: readonly ArmId[],
  want: Desired,
  { memory: { ledger }, world, signal }: Pass,
): Promise<Reading<Listed<Association>>> {
  const readings = await Promise.all(
    targets.map(id =>
      ledger.look<readonly Association[]>({
        ...LISTED,
        id: `${id}/associations`,
        resyncMs: resyncOf(want),
        load: async () => (await world.azure.associationsOf(id, signal)) ?? [],
      }),
    ),
  );
  const lost = readings.find(({ is }) => is === 'unread');
  if (lost?.is === 'unread') return lost;
  const readAt = Math.max(0, ...targets.map(id => ledger.readAt(`${id}/associations`)));
  return present({ items: readings.flatMap(reading => bodyOf(reading) ?? []), readAt });
}

/** Absent without a selector. */
export async function readSelector(choice: Choice, want: Desired, pass: Pass): Promise<Reading<readonly Machine[]>> {
  const selector = choice.want?.selector;
  if (selector === undefined) return ABSENT;
  const { memory, world, signal } = pass;
  const place: Place = { subscriptionId: choice.subscriptionId, resourceGroup: selector.resourceGroup };
  const reading = await memory.ledger.look<readonly Machine[]>({
    ...LISTED,
    id: `/subscriptions/${place.subscriptionId}/resourceGroups/${place.resourceGroup}/providers/Microsoft.HybridCompute/machines`,
    resyncMs: want.intervalMs,
    load: () => world.azure.machines(place, signal),
  });
  const message = `spec.dataCollection.machines.selector.resourceGroup: there is no resource group ${place.resourceGroup}`;
  return reading.is === 'absent' ? { is: 'unread', failure: failed('ResourceGroupNotFound', message) } : reading;
}

/** One for each object: what is settled for one is not for another. */
export const graphId = ({ object }: Pass): string => `graph/machines/${object.metadata.uid}`;

/** Machines and agents of these resource groups; read again soon while an agent of ours is being worked on. */
export async function readGraph(places: readonly Place[], want: Desired, pass: Pass): Promise<Reading<MachineGraph>> {
  if (places.length === 0) return ABSENT;
  const { memory, world, signal, now } = pass;
  const { ledger } = memory;
  const id = graphId(pass);
  const isPending = (graph: MachineGraph) => {
    const readAt = bodyOf(ledger.peek<MachineGraph>(id) ?? ABSENT) === graph ? ledger.readAt(id) : now;
    const ids = graph.machines.map(machine => machine.id);
    return knownAgents(ledger, { items: graph.agents, readAt }, ids).some(
      agent => isOurAgent(agent, want.owner) && isBusy(agent),
    );
  };
  return ledger.look<MachineGraph>({
    id,
    settled: graph => graph === undefined || !isPending(graph),
    pollMs: () => AGENT_POLL_MS,
    resyncMs: resyncOf(want),
    load: () => world.azure.machineGraph(places, signal),
  });
}

const isBusy = ({ provisioningState: state }: AgentExtension): boolean => !isSucceeded(state) && !isFailedState(state);

/** Under which the ledger keeps what other endpoints the machines have. */
export const endpointGraphId = ({ object }: Pass): string => `graph/endpoints/${object.metadata.uid}`;

/** The endpoints that machines of these resource groups are associated with, whoever did it. */
export const readEndpointGraph = (places: readonly Place[], want: Desired, pass: Pass) =>
  pass.memory.ledger.look<readonly Association[]>({
    ...LISTED,
    id: endpointGraphId(pass),
    resyncMs: want.intervalMs,
    load: () => pass.world.azure.endpointGraph(places, pass.signal),
  });
