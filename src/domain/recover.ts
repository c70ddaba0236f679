/**
 * Names that deleted workspaces still hold: Azure keeps them for 14 days, and a PUT on one brings the old workspace back.
 * That is done when the spec says so, and never by accident. Pure. Source: facts ampls 1.2 ("Recover = same PUT").
 */
import { converge } from './converge.ts';
import type { Desired } from './desire.ts';
import { regionKey } from './difference.ts';
import { sameId } from './names.ts';
import { bodyOf, type Observed, type Sight } from './observed.ts';
import { isMade, type Owner, type SoftDeletedWorkspace, type WorkspaceWant } from './resources.ts';
import { each, ready, unreadable, type Verdict } from './steps.ts';

/** Part of the preflight: no creation may meet a held name that the spec does not want recovered. */
export function judgeSoftDeleted(want: Desired, seen: Observed): Verdict {
  if (seen.softDeleted.is === 'unread') return unreadable(seen.softDeleted.failure);
  const made = want.workspaces.filter(isMade);
  if (made.length === 0) return ready('ChecksPassed', 'no workspace is created');
  return each(made, workspace => judgeName(workspace, seen));
}

function judgeName(workspace: WorkspaceWant, seen: Observed): Verdict {
  const twin = deletedTwin(workspace, seen);
  if (twin === undefined) return ready('ChecksPassed', 'no soft-deleted workspace has a wanted name');
  if (!workspace.recover) return softDeleted(`${heldText(workspace, twin)}: creating it would recover it${MEANING}`);
  if (regionKey(twin.location) === regionKey(workspace.location)) {
    return ready('ChecksPassed', `${heldText(workspace, twin)} and is recovered, as spec.workspaces[].recover says`);
  }
  const text = `it can only be recovered there, and asked is ${workspace.location}`;
  return softDeleted(`${heldText(workspace, twin)}: ${text}; choose another name, or wait 14 days`);
}

const heldText = ({ name }: WorkspaceWant, { location }: SoftDeletedWorkspace): string =>
  `a deleted workspace ${name} (${location}) still holds the name`;

const MEANING =
  ', with its logs, its customer id and its old settings, but without solutions and linked services; set recover: true on it if that is wanted, ' +
  'else choose another name, delete it for good (recover it yourself, then delete it with force), or wait 14 days';

const softDeleted = (message: string): Verdict => ({ state: 'Stalled', reason: 'SoftDeleted', message, actions: [] });

/** The deleted workspace that a creation would bring back now. */
function deletedTwin(workspace: WorkspaceWant, seen: Observed): SoftDeletedWorkspace | undefined {
  if (seen.workspaces.get(workspace.key)?.reading.is !== 'absent') return undefined;
  return bodyOf(seen.softDeleted)?.find(candidate => sameId(candidate.id, workspace.id));
}

/** A workspace of ours; its creation says when it is a recovery. */
export function convergeWorkspace(
  workspace: WorkspaceWant,
  sight: Sight,
  context: Observed & { readonly owner: Owner },
): Verdict {
  const verdict = converge(workspace, sight, context);
  if (deletedTwin(workspace, context) === undefined) return verdict;
  const actions = verdict.actions.map(action =>
    action.verb === 'create' ? { ...action, why: 'recovered: it was deleted less than 14 days ago' } : action,
  );
  return { ...verdict, actions };
}
