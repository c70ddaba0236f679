/**
 * A deletion's way out of DNS: our lines leave the target, and the endpoint stays until nobody is sent to it any more.
 * Pure.
 */
import type { Desired } from './desire.ts';
import { isPathToGo } from './inventory.ts';
import { linesOf } from './merge.ts';
import { ownerKey } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { findingText, takeOut } from './publishing.ts';
import { combine, ready, unreadable, untold, type Verdict, waits } from './steps.ts';

/** DNS is waited for this long after our lines have left the target at most, in milliseconds. */
export const DRAIN_LIMIT_MS = 300_000;
const DRAIN_RETRY_MS = 2_000;

/** RecordsPublished of a deletion: Ready when none of our lines is in any target. */
export const unpublish = (want: Desired, seen: Observed): Verdict =>
  combine([
    leaveTarget(want, seen),
    ...seen.formerTargets.map(name => takeOut(name, `records are being taken out of ${name}`)),
  ]);

function leaveTarget(want: Desired, seen: Observed): Verdict {
  if (seen.target.is === 'unread') return untold(seen.target.failure);
  if (seen.target.is === 'absent')
    return ready('Unpublished', `the operator has no DNS target ${want.dns.target} any more`);
  const { target } = want.dns;
  const mine = linesOf(seen.target.body.lines, ownerKey(want.owner));
  if (mine.length === 0) return ready('Unpublished', `no record of ours is in ${target}`);
  return takeOut(target, `${mine.length} records are being taken out of ${target}`);
}

/**
 * RecordsResolving of a deletion: clients must not be left with addresses of an endpoint that is gone, so wait until no
 * server gives them, and one TTL.
 */
export function drain(want: Desired, seen: Observed, unpublished: Verdict): Verdict {
  if (unpublished.state !== 'Ready') return waits('WaitingForStep', 'waits for RecordsPublished');
  if (!isPathToGo(seen.inventory, want)) return ready('Released', 'nothing that is deleted has to wait for DNS');
  if (seen.now - (seen.unpublishedSince ?? seen.now) > DRAIN_LIMIT_MS) {
    return ready('Unpublished', 'the records have been gone for five minutes');
  }
  if (seen.resolution.is === 'unread') return unreadable(seen.resolution.failure);
  if (seen.resolution.is === 'absent') return ready('Unpublished', 'nothing was published');
  const { wrong, unansweredSince } = seen.resolution.body;
  const [first] = wrong;
  if (first !== undefined || unansweredSince === undefined) {
    const told =
      first === undefined ? 'not asked yet' : `${wrong.length} answers are ours or missing; ${findingText(first)}`;
    return waits('Draining', `waits until DNS has let go: ${told}`, DRAIN_RETRY_MS);
  }
  const ttlMs = (bodyOf(seen.target)?.ttlSeconds ?? 0) * 1_000;
  const left = unansweredSince + ttlMs - seen.now;
  if (left > 0) return waits('Draining', 'waits one TTL, until clients have forgotten our addresses', left);
  return ready('Unpublished', 'no DNS endpoint answers with our addresses');
}
