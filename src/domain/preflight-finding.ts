/**
 * The preflight of a plan as findings of `pms plan` and `pms check`, with what only these two look at. Pure.
 */
import type { Desired } from './desire.ts';
import { type Finding, failing, passed, warned } from './finding.ts';
import { bodyOf, type Observed } from './observed.ts';
import { machinesElsewhere, strandedText } from './preflight-surroundings.ts';
import type { Plan } from './steps.ts';

const CHECK = 'preflight';

/** Throws TypeError for a plan without that step: one that takes everything down. */
export function preflightFinding({ steps }: Plan): Finding {
  const verdict = steps.find(({ name }) => name === 'PreflightPassed')?.verdict;
  if (verdict === undefined) throw new TypeError('a plan without a preflight');
  const cure = `docs/troubleshooting.md#${verdict.reason.toLowerCase()}`;
  if (verdict.state !== 'Ready') return failing(CHECK, `${verdict.reason}: ${verdict.message}`, cure);
  return verdict.reason === 'PassedWithWarnings'
    ? warned(CHECK, verdict.message, cure)
    : passed(CHECK, verdict.message);
}

/** Machines of Azure Arc of which nobody knows the DNS; nothing where there are none, or nobody looked. */
export function elsewhereFindings(want: Desired, seen: Observed): readonly Finding[] {
  const machines = machinesElsewhere(want, seen);
  if (machines.length === 0) return [];
  const isCut = (seen.surroundings && bodyOf(seen.surroundings)?.isCut) ?? false;
  const where = 'of Azure Arc on no network that Azure knows of';
  const cure = `if they ask DNS target ${want.dns.target}, or a server that gets its records: see docs/troubleshooting.md#passedwithwarnings`;
  return [warned('machines', strandedText(machines, want, { where, isCut }), cure)];
}
