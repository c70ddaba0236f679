/**
 * Measures the private path, when the gate asks for it: certificates at the endpoint's addresses, then a query of each
 * workspace through them. Again when something changed, when it failed, when a closing needs a fresh proof, or when a
 * resync is due.
 */
import type { Desired } from '../domain/desire.ts';
import { viewRecords } from '../domain/endpoint.ts';
import { failureOf } from '../domain/failures.ts';
import { needsFreshProof, PROOF_AGE_MS } from '../domain/isolation-pace.ts';
import { digest } from '../domain/names.ts';
import { ABSENT, bodyOf, type Observed, present, type Reading, unread } from '../domain/observed.ts';
import {
  hasNoVantage,
  isFailure,
  type PathFinding,
  type PathProof,
  type PathResult,
  type PathTargets,
} from '../domain/path-proof.ts';
import { pathTargets } from '../domain/path-targets.ts';
import { PATH_GRACE_MS, PATH_RETRY_MS, YOUNG_RETRY_MS } from '../domain/verify.ts';
import { inBatches } from './in-batches.ts';
import type { Pass } from './world.ts';

type Sight = Omit<Observed, 'path'>;

/** The measurement, and when (epoch ms) the next one is due before the resync. */
export async function observePath(
  want: Desired,
  seen: Sight,
  pass: Pass,
): Promise<{ readonly path: Reading<PathProof>; readonly lookAgainAt?: number }> {
  const targets = targetsOf(want, seen, pass);
  if (targets === undefined) return { path: ABSENT };
  const { memory, object, now } = pass;
  const { uid } = object.metadata;
  const asked = digest(JSON.stringify(targets));
  const known = memory.paths.get(uid);
  const before = known?.asked === asked ? known : undefined;
  const ageMs = (proof: PathProof) => intervalMs(want, proof, pass);
  if (before && now - before.measuredAt < ageMs(before))
    return { path: present(before), ...dueAt(before, ageMs(before)) };
  try {
    const findings = withSince(await measure(targets, pass), known?.findings ?? [], now);
    const proof = { asked, from: pass.world.prober.from, measuredAt: now, findings };
    memory.paths.set(uid, proof);
    return { path: present(proof), ...dueAt(proof, ageMs(proof)) };
  } catch (thrown) {
    pass.signal.throwIfAborted();
    return { path: unread(failureOf(thrown)) };
  }
}

/** `undefined` while there is nothing to measure: no such gate, no endpoint that is complete, or a deletion. */
function targetsOf(want: Desired, seen: Sight, { world }: Pass): PathTargets | undefined {
  if (want.deletedAt !== undefined || want.gate === 'None' || want.gate === 'DNS') return undefined;
  const view = viewRecords(want, seen, world.rules);
  const isApproved = bodyOf(seen.endpoint.reading)?.connectionStatus === 'Approved';
  if (!view.complete || !isApproved) return undefined;
  const targets = pathTargets(want, seen, view);
  return targets.tls.length === 0 ? undefined : targets;
}

function intervalMs(want: Desired, { findings, measuredAt }: PathProof, { object }: Pass): number {
  const open = findings.filter(({ outcome }) => outcome !== 'Held');
  const isFresh = needsFreshProof(want, object.status.resources ?? []);
  const restMs = isFresh ? PROOF_AGE_MS : want.intervalMs;
  if (open.length === 0) return restMs;
  // Where the operator cannot stand it need not look all the time.
  if (hasNoVantage({ findings })) return Math.min(restMs, want.intervalMs);
  const youngest = Math.max(...open.map(({ failedSince }) => failedSince ?? measuredAt));
  return measuredAt - youngest < PATH_GRACE_MS ? YOUNG_RETRY_MS : PATH_RETRY_MS;
}

/** Only what comes before the resync is worth a pass of its own. */
const dueAt = (proof: PathProof, ageMs: number): { readonly lookAgainAt?: number } => ({
  lookAgainAt: proof.measuredAt + ageMs,
});

async function measure({ tls, queries }: PathTargets, pass: Pass): Promise<readonly PathFinding[]> {
  const { prober, azure } = pass.world;
  const looks = await inBatches(tls, async (at): Promise<PathFinding> => {
    const result = await prober.look(at, pass.signal);
    return { via: 'TLS', subject: at.name, address: at.address, of: at.of, ...result };
  });
  // A query through an address that nobody answers would only take its time.
  if (hasNoVantage({ findings: looks })) return looks;
  const answers = await inBatches(queries, async (asked): Promise<PathFinding> => {
    const result: PathResult = await azure.query(asked, pass.signal);
    return { via: 'Query', subject: asked.workspace, address: asked.address, of: [asked.key], ...result };
  });
  return [...looks, ...answers];
}

/** What failed before, and failed all the time since, has failed since then. An unclear answer ends no failure. */
function withSince(
  findings: readonly PathFinding[],
  before: readonly PathFinding[],
  now: number,
): readonly PathFinding[] {
  const keyOf = ({ via, subject, address }: PathFinding) => [via, subject, address].join(' ');
  const known = new Map(before.map(finding => [keyOf(finding), finding.failedSince]));
  return findings.map(finding => {
    const since = known.get(keyOf(finding));
    if (isFailure(finding)) return { ...finding, failedSince: since ?? now };
    return finding.outcome === 'Unclear' && since !== undefined ? { ...finding, failedSince: since } : finding;
  });
}
