/**
 * Taking the private link scope of Azure Arc down: its names leave DNS first, then its endpoint goes, then the scope. Pure;
 * src/domain/teardown.ts uses it.
 */
import { ARC_ENDPOINT, ARC_SCOPE } from './desire-arc.ts';
import type { InventoryEntry } from './object.ts';
import { bodyOf, type Observed } from './observed.ts';
import { PROPAGATION_MS } from './publishing.ts';
import { after, combine, each, ready, type Verdict, waits } from './steps.ts';

/** Whether an entry is one of Azure Arc. */
export const isArcEntry = ({ key }: Pick<InventoryEntry, 'key'>): boolean => key === ARC_SCOPE || key === ARC_ENDPOINT;

/** The verdict on those of the entries that are of Azure Arc; `undefined` when there are none. */
export function takeArcDown(
  entries: readonly InventoryEntry[],
  judge: (entry: InventoryEntry) => Verdict,
  before: Readonly<Record<string, Verdict>>,
): Verdict | undefined {
  if (!entries.some(isArcEntry)) return undefined;
  const of = (key: string) => entries.filter(entry => entry.key === key);
  const endpoint = after(before, () => each(of(ARC_ENDPOINT), judge));
  const scope = after({ ...before, 'the Arc private endpoint': endpoint }, () => each(of(ARC_SCOPE), judge));
  return combine([endpoint, inUse(scope)]);
}

/** Azure does not say what to do about machines that are still in it. */
function inUse(scope: Verdict): Verdict {
  if (scope.reason !== 'Conflict') return scope;
  const cure =
    'machines that are still in it keep it: take each out: az rest --method patch --url \'<machine id>?api-version=2025-01-13\' --body \'{"properties":{"privateLinkScopeResourceId":""}}\'';
  return { ...scope, message: `${scope.message}; ${cure}` };
}

/** From ConfigMap to answer, and one TTL: only then does nobody come to the endpoint any more. */
export function drainArc(seen: Observed): Verdict {
  const { arc, now } = seen;
  if (arc?.endpoint.reading.is === 'absent') return ready('Unpublished', 'there is no endpoint to lead to');
  const ttlMs = (bodyOf(seen.target)?.ttlSeconds ?? 0) * 1_000;
  const since = arc?.unpublishedSince;
  if (since === undefined) return waits('Draining', 'the names of Azure Arc are still in DNS');
  const left = since + PROPAGATION_MS + ttlMs - now;
  return left > 0
    ? waits('Draining', 'waits until clients have forgotten the addresses of the Arc private endpoint', left)
    : ready('Unpublished', 'nobody is sent to the Arc private endpoint any more');
}
