/**
 * What a pass reads of machines: those that the spec chooses, what hangs on our rules and endpoints, and the agents. A few
 * lists, however many machines there are; single ones only where a list cannot tell. src/controller/observe-azure.ts alone
 * uses it. Source: facts, performance 3.2.
 */
import { isCollectionEntry } from '../domain/collection-teardown.ts';
import { isFailedState, isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { failed } from '../domain/failures.ts';
import { isReleased } from '../domain/inventory.ts';
import { type Choice, distinctPlaces, isChosen, placeOf, placesOf } from '../domain/machine-choice.ts';
import {
  endpointAssociationId,
  idsOn,
  isEndpointAssociation,
  isOurAgent,
  ruleAssociationId,
} from '../domain/machine-ownership.ts';
import type { AgentExtension, Association, Machine, MachineGraph } from '../domain/machine-resources.ts';
import { idKey, sameId, shortName } from '../domain/names.ts';
import type { InventoryEntry } from '../domain/object.ts';
import {
  bodyOf,
  type MachinesSight,
  type Observed,
  present,
  type Reading,
  type WriteState,
} from '../domain/observed.ts';
import type { ArmId, Owner } from '../domain/resources.ts';
import {
  endpointGraphId,
  graphId,
  LISTED,
  readEndpointGraph,
  readGraph,
  readSelector,
  readTargets,
} from './machine-lists.ts';
import { knownAgents, knownAssociations, type Listed } from './machine-memory.ts';
import { askerOf, type Pass } from './world.ts';

/** Reasons of failed installations that one pass asks Azure for. */
const REASONS_ASKED = 5;

/** Machines, and when (epoch ms) the next look at agents that are being worked on is due. */
export interface MachinesRead {
  readonly machines?: MachinesSight;
  readonly dueAt?: number;
}

/** Nothing is read while the object has no machines and has nothing that machines could be associated with. */
export async function observeMachines(
  want: Desired,
  collection: Observed['collection'],
  pass: Pass,
): Promise<MachinesRead> {
  const targets = targetsOf(want, collection, pass.object.status.resources ?? []);
  const wanted = want.deletedAt === undefined ? want.collection?.machines : undefined;
  if (wanted === undefined && targets.length === 0) return {};
  const choice: Choice = { subscriptionId: want.subscriptionId, want: wanted };
  const [listed, ofSelector] = await Promise.all([readTargets(targets, want, pass), readSelector(choice, want, pass)]);
  const others = (bodyOf(listed)?.items ?? []).flatMap(({ machineId }) => placeOf(machineId));
  const graph = await readGraph(distinctPlaces([...placesOf(choice), ...others]), want, pass);
  const { chosen, missing } = await readChosen(
    choice,
    { ofSelector, graph: bodyOf(graph)?.machines ?? [] },
    want,
    pass,
  );
  const known = await readAssociations(listed, { chosen: bodyOf(chosen) ?? [], targets }, want, pass);
  const machineIds = [...(bodyOf(chosen) ?? []), ...(bodyOf(known) ?? []).map(one => ({ id: one.machineId }))];
  const agents = agentsOf(
    graph,
    machineIds.map(({ id }) => id),
    pass,
  );
  await reviewAgents(bodyOf(agents) ?? [], want, pass);
  const dueAt = pass.memory.ledger.dueAt(graphId(pass));
  return {
    machines: {
      chosen,
      missing,
      associations: known,
      agents,
      writes: writesOf(known, agents, { machines: machineIds, owner: want.owner }, pass),
    },
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

const isRule = ({ key }: { readonly key: string }): boolean => key.startsWith('dataCollectionRule/');

/** Rules and endpoints that machines may be associated with by us: a deletion looks at none when its rules stay. */
function targetsOf(
  want: Desired,
  collection: Observed['collection'],
  inventory: readonly InventoryEntry[],
): readonly ArmId[] {
  const entries = inventory.filter(isCollectionEntry);
  if (want.deletedAt !== undefined) {
    const isLeaving = entries.some(entry => isRule(entry) && !isReleased(entry, want));
    return isLeaving ? entries.map(({ id }) => id) : [];
  }
  const wanted = want.collection === undefined ? [] : [...want.collection.rules, ...want.collection.endpoints];
  const isThere = ({ key }: { readonly key: string }) =>
    (collection?.rules.get(key) ?? collection?.endpoints.get(key))?.reading.is === 'present';
  const there = [...entries, ...wanted].filter(isThere);
  return [...new Map(there.map(({ id }) => [idKey(id), id])).values()];
}

/** Those of the selector by its list; those by id by the list or the graph, and the rest by a GET each. */
async function readChosen(
  choice: Choice,
  { ofSelector, graph }: { readonly ofSelector: Reading<readonly Machine[]>; readonly graph: readonly Machine[] },
  want: Desired,
  { memory, world, signal }: Pass,
): Promise<Pick<MachinesSight, 'chosen' | 'missing'>> {
  if (ofSelector.is === 'unread') return { chosen: ofSelector, missing: [] };
  const listed = new Map([...graph, ...(bodyOf(ofSelector) ?? [])].map(machine => [idKey(machine.id), machine]));
  const selected = (bodyOf(ofSelector) ?? []).filter(machine => isChosen(machine, choice));
  const byId = await Promise.all(
    (choice.want?.ids ?? []).map(async id => {
      const known = listed.get(idKey(id));
      if (known !== undefined) return { id, reading: present(known) };
      const load = () => world.azure.machine(id, signal);
      return { id, reading: await memory.ledger.look<Machine>({ ...LISTED, id, resyncMs: want.intervalMs, load }) };
    }),
  );
  const lost = byId.find(({ reading }) => reading.is === 'unread')?.reading;
  if (lost?.is === 'unread') return { chosen: lost, missing: [] };
  const found = byId.flatMap(({ reading }) => bodyOf(reading) ?? []);
  const chosen = [...new Map([...selected, ...found].map(machine => [idKey(machine.id), machine])).values()];
  return {
    chosen: present(chosen.toSorted((a, b) => (idKey(a.id) < idKey(b.id) ? -1 : 1))),
    missing: byId.filter(({ reading }) => reading.is === 'absent').map(({ id }) => id),
  };
}

/** The lists, with what we know better; and other endpoints, where a chosen machine has none of ours. */
async function readAssociations(
  listed: Reading<Listed<Association>>,
  { chosen, targets }: { readonly chosen: readonly Machine[]; readonly targets: readonly ArmId[] },
  want: Desired,
  pass: Pass,
): Promise<Reading<readonly Association[]>> {
  if (listed.is !== 'present') return listed.is === 'unread' ? listed : present([]);
  const { ledger } = pass.memory;
  const ids = chosen.flatMap(({ id, system }) => [
    endpointAssociationId(id),
    ...(system === undefined ? [] : [ruleAssociationId(id, system, want.owner)]),
  ]);
  const known = knownAssociations(ledger, listed.body, ids);
  const served = new Set(known.filter(isEndpointAssociation).map(({ machineId }) => idKey(machineId)));
  const bare = chosen.filter(({ id }) => !served.has(idKey(id)));
  if (bare.length === 0) return present(known);
  const graph = await readEndpointGraph(distinctPlaces(bare.flatMap(({ id }) => placeOf(id))), want, pass);
  if (graph.is === 'unread') return graph;
  const isBare = new Set(bare.map(({ id }) => idKey(id)));
  const readAt = ledger.readAt(endpointGraphId(pass));
  const hints = (bodyOf(graph) ?? []).filter(
    ({ machineId, endpointId }) => isBare.has(idKey(machineId)) && !targets.some(target => sameId(target, endpointId)),
  );
  return present([...known, ...knownAssociations(ledger, { items: hints, readAt }, [])]);
}

function agentsOf(
  graph: Reading<MachineGraph>,
  machineIds: readonly ArmId[],
  pass: Pass,
): Reading<readonly AgentExtension[]> {
  if (graph.is !== 'present') return graph.is === 'unread' ? graph : present([]);
  const { ledger } = pass.memory;
  return present(knownAgents(ledger, { items: graph.body.agents, readAt: ledger.readAt(graphId(pass)) }, machineIds));
}

const isOurs = (agent: AgentExtension, { owner }: Desired): boolean => isOurAgent(agent, owner);

/** What the agents say of our last write to them: done, or failed in the background. */
async function reviewAgents(agents: readonly AgentExtension[], want: Desired, pass: Pass): Promise<void> {
  const { writes } = pass.memory;
  const ours = agents.filter(agent => isOurs(agent, want) && !writes.isInFlight(agent.id));
  for (const { id } of ours.filter(agent => isSucceeded(agent.provisioningState))) writes.settled(id);
  const broken = ours.filter(({ id, provisioningState }) => isFailedState(provisioningState) && writes.wasAccepted(id));
  await Promise.all(
    broken.map(async (agent, index) => {
      const told = index < REASONS_ASKED ? await reasonOf(writes.operationOf(agent.id), pass) : undefined;
      const message = `the Azure Monitor Agent of machine ${shortName(agent.machineId)} ended as ${agent.provisioningState}`;
      writes.fail(agent.id, askerOf(pass.object), told ?? failed('AgentFailed', message));
    }),
  );
}

async function reasonOf(operation: string | undefined, { world, signal }: Pass) {
  try {
    return operation === undefined ? undefined : await world.azure.operationFailure(operation, signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function writesOf(
  associations: Reading<readonly Association[]>,
  agents: Reading<readonly AgentExtension[]>,
  { machines, owner }: { readonly machines: readonly { readonly id: ArmId }[]; readonly owner: Owner },
  { memory: { writes }, object }: Pass,
): ReadonlyMap<string, WriteState> {
  const asker = askerOf(object);
  const ids = new Set(
    [
      ...(bodyOf(associations) ?? []).map(({ id }) => id),
      ...(bodyOf(agents) ?? []).map(({ id }) => id),
      ...machines.flatMap(({ id }) => [id, ...idsOn(id, owner)]),
    ].map(idKey),
  );
  return new Map(
    [...ids].flatMap((id): readonly (readonly [string, WriteState])[] => {
      const state = writes.stateOf(id, asker);
      return state === undefined ? [] : [[id, state]];
    }),
  );
}
