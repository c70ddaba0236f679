/**
 * What is told of many machines: problems in one sentence for each kind, and the few machines that the status lists. Pure.
 */

import type { MachineProblem } from './machine-part.ts';
import type { MachinesTold } from './machine-resources.ts';
import type { MachineVerdict } from './machine-verdict.ts';
import { shortName } from './names.ts';
import { named } from './preflight-verdicts.ts';
import type { ArmId } from './resources.ts';
import { ready, type Verdict } from './steps.ts';
import type { Heard } from './telemetry-flow.ts';

/** The CRD admits this many. */
const MACHINES_SHOWN = 20;
/** And this much of each. */
const PROBLEM_MAX = 300;
const AGENT_MAX = 32;

const ORDER = { Stalled: 0, Failed: 1, Waiting: 2, Told: 3, Silent: 4, Well: 5 } as const;

/** `missing`: ids of the spec that are not there. */
export function tellMachines(
  verdicts: readonly MachineVerdict[],
  missing: readonly ArmId[],
  heard: Heard | undefined,
): MachinesTold {
  const gone = missing.map((id): MachineVerdict => ({ id, associated: false, problem: missingProblem }));
  const all = [...verdicts, ...gone];
  const silence = (id: ArmId) => heard?.machines.get(id)?.silence;
  const order = ({ id, problem }: MachineVerdict) => {
    if (problem !== undefined) return ORDER[problem.state];
    return silence(id) === undefined ? ORDER.Well : ORDER.Silent;
  };
  const shown = all.toSorted((a, b) => order(a) - order(b) || compare(a.id, b.id)).slice(0, MACHINES_SHOWN);
  return {
    selected: all.length,
    associated: all.filter(({ associated }) => associated).length,
    ...(heard === undefined ? {} : { reporting: heard.reporting, private: heard.private }),
    machines: shown.map(({ id, agent, associated, problem }) => ({
      id,
      ...heard?.machines.get(id)?.told,
      ...(agent === undefined ? {} : { agent: agent.slice(0, AGENT_MAX) }),
      associated,
      ...problemText(problem, silence(id)),
    })),
  };
}

function problemText(problem: MachineProblem | undefined, silence: string | undefined): { readonly problem?: string } {
  const text = problem === undefined ? silence : `${problem.reason}: ${problem.message}`;
  return text === undefined ? {} : { problem: cut(text) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const cut = (text: string): string => (text.length <= PROBLEM_MAX ? text : `${text.slice(0, PROBLEM_MAX - 3)}...`);

export const missingProblem: MachineProblem = {
  state: 'Stalled',
  reason: 'MachineNotFound',
  message: 'is not there, or we may not read it: check spec.dataCollection.machines.resourceIds',
  isAssociation: true,
};

/** One verdict for machines with the same problem; what is only told holds nothing back. */
export function problemVerdicts(
  items: readonly { readonly id: ArmId; readonly problem: MachineProblem }[],
): readonly Verdict[] {
  const groups = Map.groupBy(items, ({ problem }) => `${problem.state} ${problem.reason} ${problem.message}`);
  return [...groups.values()].flatMap(group => {
    const [first] = group;
    if (first === undefined) return [];
    const { state, reason, message } = first.problem;
    const text = `${group.length === 1 ? 'machine' : `${group.length} machines,`} ${named(group.map(({ id }) => shortName(id)))}${group.length === 1 ? '' : ', each'} ${message}`;
    if (state === 'Told') return [ready('AllReady', text)];
    const delays = group.flatMap(({ problem }) => problem.retryAfterMs ?? []);
    const verdict: Verdict = { state, reason, message: text, actions: [] };
    return [delays.length === 0 ? verdict : { ...verdict, retryAfterMs: Math.min(...delays) }];
  });
}

/** `997 of 1000 machines are associated` */
export const countText = ({ associated, selected }: Pick<MachinesTold, 'associated' | 'selected'>): string =>
  `${associated} of ${selected} ${selected === 1 ? 'machine is' : 'machines are'} associated`;
