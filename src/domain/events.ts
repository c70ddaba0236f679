/**
 * What a pass tells through Kubernetes events: each action once, and each change of the conditions that people wait
 * for. Pure.
 */
import type { Failure } from './failures.ts';
import type { Condition } from './object.ts';
import type { Action } from './steps.ts';

/** What became of one action. `Done` may let the next step go at once; `Started` goes on in Azure. */
export interface ActionResult {
  readonly action: Action;
  readonly outcome:
    | { readonly is: 'Done' }
    | { readonly is: 'Started' }
    | { readonly is: 'Failed'; readonly failure: Failure };
}

export interface PassEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

const VERB_TEXT = {
  create: 'Creating',
  update: 'Updating',
  delete: 'Deleting',
  adopt: 'Adopted',
  forget: 'Released',
} as const;

/** An event for each action that was sent or refused. */
export function actionEvents(results: readonly ActionResult[]): readonly PassEvent[] {
  return results.flatMap(({ action, outcome }): readonly PassEvent[] => {
    if (action.verb === 'publish' || action.verb === 'unpublish') return [];
    if (outcome.is === 'Failed') {
      return [{ type: 'Warning', reason: outcome.failure.reason, note: `${action.key}: ${outcome.failure.message}` }];
    }
    return [{ type: 'Normal', reason: VERB_TEXT[action.verb], note: noteOf(action) }];
  });
}

function noteOf(action: Exclude<Action, { verb: 'publish' | 'unpublish' }>): string {
  switch (action.verb) {
    case 'create':
      return `${action.want.id} (${action.why})`;
    case 'update':
      return `${action.want.id}: ${action.changes.map(c => `${c.field} ${c.found} -> ${c.wanted}`).join(', ')}`;
    case 'forget':
      return action.why === 'Deleted' ? `${action.id} is gone` : `${action.id} stays in Azure`;
    default:
      return action.id;
  }
}

/** Events only when a condition's status changes, never on every look. */
export function transitionEvents(before: readonly Condition[], now: readonly Condition[]): readonly PassEvent[] {
  return now
    .filter(condition => ['Ready', 'Stalled', 'RecordsPublished', 'RecordsResolving'].includes(condition.type))
    .filter(condition => {
      const previous = before.find(candidate => candidate.type === condition.type);
      const changed = previous?.status !== condition.status;
      return changed && (condition.status === 'True' || previous?.status === 'True');
    })
    .map(({ type, status, reason, message }) => ({
      type: (status === 'True') === (type !== 'Stalled') ? ('Normal' as const) : ('Warning' as const),
      reason: status === 'True' ? (type === 'Stalled' ? reason : type) : `Not${type}`,
      note: message,
    }));
}
