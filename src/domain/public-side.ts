/**
 * The negative proof: what Azure shows as closed is asked for from the public side, where the operator has an egress, and
 * must be refused there. It only tells: nothing is opened or closed for what comes of it. Pure;
 * src/controller/observe-public-side.ts asks.
 *
 * | a query from the public side          | told                                                              |
 * |---------------------------------------|-------------------------------------------------------------------|
 * | 403 NspValidationFailedError          | refused                                                           |
 * | answered for less than three minutes  | still answered: a closing takes Azure some minutes                |
 * | answered for longer                   | PublicSideAnswers                                                 |
 * | anything else, or no way there        | not known, with the reason                                        |
 */
import { accessOf, isClosed } from './access.ts';
import type { Desired } from './desire.ts';
import { bodyOf, type Observed } from './observed.ts';
import type { PublicTarget } from './public-proof.ts';
import { ready, type Verdict } from './steps.ts';
import { PATH_GRACE_MS } from './verify.ts';

/** The workspaces whose query access the spec wants closed and Azure shows as closed: ingestion cannot be asked. */
export function publicTargets(want: Desired, seen: Pick<Observed, 'workspaces'>): readonly PublicTarget[] {
  if (want.deletedAt !== undefined || want.planOnly) return [];
  return want.access.flatMap(({ kind, key, access }) => {
    const sight = kind === 'workspace' && isClosed(kind, access.query) ? seen.workspaces.get(key) : undefined;
    const body = sight && bodyOf(sight.reading);
    if (body?.customerId === undefined || !isClosed('workspace', accessOf(body).query)) return [];
    return [{ key, customerId: body.customerId.toLowerCase() }];
  });
}

/** What holds as Azure shows it, with what the public side says to it. */
export function withPublicSide(verdict: Verdict, key: string, seen: Pick<Observed, 'publicSide' | 'now'>): Verdict {
  const finding = seen.publicSide?.findings.find(one => one.key === key);
  if (finding === undefined || verdict.state !== 'Ready') return verdict;
  const { is, detail = 'not asked', answeredSince = seen.now } = finding;
  const told = (text: string): Verdict => ({ ...verdict, message: `${verdict.message}; ${text}` });
  if (is === 'Refused') return told('a query from the public side is refused');
  if (is === 'Unknown') return told(`whether the public side is refused is not known: ${detail.replace(/\.$/, '')}`);
  if (seen.now - answeredSince < PATH_GRACE_MS) return told('a query from the public side is still answered');
  const cure = 'does the egress proxy take the private path itself? Nothing is opened or closed for this';
  return { ...told(`yet a query from the public side is answered: ${cure}`), reason: 'PublicSideAnswers' };
}

/** One such warning speaks for the whole step, as long as the step holds. */
export function warned(verdict: Verdict, parts: readonly Verdict[]): Verdict {
  const isWarned = parts.some(({ reason }) => reason === 'PublicSideAnswers');
  return isWarned && verdict.state === 'Ready'
    ? { ...ready('PublicSideAnswers', verdict.message), actions: verdict.actions }
    : verdict;
}
