/**
 * Isolated: closing public access last, one resource at a time, only while the gate holds; taking a closing back when the
 * proof fails during its trial; and telling what Azure shows, whoever closed it. Pure. Design section 5.
 *
 * | asked  | found                  | verdict                                                              |
 * |--------|------------------------|----------------------------------------------------------------------|
 * | closed | open                   | close, when every step before holds and the proof is fresh           |
 * | closed | open, taken back       | Stalled IsolationRolledBack until the spec changes                   |
 * | closed | closed by us, on trial | Ready; taken back when the proof has failed for a minute             |
 * | closed | closed by us           | Ready; opened when the path is lost and onLostPath says Reopen       |
 * | closed | closed, not by us      | Ready FoundClosed                                                    |
 * | open   | closed                 | open, whatever is proved                                             |
 * | any    | SecuredByPerimeter     | left and said                                                        |
 * | any    | as another object asks | Stalled SettingConflict, and left (access-rivals.ts)                 |
 */
import {
  ACCESSES,
  type Access,
  type AccessChange,
  type AccessWant,
  accessChangeText,
  accessesOf,
  accessOf,
  hasAccess,
  isClosed,
  PERIMETER,
} from './access.ts';
import { agreedAccess, sharedClosing } from './access-rivals.ts';
import { sightOf } from './access-sight.ts';
import { busyVerdict, nameOf } from './converge.ts';
import { type Desired, wantsOf } from './desire.ts';
import { confirmed, inTurns, onTrial, PROOF_AGE_MS, TRIAL_MS, takenBack } from './isolation-pace.ts';
import { privateOnlyWarning } from './isolation-text.ts';
import type { InventoryEntry } from './object.ts';
import { bodyOf, entryOf, type Observed } from './observed.ts';
import { isLost, type Proof } from './proof.ts';
import { warned, withPublicSide } from './public-side.ts';
import { type Action, acts, after, ready, unreadable, type Verdict, waits } from './steps.ts';

interface Context {
  readonly want: Desired;
  readonly seen: Observed;
  readonly proof: Proof;
  /** The steps before; a closing waits for all of them. */
  readonly before: Readonly<Record<string, Verdict>>;
}

/** `undefined` when nothing is asked to be closed and nothing has to be opened: the step has no condition then. */
export function isolate(context: Context): Verdict | undefined {
  const subjects = subjectsOf(context);
  if (subjects.length === 0) return undefined;
  const verdicts = subjects.flatMap(subject => judge(subject, context));
  return warned(inTurns(verdicts), verdicts);
}

/** What the spec speaks of, as far as it asks for a closing or an opening; and what is on trial though it is silent now. */
function subjectsOf({ want, seen }: Context): readonly AccessWant[] {
  const stated = want.access.filter(
    item =>
      ACCESSES.some(access => isClosed(item.kind, item.access[access])) ||
      closedOnes(item, seen).length > 0 ||
      Object.keys(entryOf(seen, item.key)?.closed?.before ?? {}).length > 0,
  );
  const silent = wantsOf(want).flatMap((item): readonly AccessWant[] => {
    if (!hasAccess(item.kind)) return [];
    const entry = entryOf(seen, item.key);
    const isStated = stated.some(({ key }) => key === item.key);
    if (isStated || entry === undefined || onTrial(entry).length === 0) return [];
    return [{ kind: item.kind, key: item.key, id: item.id, name: item.name, access: {} }];
  });
  return [...stated, ...silent];
}

function closedOnes(item: AccessWant, seen: Observed): readonly Access[] {
  const body = bodyOf(sightOf(item, seen).reading);
  if (body === undefined) return [];
  const found = accessOf(body);
  return ACCESSES.filter(access => item.access[access] !== undefined && isClosed(item.kind, found[access]));
}

/** What another object has the say of is told beside the rest. */
function judge(asked: AccessWant, context: Context): readonly Verdict[] {
  const { seen } = context;
  const sight = sightOf(asked, seen);
  const busy = busyVerdict(asked, sight, seen.now);
  if (busy) return [busy];
  if (sight.reading.is === 'unread') return [unreadable(sight.reading.failure)];
  if (sight.reading.is === 'absent') return [waits('WaitingForStep', `waits for ${nameOf(asked)}`)];
  const found = accessOf(sight.reading.body);
  const { item, conflict } = agreedAccess(asked, found, seen);
  const subject = { item, found, entry: entryOf(seen, item.key) };
  const held = () => withPublicSide(settled(subject, context), item.key, seen);
  const verdict = opening(subject, context) ?? withOpened(subject, context, closing(subject, context) ?? held());
  return conflict === undefined ? [verdict] : [conflict, verdict];
}

/** What is open, and is not about to be closed, has nothing to go back to any more. */
function withOpened(subject: Subject, { want }: Context, verdict: Verdict): Verdict {
  const { item, entry } = subject;
  const back = takenBack(entry, want.generation);
  const opened = ACCESSES.filter(
    access =>
      entry?.closed?.before?.[access] !== undefined &&
      !isShut(subject, access) &&
      (back.includes(access) || !isClosed(item.kind, item.access[access])),
  );
  if (opened.length === 0) return verdict;
  return { ...verdict, actions: [...verdict.actions, { verb: 'note', key: item.key, accesses: opened, is: 'Opened' }] };
}

interface Subject {
  readonly item: AccessWant;
  readonly found: { readonly [A in Access]: string };
  readonly entry: InventoryEntry | undefined;
}

const isShut = ({ item, found }: Subject, access: Access): boolean => isClosed(item.kind, found[access]);

/** What has to be opened, and why: taken back, the path is lost, or the spec says so. */
function opening(subject: Subject, { want, proof, seen }: Context): Verdict | undefined {
  const { entry, item } = subject;
  const { before = {} } = entry?.closed ?? {};
  const back = (accesses: readonly Access[]): readonly AccessChange[] =>
    accesses.filter(access => isShut(subject, access)).flatMap(access => change(subject, access, before[access]));
  const lost = isLost(proof, seen.now, measuredOf(item));
  const unfinished = takenBack(entry, want.generation).filter(access => before[access] !== undefined);
  const rolledBack = back(entry === undefined ? [] : lost ? onTrial(entry) : unfinished);
  if (rolledBack.length > 0)
    return open(item, rolledBack, { why: 'RolledBack', text: proof.why ?? 'the proof failed' });
  const isLostForGood = lost && !proof.noVantage && want.isolation.onLostPath === 'Reopen';
  const lostOnes = back(entry === undefined || !isLostForGood ? [] : confirmed(entry));
  if (lostOnes.length > 0) return open(item, lostOnes, { why: 'LostPath', text: proof.why ?? 'the path is lost' });
  const asked = ACCESSES.filter(
    access => item.access[access] !== undefined && !isClosed(item.kind, item.access[access]) && isShut(subject, access),
  ).flatMap(access => change(subject, access, item.access[access]));
  return asked.length > 0 ? open(item, asked, { why: 'Asked', text: 'the spec asks for it' }) : undefined;
}

const change = ({ found }: Subject, access: Access, wanted: string | undefined): readonly AccessChange[] =>
  wanted === undefined ? [] : [{ access, found: found[access], wanted }];

type Why = Extract<Action, { verb: 'open' }>['why'];

/** The verdict that opens again what is closed. */
export function open(
  item: AccessWant,
  changes: readonly AccessChange[],
  { why, text }: { readonly why: Why; readonly text: string },
): Verdict {
  const { key, kind, id } = item;
  const reason = why === 'RolledBack' || why === 'LostPath' ? 'IsolationRolledBack' : 'Reopening';
  const message = `${nameOf(item)}: ${accessChangeText(kind, changes)}: ${text}`;
  return acts(reason, message, { verb: 'open', key, kind, id, changes, why });
}

function closing(subject: Subject, context: Context): Verdict | undefined {
  const { item, found } = subject;
  const { want } = context;
  const due = ACCESSES.filter(
    access => isClosed(item.kind, item.access[access]) && !isShut(subject, access) && found[access] !== PERIMETER,
  );
  if (due.length === 0) return undefined;
  const held = context.seen.inventory.find(other => takenBack(other, want.generation).length > 0);
  if (held !== undefined) return takenBackText(subject, held);
  const changes = due.flatMap(access => change(subject, access, item.access[access]));
  const text = `${nameOf(item)}: ${accessChangeText(item.kind, changes)}`;
  const warning = privateOnlyWarning(item, context);
  const told = warning === undefined ? text : `${text}; ${warning}`;
  const { key, kind, id } = item;
  const provedAt = want.gate === 'None' ? {} : { provedAt: context.proof.at };
  const verdict = acts('Isolating', told, { verb: 'close', key, kind, id, changes, ...provedAt });
  return notYet(told, context) ?? after(context.before, () => verdict);
}

/** What would be closed if every step before held: for a look ahead. Nothing of what was taken back. */
export function dueClosings(want: Desired, seen: Observed): readonly Extract<Action, { verb: 'close' }>[] {
  if (seen.inventory.some(entry => takenBack(entry, want.generation).length > 0)) return [];
  return want.access.flatMap(asked => {
    const body = bodyOf(sightOf(asked, seen).reading);
    if (body === undefined) return [];
    const found = accessOf(body);
    const { item } = agreedAccess(asked, found, seen);
    const due = ACCESSES.filter(
      access =>
        isClosed(item.kind, item.access[access]) && !isClosed(item.kind, found[access]) && found[access] !== PERIMETER,
    );
    const { key, kind, id } = item;
    const changes = due.map(access => ({ access, found: found[access], wanted: item.access[access] ?? '' }));
    return changes.length === 0 ? [] : [{ verb: 'close', key, kind, id, changes }];
  });
}

/** What has names of its own that are looked at; the rest is lost with any of them. */
const measuredOf = ({ kind, key }: AccessWant): string | undefined =>
  kind === 'workspace' || kind === 'dataCollectionEndpoint' ? key : undefined;

/** The steps before may hold by an older look: a closing wants one that is younger than the closing before. */
function notYet(text: string, { proof, seen, before }: Context): Verdict | undefined {
  if (proof.noVantage) {
    const message = `not closed, since nothing is proved: ${text}; ${proof.why ?? ''}`;
    return { state: 'Stalled', reason: 'NoVantage', message, retryAfterMs: PROOF_AGE_MS, actions: [] };
  }
  if (Object.values(before).some(({ state }) => state !== 'Ready')) return undefined;
  const last = Math.max(
    0,
    ...seen.inventory.map(({ closed }) => (closed?.at === undefined ? 0 : Date.parse(closed.at))),
  );
  const isFresh = proof.at > last && seen.now - proof.at <= 2 * PROOF_AGE_MS;
  return isFresh ? undefined : waits('Verifying', `waits for a fresh proof: ${text}`, PROOF_AGE_MS / 3);
}

function takenBackText({ item }: Subject, held: InventoryEntry): Verdict {
  const at = held.closed?.rolledBack?.at ?? '';
  const message = `${nameOf(item)} is left open: the proof failed after ${held.key} was closed, which was taken back at ${at}; find out why (PathVerified), then change the spec to try again`;
  return { state: 'Stalled', reason: 'IsolationRolledBack', message, actions: [] };
}

/** As asked, as Azure shows it; a passed trial is written down. */
function settled(subject: Subject, { want, proof, seen }: Context): Verdict {
  const { item, entry, found } = subject;
  const shut = ACCESSES.filter(access => isShut(subject, access));
  const trial = entry === undefined ? [] : onTrial(entry).filter(access => shut.includes(access));
  const endsAt = Date.parse(entry?.closed?.at ?? '') + TRIAL_MS;
  const told = `${nameOf(item)}: ${accessesOf(item.kind)
    .map(access => `${access} ${found[access]}`)
    .join(', ')}`;
  if (ACCESSES.some(access => found[access] === PERIMETER)) {
    return ready('SecuredByPerimeter', `${told}; a network security perimeter decides, which is left alone`);
  }
  if (trial.length > 0) {
    const isPassed = proof.held && proof.at >= endsAt;
    const verdict = ready('Isolated', `${told}; on trial until ${new Date(endsAt).toISOString()}`);
    return isPassed
      ? { ...verdict, actions: [{ verb: 'note', key: item.key, accesses: trial, is: 'Confirmed' }] }
      : verdict;
  }
  const shared = sharedClosing(subject, want.generation, seen);
  if (shared !== undefined) return { ...ready('Isolated', told), actions: [shared] };
  const others = shut.filter(
    access => isClosed(item.kind, item.access[access]) && entry?.closed?.before?.[access] === undefined,
  );
  const lost = isLost(proof, seen.now, measuredOf(item))
    ? '; the path is not proved any more, and nothing is opened for that'
    : '';
  if (others.length > 0)
    return ready('FoundClosed', `${told}; ${others.join(' and ')} was closed by somebody else${lost}`);
  return ready('Isolated', `${told}${lost}`);
}
