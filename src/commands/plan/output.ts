/**
 * A forecast as data, for `pms plan -o json`. Pure.
 */
import { accessField } from '../../domain/access.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Forecast, hasChanges } from '../../domain/forecast.ts';
import type { RecordsForecast } from '../../domain/forecast-records.ts';
import { summaryLine } from '../../domain/forecast-text.ts';
import { shortName } from '../../domain/names.ts';
import type { Change } from '../../domain/resources.ts';
import type { Action, StepName, Verdict } from '../../domain/steps.ts';

export interface PlanOutput {
  /** `namespace/name` */
  readonly object: string;
  /** Whether anything would be written. */
  readonly changes: boolean;
  /** Whether nothing stands in the way. */
  readonly possible: boolean;
  readonly summary: string;
  readonly actions: readonly PlanAction[];
  readonly records: RecordsForecast & { readonly after: readonly number[] };
  /** The steps of the pass that would run now. */
  readonly steps: readonly StepOutput[];
  readonly obstacles: readonly StepOutput[];
  /** What the object needs to be there beforehand. */
  readonly findings: readonly Finding[];
}

export interface PlanAction {
  readonly number: number;
  readonly step: StepName;
  readonly verb: Action['verb'];
  readonly key: string;
  /** Absent for records. */
  readonly id?: string;
  readonly name?: string;
  readonly changes?: readonly Change[];
  /** What is sent when it is created. */
  readonly body?: object;
  readonly after: readonly number[];
}

export interface StepOutput extends Pick<Verdict, 'state' | 'reason' | 'message'> {
  readonly name: StepName;
}

export const planOutput = (ahead: Forecast, findings: readonly Finding[], object: string): PlanOutput => ({
  object,
  changes: hasChanges(ahead),
  possible: ahead.obstacles.length === 0 && !findings.some(({ state }) => state === 'failed'),
  summary: summaryLine(ahead),
  actions: ahead.actions.map(({ number, step, action, after }) => {
    return { number, step, verb: action.verb, key: action.key, ...subjectOf(action), after };
  }),
  records: { ...ahead.records, after: ahead.recordsAfter },
  steps: ahead.now.steps.map(stepOutput),
  obstacles: ahead.obstacles.map(stepOutput),
  findings,
});

const stepOutput = ({ name, verdict: { state, reason, message } }: Forecast['obstacles'][number]): StepOutput => ({
  name,
  state,
  reason,
  message,
});

function subjectOf(action: Action): Pick<PlanAction, 'id' | 'name' | 'changes' | 'body'> {
  switch (action.verb) {
    case 'create':
      return { id: action.want.id, name: action.want.name, body: action.want };
    case 'update':
      return { id: action.want.id, name: action.want.name, changes: action.changes };
    case 'close':
    case 'open': {
      const { kind, id } = action;
      const changes = action.changes.map(({ access, found, wanted }) => {
        return { field: accessField(kind, access), found, wanted };
      });
      return { id, name: shortName(id), changes };
    }
    case 'publish':
    case 'export':
    case 'unexport':
    case 'note':
    case 'join':
    case 'leave':
      return {};
    case 'unpublish':
      return { name: action.target };
    default:
      return { id: action.id, name: shortName(action.id) };
  }
}
