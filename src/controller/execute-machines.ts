/**
 * Sends what machines are to be given, or to lose: some machines at a time, each by itself, in an order in which a crash
 * leaves nothing that nobody knows of. Before anything on a machine is written, it is read. One that fails holds up no
 * other. src/controller/execute.ts alone uses it.
 */
import { isFailedState, isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import type { ActionResult } from '../domain/events.ts';
import { type Failure, failureOf, stalled } from '../domain/failures.ts';
import { isAsWanted } from '../domain/machine-agent.ts';
import { isChosen } from '../domain/machine-choice.ts';
import {
  endpointBefore,
  isOurAgent,
  isOurAssociation,
  otherOwner,
  ownDescription,
} from '../domain/machine-ownership.ts';
import {
  type AgentExtension,
  type AgentWant,
  type Association,
  isArcMachine,
  type MachineJoin,
  type MachineLeave,
} from '../domain/machine-resources.ts';
import { sameId, shortName } from '../domain/names.ts';
import { bodyOf } from '../domain/observed.ts';
import type { ArmId, ScopedResource } from '../domain/resources.ts';
import type { Action } from '../domain/steps.ts';
import { inParallel } from './in-parallel.ts';
import { associate, dissociate, holdBack, readAssociation, StoppedError, send } from './machine-calls.ts';
import { noteAgent, noteAssociation } from './machine-memory.ts';
import type { Pass } from './world.ts';

type Outcome = ActionResult['outcome'];

/** Machines that are written to at the same time. */
const PARALLEL = 20;

export const runMachines = (
  action: Extract<Action, { verb: 'join' | 'leave' }>,
  want: Desired,
  pass: Pass,
): Promise<Outcome> =>
  action.verb === 'join'
    ? wave(action.joins, join => joinOne(join, want, pass), pass)
    : wave(action.leaves, leave => leaveOne(leave, want, pass), pass);

/** When Azure has had enough, the rest of the wave waits with it. */
async function wave<T extends { readonly machineId: ArmId }>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  pass: Pass,
): Promise<Outcome> {
  const failures: Failure[] = [];
  let done = 0;
  await inParallel(items, PARALLEL, async item => {
    if (failures.some(isThrottled)) return;
    try {
      await work(item);
      done++;
    } catch (thrown) {
      pass.signal.throwIfAborted();
      if (thrown instanceof StoppedError && thrown.failure === undefined) return;
      failures.push(thrown instanceof StoppedError && thrown.failure ? thrown.failure : failureOf(thrown));
      if (!(thrown instanceof StoppedError)) holdBack(item.machineId, failureOf(thrown), pass);
    }
  });
  const [failure] = failures.toSorted((a, b) => Number(isThrottled(b)) - Number(isThrottled(a)));
  if (failure !== undefined && (done === 0 || isThrottled(failure))) return { is: 'Failed', failure };
  return done > 0 ? { is: 'Done' } : { is: 'Started' };
}

const isThrottled = ({ reason }: Failure): boolean => reason === 'Throttled';

/** The endpoint is read before the rule is written: a machine with another endpoint is given nothing. */
async function joinOne(join: MachineJoin, want: Desired, pass: Pass): Promise<void> {
  const { machineId, rule, endpoint, agent, stale = [] } = join;
  const found = endpoint && (await readAssociation(endpoint.id, pass));
  if (found !== undefined && !mayGive(found, want, pass)) return;
  for (const id of stale) await dissociate(id, pass);
  if (rule !== undefined) await joinRule({ ...rule, machineId }, pass);
  if (endpoint !== undefined) await joinEndpoint({ ...endpoint, machineId }, found, want, pass);
  if (agent !== undefined) await joinAgent(machineId, agent, want, pass);
}

async function joinRule(rule: Association, pass: Pass): Promise<void> {
  const found = await readAssociation(rule.id, pass);
  if (!sameId(found?.ruleId, rule.ruleId)) await associate(rule, pass);
}

async function joinEndpoint(endpoint: Association, found: Association | undefined, want: Desired, pass: Pass) {
  if (isRight(found, endpoint.endpointId, want)) return;
  const isOurs = found !== undefined && isOurAssociation(found, want.owner);
  const before = isOurs ? endpointBefore(found) : found?.endpointId;
  await associate({ ...endpoint, description: ownDescription(want.owner, before) }, pass);
}

async function joinAgent(machineId: ArmId, agent: AgentWant, want: Desired, pass: Pass): Promise<void> {
  const { azure } = pass.world;
  const installed = await azure.agent(machineId, pass.signal);
  noteAgent(pass.memory.ledger, machineId, installed);
  if (installed !== undefined && !isToInstall(installed, agent, want)) return;
  await send(agent.id, 'create', () => azure.installAgent(agent, pass.writeSignal), pass);
  const { id, tags, version, automaticUpgrade, proxy } = agent;
  const state = installed === undefined ? 'Creating' : 'Updating';
  const settings = { automaticUpgrade, ...(version ? { version } : {}), ...(proxy ? { proxy } : {}) };
  noteAgent(pass.memory.ledger, machineId, { id, machineId, tags, provisioningState: state, ...settings });
}

/** An association that is found is ours, or may be left as it is, or may be taken over. */
function mayGive(found: Association, want: Desired, pass: Pass): boolean {
  if (isOurAssociation(found, want.owner) || isInScope(found, want, pass)) return true;
  return (want.collection?.machines?.takeOver ?? false) && otherOwner(found, want.owner) === undefined;
}

function isRight(found: Association | undefined, endpointId: ArmId | undefined, want: Desired): boolean {
  return sameId(found?.endpointId, endpointId) && found !== undefined && isOurAssociation(found, want.owner);
}

function isInScope({ endpointId }: Association, { scope }: Desired, { memory }: Pass): boolean {
  const links = bodyOf(
    memory.ledger.peek<readonly ScopedResource[]>(`${scope.id}/scopedResources`) ?? { is: 'absent' },
  );
  return links?.some(({ targetId }) => sameId(targetId, endpointId)) ?? false;
}

const isFinal = ({ provisioningState: state }: AgentExtension): boolean => isSucceeded(state) || isFailedState(state);

const isToInstall = (found: AgentExtension, agent: AgentWant, want: Desired): boolean =>
  isOurAgent(found, want.owner) &&
  isFinal(found) &&
  (isFailedState(found.provisioningState) || !isAsWanted(found, agent));

/** A machine that is chosen again in the meantime keeps what it has. */
async function leaveOne({ machineId, endpoint, rules }: MachineLeave, want: Desired, pass: Pass): Promise<void> {
  const { azure } = pass.world;
  const { ledger } = pass.memory;
  const machine = await azure.machine(machineId, pass.signal);
  if (machine === undefined) {
    // What hung on it is gone with it.
    for (const { id } of [...rules, ...(endpoint ? [endpoint] : [])]) noteAssociation(ledger, id, undefined);
    noteAgent(ledger, machineId, undefined);
    return;
  }
  const wanted = want.deletedAt === undefined ? want.collection?.machines : undefined;
  if (isServed(machine.system, want) && isChosen(machine, { subscriptionId: want.subscriptionId, want: wanted })) {
    ledger.touch(listOf(machineId));
    return;
  }
  if (isArcMachine(machineId)) await removeAgent(machineId, machine.status, want, pass);
  if (endpoint !== undefined) await leaveEndpoint(endpoint, want, pass);
  for (const { id } of rules) await dissociate(id, pass);
}

const isServed = (system: string | undefined, { collection }: Desired): boolean =>
  system === undefined || (collection?.rules.some(rule => rule.system === system) ?? false);

const listOf = (machineId: ArmId): string => machineId.replace(/\/[^/]+$/, '');

async function removeAgent(machineId: ArmId, status: string | undefined, want: Desired, pass: Pass): Promise<void> {
  const { azure } = pass.world;
  const { ledger } = pass.memory;
  const agent = await azure.agent(machineId, pass.signal);
  noteAgent(ledger, machineId, agent);
  if (agent === undefined || !isOurAgent(agent, want.owner)) return;
  if (!isFinal(agent)) throw new StoppedError();
  if (status !== 'Connected') {
    const message = `machine ${shortName(machineId)} is ${status ?? 'not connected'}, and its Azure Monitor Agent can only be removed while it is Connected: connect it, or delete the machine in Azure`;
    const failure = stalled('MachineNotConnected', message);
    holdBack(machineId, failure, pass);
    throw new StoppedError(failure);
  }
  await send(agent.id, 'delete', () => azure.removeAgent(agent.id, pass.writeSignal), pass);
  noteAgent(ledger, machineId, { ...agent, provisioningState: 'Deleting' });
  throw new StoppedError();
}

/** What the machine had before is put back; when that is gone, nothing is. */
async function leaveEndpoint({ id, machineId }: Association, want: Desired, pass: Pass): Promise<void> {
  const found = await readAssociation(id, pass);
  if (found === undefined || !isOurAssociation(found, want.owner)) return;
  const before = endpointBefore(found);
  if (before === undefined) return dissociate(id, pass);
  try {
    await associate({ id, machineId, endpointId: before }, pass);
  } catch (thrown) {
    if (!(thrown instanceof StoppedError) || thrown.failure?.reason !== 'NotFound') throw thrown;
    await dissociate(id, pass);
  }
}
