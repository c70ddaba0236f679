/**
 * Keeps what an installation's calls of the API server amount to, one file for each, for the stage `rights` of test/run.ts
 * (check-kept.ts). Does nothing unless PMS_KEPT_CALLS names a folder.
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ControlPlane } from '../env/control-plane.ts';
import { type Installation, type Judgement, judge } from './judge.ts';

/** A judgement as it is kept. */
export interface Kept extends Judgement {
  /** The test file in whose process it was. */
  readonly file: string;
}

/** Call it when all is over, and before the control plane is stopped; needs its audit log. */
export async function keepCalls(
  { auditStages, starts }: ControlPlane,
  installation: Pick<Installation, 'account' | 'shipped' | 'planted'>,
): Promise<void> {
  const folder = process.env.PMS_KEPT_CALLS;
  if (folder === undefined) return;
  const judgement = judge({ ...installation, events: await auditStages(), starts: starts() });
  const file = relative(join(import.meta.dirname, '../..'), process.argv[1] ?? '');
  await writeFile(join(folder, `${randomUUID()}.json`), JSON.stringify({ ...judgement, file } satisfies Kept));
}
