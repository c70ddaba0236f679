/**
 * A fault plan: which calls go wrong, and how. Written as YAML or as data; checked here, with every problem named by its
 * path. Which call a rule meets is decided in engine.ts; what it then does is done in http.ts and around-handlers.ts.
 */
import { type LineOf, readYaml } from '../seed-lines.ts';
import { anyMap, guidText, list, map, number, oneOf, type Report, type Rule, text, texts } from '../seed-rules.ts';

export interface FaultMatch {
  /** Default: any but the admin calls, which nothing touches. */
  readonly service?: 'arm' | 'entra' | 'data-plane';
  readonly method?: string | readonly string[];
  /** Namespace and type, in any letter case, e.g. `Microsoft.Network/privateEndpoints`. */
  readonly type?: string;
  /** The whole path, in any letter case; `*` stands for any characters. */
  readonly path?: string;
  /** Client id, as the token says (not checked: a fault also meets calls that will be refused). */
  readonly principal?: string;
  /** The first match that counts, from 1; default 1. */
  readonly nth?: number;
  /** How many matches it meets from there; default: 1 with `nth`, otherwise all. */
  readonly times?: number;
}

/** Ways for a call to end without its answer. */
export interface Disturbance {
  readonly delayMs?: number;
  /** Nothing comes any more, and the connection stays open. */
  readonly hang?: boolean;
  /** The connection is reset. */
  readonly reset?: boolean;
}

export interface OwnAnswer {
  readonly status?: number;
  /** Default: an error in the form of the service that was called. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly retryAfterSeconds?: number;
}

/** What happens to an answer that was made: the call has had its effect. */
export interface Aftermath extends Disturbance, OwnAnswer {
  /** The headers promise the whole body; so many bytes of it come, then the connection ends. */
  readonly cutBodyAfterBytes?: number;
  /** The next page of a list is said to be on this host. */
  readonly nextLinkHost?: string;
  /** How the work that the call starts ends; `lost`: it goes on, but nobody knows its operation. */
  readonly operation?: 'Failed' | 'Canceled' | 'never' | 'lost';
  /** `error` of the operation that ends so; default: one of the provider's. */
  readonly error?: Readonly<Record<string, unknown>>;
  /** What the call created is not seen by reads, nor as a parent, for so long. */
  readonly notFoundForSeconds?: number;
  /** A list shows the world as it was so long ago. */
  readonly staleSeconds?: number;
}

export interface FaultRule {
  /** Shown in the journal; default `faults[N]`. */
  readonly name?: string;
  readonly match: FaultMatch;
  /** At least one. `instead`: the service never sees the call. */
  readonly before?: Disturbance;
  readonly instead?: OwnAnswer;
  readonly after?: Aftermath;
}

export interface FaultPlan {
  readonly faults: readonly FaultRule[];
}

export const noFaults: FaultPlan = { faults: [] };

/** Thrown for a plan that cannot be followed; the message has one line per problem. */
export class FaultPlanError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the fault plan is not valid:\n${problems.map(problem => `  ${problem}`).join('\n')}`);
    this.name = 'FaultPlanError';
    this.problems = problems;
  }
}

const within =
  (wanted: string, accepts: (value: number) => boolean): Rule =>
  (value, path, report) => {
    number(value, path, report);
    if (typeof value === 'number' && !accepts(value)) report(path, `must be ${wanted}, not ${value}`);
  };
const whole = (least: number) =>
  within(`a whole number, ${least} or more`, value => Number.isSafeInteger(value) && value >= least);
const time = within('0 or more and less than a day', value => value >= 0 && value < 86_400_000);
const seconds = within('0 or more and less than a day', value => value >= 0 && value < 86_400);

const yes: Rule = (value, path, report) => {
  if (value !== true) report(path, 'must be true, or be left out');
};
const anything: Rule = () => {};
const hostName = text('a host name, with a port if need be', value => /^[a-z0-9.-]+(:\d{1,5})?$/i.test(value));
const verb = text('a method in capitals, e.g. PUT', value => /^[A-Z]+$/.test(value));
const verbs: Rule = (value, path, report) => (Array.isArray(value) ? list(verb) : verb)(value, path, report);
const typeName = text('namespace and type, e.g. Microsoft.Network/privateEndpoints', value =>
  /^[a-z.]+\/[a-z/]+$/i.test(value),
);
const pattern = text('a path, with * for any characters', value => /^[/*]/.test(value));

const disturbance = { delayMs: time, hang: yes, reset: yes };
const status = within('a status from 200 to 599', value => Number.isInteger(value) && value >= 200 && value <= 599);
const ownAnswer = { status, body: anything, headers: texts, retryAfterSeconds: seconds };
const aftermath = {
  ...disturbance,
  ...ownAnswer,
  cutBodyAfterBytes: whole(0),
  nextLinkHost: hostName,
  operation: oneOf('Failed', 'Canceled', 'never', 'lost'),
  error: anyMap,
  notFoundForSeconds: seconds,
  staleSeconds: seconds,
};
const match = map(
  {},
  {
    service: oneOf('arm', 'entra', 'data-plane'),
    method: verbs,
    type: typeName,
    path: pattern,
    principal: guidText,
    nth: whole(1),
    times: whole(1),
  },
);

const planRule = map({
  faults: list(
    map(
      { match },
      { name: text(), before: map({}, disturbance), instead: map({}, ownAnswer), after: map({}, aftermath) },
    ),
  ),
});

/** What the single rules cannot see: that there is something to do, and that not both of two things are asked. */
function checkRule({ before, instead, after }: FaultRule, path: string, report: Report): void {
  if (before === undefined && instead === undefined && after === undefined) {
    report(path, 'must say what happens: before, instead or after');
  }
  if (instead !== undefined && after !== undefined) {
    report(path, 'cannot have both instead and after: without the call there is nothing after it');
  }
  if (instead !== undefined && instead.status === undefined) report(`${path}.instead.status`, 'is missing');
  for (const [when, how] of Object.entries({ before, after })) {
    if (how?.hang === true && how.reset === true) report(`${path}.${when}`, 'cannot both hang and reset');
  }
  const { operation, error } = after ?? {};
  if (error !== undefined && operation !== 'Failed' && operation !== 'Canceled') {
    report(`${path}.after.error`, 'belongs to operation: Failed or Canceled');
  }
}

/** A checked plan. Throws FaultPlanError with every problem at once; `lineOf`: the line of a path, when there is a text. */
export function checkFaultPlan(value: unknown, lineOf: LineOf = () => undefined): FaultPlan {
  const problems: string[] = [];
  const report: Report = (path, problem) => {
    const line = lineOf(path);
    const where = path === '' ? 'the plan' : path;
    problems.push(`${line === undefined ? '' : `line ${line}: `}${where} ${problem}`);
  };
  planRule(value, '', report);
  if (problems.length > 0) throw new FaultPlanError(problems);
  const plan = value as FaultPlan;
  plan.faults.forEach((rule, index) => {
    checkRule(rule, `faults[${index}]`, report);
  });
  if (problems.length > 0) throw new FaultPlanError(problems);
  return plan;
}

/** A plan from YAML or JSON text. Throws FaultPlanError, which names lines. */
export function parseFaultPlan(yaml: string): FaultPlan {
  const { value, problems, lineOf } = readYaml(yaml);
  if (problems.length > 0) throw new FaultPlanError(problems);
  return checkFaultPlan(value, lineOf);
}
