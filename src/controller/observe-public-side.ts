/**
 * Asks the public side, where the operator has an egress, for what is closed: with every resync, and more often while it
 * is answered.
 */
import type { Desired } from '../domain/desire.ts';
import { failureOf } from '../domain/failures.ts';
import { digest } from '../domain/names.ts';
import type { Observed } from '../domain/observed.ts';
import type { PathResult } from '../domain/path-proof.ts';
import { type PublicProof, type PublicTarget, publicFinding } from '../domain/public-proof.ts';
import { publicTargets } from '../domain/public-side.ts';
import { PATH_RETRY_MS } from '../domain/verify.ts';
import { inBatches } from './in-batches.ts';
import type { Pass } from './world.ts';

/** The findings, and when (epoch ms) the next ones are due; nothing without an egress, or without a closed workspace. */
export async function observePublicSide(
  want: Desired,
  seen: Pick<Observed, 'workspaces'>,
  pass: Pass,
): Promise<{ readonly publicSide?: PublicProof; readonly lookAgainAt?: number }> {
  const { memory, object, now, world } = pass;
  const { uid } = object.metadata;
  const targets = world.azure.queryPublic === undefined ? [] : publicTargets(want, seen);
  const known = memory.publicSides.get(uid);
  if (targets.length === 0) {
    memory.publicSides.delete(uid);
    return {};
  }
  const asked = digest(JSON.stringify(targets));
  const ageMs = ({ findings }: PublicProof) =>
    findings.some(({ is }) => is === 'Answered') ? Math.min(PATH_RETRY_MS, want.intervalMs) : want.intervalMs;
  const isFresh = known?.asked === asked && now - known.measuredAt < ageMs(known);
  const publicSide = isFresh ? known : await measure(targets, asked, pass);
  memory.publicSides.set(uid, publicSide);
  return { publicSide, lookAgainAt: publicSide.measuredAt + ageMs(publicSide) };
}

async function measure(targets: readonly PublicTarget[], asked: string, pass: Pass): Promise<PublicProof> {
  const { memory, object, now } = pass;
  const before = memory.publicSides.get(object.metadata.uid)?.findings ?? [];
  const findings = await inBatches(targets, async target => {
    const result = await askOne(target, pass);
    return publicFinding(target.key, result, { before: before.find(({ key }) => key === target.key), now });
  });
  return { asked, measuredAt: now, findings };
}

async function askOne(target: PublicTarget, { world, signal }: Pass): Promise<PathResult> {
  try {
    return (await world.azure.queryPublic?.(target, signal)) ?? { outcome: 'Unclear' };
  } catch (thrown) {
    signal.throwIfAborted();
    return { outcome: 'Unclear', detail: failureOf(thrown).message };
  }
}
