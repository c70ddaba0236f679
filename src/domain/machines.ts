/**
 * All machines of an object: what each is to be given, what those lose that are chosen no longer, and what a thousand of
 * them come to. Pure.
 */
import { endpointsByRegion } from './collection.ts';
import { isFailedState, isSucceeded } from './converge.ts';
import type { Desired } from './desire.ts';
import { leavingOf } from './machine-choice.ts';
import { isOurAssociation } from './machine-ownership.ts';
import type { MachineRules } from './machine-part.ts';
import type { Association, Machine, MachineLeave } from './machine-resources.ts';
import { countText, missingProblem, problemVerdicts, tellMachines } from './machine-text.ts';
import { judgeMachine, type MachineVerdict } from './machine-verdict.ts';
import { idKey, sameId } from './names.ts';
import type { InventoryEntry } from './object.ts';
import { bodyOf, type Observed } from './observed.ts';
import { acts, after, combine, type Plan, ready, unreadable, type Verdict, waits } from './steps.ts';
import { heard } from './telemetry-flow.ts';

/** Machines that one pass writes to, of those that join and of those that leave. */
export const WAVE = 40;

/** How often an extension that a machine works on is looked at, in milliseconds: all of them by one query. */
export const AGENT_POLL_MS = 15_000;

export interface MachinesPlan {
  /** Joining, leaving and whatever is wrong: part of DataCollectionReady. */
  readonly verdict: Verdict;
  /** What the first publication waits for: associations that can be made. */
  readonly associating: Verdict;
  /** Of the plan; nothing when the spec asks for no machines. */
  readonly status: Pick<Plan, 'machines'>;
}

/** What is due on machines; `before` must be Ready before one is given anything. `undefined`: no machine is concerned. */
export function convergeMachines(
  want: Desired,
  seen: Observed,
  before: Readonly<Record<string, Verdict>>,
): MachinesPlan | undefined {
  if (seen.machines === undefined) return undefined;
  const { chosen, associations, agents, missing } = seen.machines;
  for (const reading of [chosen, associations]) {
    if (reading.is === 'unread') {
      const verdict = unreadable(reading.failure);
      return { verdict, associating: verdict, status: {} };
    }
  }
  const rules = rulesOf(want, seen);
  const machines = bodyOf(chosen) ?? [];
  const verdicts = rules === undefined ? [] : judgeAll(machines, rules, seen);
  const served = verdicts.filter(({ problem }) => problem?.reason !== 'NoRuleForSystem');
  const leaving = leaveVerdict(leavingOf(served, listed(seen), want.owner), seen);
  if (rules === undefined)
    return { verdict: leaving, associating: ready('AllReady', 'no machines are asked for'), status: {} };
  const told = tellMachines(verdicts, missing, heard(want, seen));
  const problems = [
    ...verdicts.flatMap(({ id, problem }) => (problem === undefined ? [] : [{ id, problem }])),
    ...missing.map(id => ({ id, problem: missingProblem })),
  ];
  const joining = after(before, () => joinVerdict(verdicts));
  const isBlind = agents.is === 'unread' && rules.want.agent !== undefined;
  return {
    verdict: combine([
      ...[joining, leaving].filter(({ message }) => message !== ''),
      ...problemVerdicts(problems),
      ...(agents.is === 'unread' && isBlind ? [unreadable(agents.failure)] : []),
      ready('AllReady', countText(told)),
    ]),
    associating: associatingVerdict(verdicts),
    status: { machines: told },
  };
}

const listed = ({ machines }: Observed) => ({
  associations: machines === undefined ? [] : (bodyOf(machines.associations) ?? []),
  agents: machines === undefined ? [] : (bodyOf(machines.agents) ?? []),
});

/** `undefined` when the spec asks for no machines. */
function rulesOf(want: Desired, seen: Observed): MachineRules | undefined {
  const { collection, owner } = want;
  if (collection?.machines === undefined) return undefined;
  const { known, isWhole } = endpointsByRegion(collection, seen);
  const linked = (bodyOf(seen.scopeLinks) ?? []).map(({ targetId }) => targetId);
  return {
    owner,
    want: collection.machines,
    rules: new Map(collection.rules.map(({ system, id }) => [system, id])),
    endpoints: known,
    hasUnknownRegion: !isWhole,
    inScope: new Set([...linked, ...collection.endpoints.map(({ id }) => id)].map(idKey)),
    writes: seen.machines?.writes ?? new Map(),
    now: seen.now,
  };
}

function judgeAll(machines: readonly Machine[], rules: MachineRules, seen: Observed): readonly MachineVerdict[] {
  const { associations, agents } = listed(seen);
  const byMachine = Map.groupBy(associations, ({ machineId }) => idKey(machineId));
  const agentOf = new Map(agents.map(agent => [idKey(agent.machineId), agent]));
  const isBlind = seen.machines?.agents.is === 'unread';
  return machines.map(machine => {
    const key = idKey(machine.id);
    const agent = isBlind ? 'Unknown' : agentOf.get(key);
    return judgeMachine({ machine, associations: byMachine.get(key) ?? [], agent }, rules);
  });
}

function joinVerdict(verdicts: readonly MachineVerdict[]): Verdict {
  const due = verdicts.flatMap(({ join }) => join ?? []);
  if (due.length === 0) return ready('AllReady', '');
  const joins = due.slice(0, WAVE);
  return acts('Updating', `${plural(due.length)} to be given what is missing`, {
    verb: 'join',
    key: 'machines',
    joins,
  });
}

/** Agents hold nothing, and a machine that somebody must act on neither. */
function associatingVerdict(verdicts: readonly MachineVerdict[]): Verdict {
  const due = verdicts.filter(({ join }) => join?.rule !== undefined || join?.endpoint !== undefined);
  const held = verdicts.flatMap(({ problem }) =>
    problem?.isAssociation && ['Waiting', 'Failed'].includes(problem.state) ? [problem] : [],
  );
  const open = due.length + held.length;
  if (open === 0) return ready('AllReady', 'every machine is associated that can be');
  const delays = held.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  const message = `${plural(open)} not associated yet`;
  return waits('Updating', message, delays.length === 0 ? undefined : Math.min(...delays));
}

const plural = (count: number): string => (count === 1 ? '1 machine is' : `${count} machines are`);

/** What leaves loses the agent first, and the association with our rule last: while that is there, it is known of. */
function leaveVerdict(leaving: readonly MachineLeave[], seen: Observed): Verdict {
  if (leaving.length === 0) return ready('AllReady', '');
  const judged = leaving.map(leave => ({ leave, verdict: judgeLeave(leave, seen) }));
  const due = judged.flatMap(({ leave, verdict }) => (verdict === undefined ? [leave] : []));
  const open = judged.flatMap(({ verdict }) => verdict ?? []);
  const text = `${plural(leaving.length)} chosen no longer and to lose what the operator gave`;
  const action = { verb: 'leave', key: 'machines', leaves: due.slice(0, WAVE) } as const;
  return combine([...(due.length === 0 ? [] : [acts('Deleting', text, action)]), ...open]);
}

/** What holds a leaving machine up; `undefined`: nothing does. */
function judgeLeave({ agent, endpoint, rules, machineId }: MachineLeave, seen: Observed): Verdict | undefined {
  const state = agent?.provisioningState;
  if (state !== undefined && !isSucceeded(state) && !isFailedState(state)) {
    return waits('Deleting', `the Azure Monitor Agent of a leaving machine is ${state}`, AGENT_POLL_MS);
  }
  const ids = [agent?.id, endpoint?.id, ...rules.map(({ id }) => id), machineId];
  for (const id of ids) {
    const write = id === undefined ? undefined : seen.machines?.writes.get(idKey(id));
    if (write?.is === 'InFlight') return waits('Deleting', 'a leaving machine has not been answered for yet');
    if (write?.is !== 'HeldOff') continue;
    const { kind: held, reason, message } = write.failure;
    return { state: held, reason, message, retryAfterMs: Math.max(0, write.retryAt - seen.now), actions: [] };
  }
  return undefined;
}

/**
 * Deletion: whatever is ours on machines goes, unless the rules themselves are left. `undefined`: no machine is concerned.
 */
export function leaveAll(want: Desired, seen: Observed): Verdict | undefined {
  if (seen.machines === undefined) return undefined;
  const { associations } = seen.machines;
  if (associations.is === 'unread') return unreadable(associations.failure);
  const verdict = leaveVerdict(leavingOf([], listed(seen), want.owner), seen);
  return verdict.state === 'Ready' ? ready('Deleted', 'no machine has anything of ours') : verdict;
}

/** Whether associations of ours still name a rule or an endpoint of the inventory, which then cannot go. */
export function stillAssociated(entry: InventoryEntry, want: Desired, seen: Observed): Verdict | undefined {
  if (seen.machines === undefined) return undefined;
  if (seen.machines.associations.is === 'unread') return unreadable(seen.machines.associations.failure);
  const isOn = ({ ruleId, endpointId }: Association) => sameId(ruleId, entry.id) || sameId(endpointId, entry.id);
  const left = listed(seen).associations.filter(one => isOn(one) && isOurAssociation(one, want.owner));
  return left.length === 0 ? undefined : waits('Deleting', `${plural(left.length)} still associated with it`);
}
