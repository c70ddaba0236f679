/**
 * The records' road into DNS: what is to be written into the target, and whether its servers answer with our addresses.
 * Pure.
 */

import { isPublic } from './addresses.ts';
import type { Desired } from './desire.ts';
import { leaveText } from './draining.ts';
import type { RecordsView } from './endpoint.ts';
import { linesOf, type Merged, mergeClaim, sameLines } from './merge.ts';
import { ownerKey } from './names.ts';
import { bodyOf, type DnsFinding, type Observed, type Resolution, SILENT } from './observed.ts';
import { type RecordSet, recordsHash } from './records.ts';
import { acts, each, ready, unreadable, untold, type Verdict, verdictOf, waits } from './steps.ts';

const RESOLVE_RETRY_MS = 2_000;
/** From ConfigMap to answer: the kubelet's sync and CoreDNS' reload take a minute or two; no more is told as wrong. */
export const PROPAGATION_MS = 180_000;
/** Wrong answers are asked for again after this time. */
export const WRONG_RETRY_MS = 30_000;
/** Findings that a message names before it counts the rest. */
const FINDINGS_SHOWN = 3;

/** What the target will hold once our records are in it; `undefined` while records or target cannot be read. */
export function mergedTarget(want: Desired, seen: Observed, view: RecordsView): Merged | undefined {
  const target = bodyOf(seen.target);
  if (!view.complete || target === undefined) return undefined;
  return mergeClaim(target.lines, { owner: ownerKey(want.owner), records: view.set.records, ...reservedOf(seen) });
}

const reservedOf = ({ reserved = [] }: Observed) => (reserved.length === 0 ? {} : { reserved });

/** Whether the target holds lines of ours already. */
export const isPublished = (want: Desired, seen: Observed): boolean =>
  linesOf(bodyOf(seen.target)?.lines ?? [], ownerKey(want.owner)).length > 0;

/** RecordsPublished. */
export function publish(want: Desired, seen: Observed, view: RecordsView): Verdict {
  if (seen.target.is === 'unread') return untold(seen.target.failure);
  const merged = mergedTarget(want, seen, view);
  if (merged === undefined || seen.target.is === 'absent') {
    return waits('WaitingForStep', 'waits for EndpointReady; what is published stays');
  }
  if (!sameLines(merged.lines, seen.target.body.lines)) {
    return acts('Publishing', publishText(want, seen, view.set), {
      verb: 'publish',
      key: 'records',
      records: view.set,
      ...reservedOf(seen),
    });
  }
  const lacking = conflictVerdict(merged) ?? refusedVerdict(view.set);
  const { draining } = seen.target.body;
  const retired = draining && `${want.dns.target}, ${leaveText(draining.instead)}`;
  if (lacking !== undefined)
    return retired === undefined ? lacking : { ...lacking, message: `${lacking.message}; this is ${retired}` };
  const count = `${view.set.records.length} records are in`;
  return retired === undefined
    ? ready('Published', `${count} ${want.dns.target}`)
    : ready('TargetDraining', `${count} ${retired}`);
}

function publishText(want: Desired, seen: Observed, records: RecordSet): string {
  const held = linesOf(bodyOf(seen.target)?.lines ?? [], ownerKey(want.owner)).length;
  return `${records.records.length} records are being written into ${want.dns.target} (${held} there now)`;
}

function conflictVerdict(merged: Merged): Verdict | undefined {
  const [first] = merged.conflicts;
  if (first === undefined) return undefined;
  const more = merged.conflicts.length > 1 ? ` and ${merged.conflicts.length - 1} more names are` : ' is';
  const message = `${first.name}${more} held by ${first.holders.join(', ')} (${first.addresses.join(', ')}); the names that all scopes share are left to it. One scope per DNS: join that scope, or use another dns.target`;
  return { state: 'Stalled', reason: 'NameConflict', message, actions: [] };
}

function refusedVerdict(records: RecordSet): Verdict | undefined {
  if (records.refused.length === 0) return undefined;
  const told = records.refused.slice(0, FINDINGS_SHOWN).map(({ name, why }) => `${name}: ${why}`);
  const message = `${records.refused.length} records of the endpoint are not published: ${told.join('; ')}; the other ${records.records.length} are`;
  return { state: 'Stalled', reason: 'RecordsRefused', message, actions: [] };
}

/** Takes our lines out of targets that the spec does not name any more. */
export const leaveFormerTargets = (seen: Observed): Verdict =>
  each(seen.formerTargets, target => takeOut(target, `records are being taken out of ${target}`));

/** All lines of ours in one target. */
export const takeOut = (target: string, message: string): Verdict =>
  acts('Deleting', message, { verb: 'unpublish', key: 'records', target });

/** The records of ours that the target really holds: what the servers are asked for. */
export function grantedRecords(
  want: Desired,
  seen: Observed,
): readonly { name: string; addresses: readonly string[] }[] {
  return linesOf(bodyOf(seen.target)?.lines ?? [], ownerKey(want.owner));
}

/** RecordsResolving. */
export function resolving(want: Desired, seen: Observed): Verdict {
  if (seen.resolution.is === 'unread') return unreadable(seen.resolution.failure);
  const reload = bodyOf(seen.resolution)?.reload;
  if (reload !== undefined) return { retryAfterMs: WRONG_RETRY_MS, ...verdictOf(reload) };
  const granted = grantedRecords(want, seen);
  if (seen.resolution.is === 'absent' || seen.resolution.body.recordsHash !== recordsHash(granted)) {
    return waits('WaitingForStep', 'waits for RecordsPublished', granted.length > 0 ? RESOLVE_RETRY_MS : undefined);
  }
  const { questions, wrong, servers } = seen.resolution.body;
  if (wrong.length > 0) return wrongAnswers(seen.resolution.body, seen.now);
  return ready('Answering', `${questions}/${questions} answers of ${servers.join(', ')} are ours`);
}

/** On their way at first; wrong for good when nothing can be on its way any more, nor in anybody's cache. */
function wrongAnswers({ questions, wrong, wrongSince, askedAt }: Resolution, now: number): Verdict {
  const count = `${questions - wrong.length}/${questions} answers`;
  // An address tells more than a name that is not there.
  const byTelling = (findings: readonly DnsFinding[]) =>
    [...findings].sort((a, b) => Number(b.addresses.length > 0) - Number(a.addresses.length > 0));
  const text = (findings: readonly DnsFinding[]) =>
    byTelling(findings).slice(0, FINDINGS_SHOWN).map(findingText).join('; ');
  const isLate = now - (wrongSince ?? askedAt) >= PROPAGATION_MS;
  const late = isLate ? wrong.filter(({ cachedUntil = 0 }) => cachedUntil <= now) : [];
  const isSilent = (late.length > 0 ? late : wrong).every(({ rcode }) => rcode === SILENT);
  // Silence towards us proves nothing about the machines.
  const unknown = isSilent ? ({ unknown: true } as const) : {};
  if (late.length === 0) {
    const onTheWay = waits('Propagating', `${count}; ${text(wrong)}`, isLate ? WRONG_RETRY_MS : RESOLVE_RETRY_MS);
    return { ...onTheWay, ...unknown };
  }
  const cure = isSilent
    ? 'let the operator reach these servers (port 53, UDP and TCP)'
    : 'these servers must take the published records, or forward these names to the DNS target';
  return {
    state: 'Stalled',
    reason: isSilent ? 'NoDnsAnswer' : 'WrongAnswers',
    ...unknown,
    message: `${count}; ${text(late)}; ${cure}`,
    retryAfterMs: WRONG_RETRY_MS,
    actions: [],
  };
}

/** `coredns-abc: api.monitor.azure.com A -> 20.1.1.1 (public)` */
export function findingText(finding: DnsFinding): string {
  const addresses = finding.addresses.map(address => (isPublic(address) ? `${address} (public)` : address));
  const got = finding.detail ?? (addresses.length > 0 ? addresses.join(', ') : finding.rcode);
  const over = finding.transport === undefined ? '' : ` over ${finding.transport}`;
  return `${finding.server}: ${finding.name} ${finding.type}${over} -> ${got}`;
}
