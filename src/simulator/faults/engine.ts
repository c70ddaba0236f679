/**
 * Finds the rule of the fault plan that meets a call, and counts. Knows no HTTP server and no resource type.
 */
import { decodeJwt } from 'jose';
import { parseArmPath } from '../frame/path.ts';
import { actionMatches } from '../frame/permissions.ts';
import type { FaultMatch, FaultPlan, FaultRule } from './plan.ts';

export interface FaultCall {
  readonly service: 'arm' | 'entra' | 'data-plane';
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
}

export interface MetRule {
  readonly name: string;
  readonly rule: FaultRule;
}

export interface FaultEngine {
  /** The first rule that meets this call, which thereby counts for every rule that matches it. */
  meet(call: FaultCall): MetRule | undefined;
  /** Puts another plan in place, all counts at zero. */
  load(plan: FaultPlan): void;
  /** The plan, and for each rule how many calls matched it and how many it met. */
  report(): readonly {
    readonly name: string;
    readonly matched: number;
    readonly met: number;
    readonly rule: FaultRule;
  }[];
  /** Whether there is any rule at all. */
  readonly active: boolean;
}

/** `namespace/type/type`, lower case; empty for what is no ARM path. */
function typeOf(path: string): string {
  try {
    const parsed = parseArmPath(path);
    return parsed === undefined ? '' : [parsed.namespace, ...parsed.types].join('/').toLowerCase();
  } catch {
    // A path that cannot be read has no type; what is wrong with it is said by whoever answers.
    return '';
  }
}

function principalOf(authorization: string | null): string {
  const token = authorization?.split(' ')[1];
  if (token === undefined) return '';
  try {
    return String(decodeJwt(token).appid ?? '').toLowerCase();
  } catch {
    return '';
  }
}

function matches(match: FaultMatch, call: FaultCall): boolean {
  const methods = match.method === undefined ? [call.method] : [match.method].flat();
  return (
    (match.service === undefined || match.service === call.service) &&
    methods.includes(call.method) &&
    (match.type === undefined || match.type.toLowerCase() === typeOf(call.path)) &&
    (match.path === undefined || actionMatches(call.path, match.path)) &&
    (match.principal === undefined || match.principal.toLowerCase() === principalOf(call.authorization))
  );
}

/** Whether the call just counted is one of those that the rule is for. */
function isItsTurn({ rule, matched }: { readonly rule: FaultRule; readonly matched: number }): boolean {
  const { nth, times } = rule.match;
  const from = nth ?? 1;
  return matched >= from && matched < from + (times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1));
}

export function faultEngine(initial: FaultPlan): FaultEngine {
  const countedOf = (plan: FaultPlan) =>
    plan.faults.map((rule, index) => ({ name: rule.name ?? `faults[${index}]`, rule, matched: 0, met: 0 }));
  let counted = countedOf(initial);
  return {
    get active() {
      return counted.length > 0;
    },
    meet: call => {
      const matching = counted.filter(({ rule }) => matches(rule.match, call));
      for (const each of matching) each.matched += 1;
      const found = matching.find(isItsTurn);
      if (found !== undefined) found.met += 1;
      return found;
    },
    load: plan => {
      counted = countedOf(plan);
    },
    report: () => counted.map(each => ({ ...each })),
  };
}
