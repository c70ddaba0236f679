/**
 * Looks at what is linked and at what links it, with what the one tells of the other: a scope's list of links saves
 * calls, and a link that settled changes what its workspace shows. src/controller/observe-azure.ts asks.
 */
import { isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { idKey, sameId } from '../domain/names.ts';
import { ABSENT, bodyOf, type Observed, type Sight } from '../domain/observed.ts';
import type { PrivateEndpoint, ScopedResource, Workspace } from '../domain/resources.ts';
import { keeping, lookAt, type Subject } from './look.ts';
import type { Pass } from './world.ts';

/** A workspace that names other scopes and not ours is read again after this time. */
const VIEW_POLL_MS = 10_000;

export const isDone = (link: ScopedResource): boolean => isSucceeded(link.provisioningState);

/**
 * A workspace names a new scope of its own accord: one that did not yet is read again once its link has settled and the
 * endpoint is there. Nobody needs to know before, and a closing finds it just read.
 */
export async function lookAtWorkspace(
  subject: Subject<'workspace'>,
  want: Desired,
  pass: Pass,
): Promise<Sight<Workspace>> {
  const { ledger } = pass.memory;
  const known = ledger.peek<Workspace>(subject.id);
  const linkedBy = known && bodyOf(known)?.linkedBy;
  const link = want.links.find(({ targetId }) => sameId(targetId, subject.id));
  const linked = link && ledger.peek<ScopedResource>(link.id);
  const isTold = linkedBy?.some(({ linkId }) => sameId(linkId, link?.id)) ?? false;
  const isAwaited = want.gate !== 'None' && !isTold && linked?.is === 'present' && isDone(linked.body);
  if (!isAwaited || link === undefined) return lookAt(subject, pass, { resyncMs: want.intervalMs });
  const endpoint = ledger.peek<PrivateEndpoint>(want.endpoint.id);
  if (endpoint?.is !== 'present' || !isSucceeded(endpoint.body.provisioningState)) {
    return { ...(await lookAt(subject, pass, { resyncMs: want.intervalMs })), viewDue: true };
  }
  const notBefore = Math.max(ledger.changedAt(link.id), linkedBy === undefined ? 0 : pass.now - VIEW_POLL_MS);
  return lookAt(subject, pass, { resyncMs: want.intervalMs, notBefore });
}

/** A link that we never made and that the scope does not list is not there: no call is needed to know that. */
export async function lookAtLink(
  subject: Subject<'scopedResource'>,
  scopeLinks: Observed['scopeLinks'],
  pass: Pass,
  resyncMs: number,
): Promise<Sight<ScopedResource>> {
  const inventory = pass.object.status.resources ?? [];
  const listed = bodyOf(scopeLinks)?.find(link => idKey(link.id) === idKey(subject.id));
  const { ledger } = pass.memory;
  if (scopeLinks.is === 'unread') return { reading: scopeLinks };
  if (listed && ledger.peek(subject.id) === undefined) ledger.record(keeping(subject, pass, resyncMs), listed);
  const known = listed !== undefined || ledger.peek(subject.id) !== undefined;
  if (!known && !inventory.some(entry => entry.key === subject.key)) return { reading: ABSENT };
  return lookAt(subject, pass, { resyncMs });
}
