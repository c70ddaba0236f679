/**
 * When a closing may be done, and for how long it is on trial: what the inventory says of it, and how fresh a proof must
 * be. Pure.
 */
import { ACCESSES, type Access, isClosed } from './access.ts';
import type { Desired } from './desire.ts';
import type { InventoryEntry } from './object.ts';
import { combine, type Verdict } from './steps.ts';

/** While something is closed, or is about to be, the path is proved this often, in milliseconds. */
export const PROOF_AGE_MS = 30_000;
/** A closing is on trial for this long: when the proof fails, it is taken back. */
export const TRIAL_MS = 600_000;
/** A proof has failed when it does so for this long: one lost packet is no reason to open anything. */
export const LOST_AFTER_MS = 60_000;

/** The accesses that we closed and that have not been proved for the whole trial. */
export const onTrial = ({ closed }: Pick<InventoryEntry, 'closed'>): readonly Access[] =>
  ACCESSES.filter(access => closed?.before?.[access] !== undefined && !closed.confirmed?.includes(access));

/** The accesses that we closed and that passed the trial. */
export const confirmed = ({ closed }: Pick<InventoryEntry, 'closed'>): readonly Access[] =>
  ACCESSES.filter(access => closed?.before?.[access] !== undefined && closed.confirmed?.includes(access));

/** What was taken back for this very spec: it is not tried again. */
export const takenBack = (entry: Pick<InventoryEntry, 'closed'> | undefined, generation: number): readonly Access[] =>
  entry?.closed?.rolledBack?.generation === generation ? entry.closed.rolledBack.accesses : [];

/** Whether anything is about to be closed, or is on trial: then no older proof will do. */
export function needsFreshProof(want: Desired, inventory: readonly InventoryEntry[]): boolean {
  if (want.deletedAt !== undefined) return false;
  if (inventory.some(entry => onTrial(entry).length > 0)) return true;
  return want.access.some(({ kind, key, access }) => {
    const entry = inventory.find(candidate => candidate.key === key);
    const known = entry === undefined ? [] : [...confirmed(entry), ...takenBack(entry, want.generation)];
    return ACCESSES.some(name => isClosed(kind, access[name]) && !known.includes(name));
  });
}

/** Openings at once; closings one by one, and none while anything else here moves. What is in dispute does not move. */
export function inTurns(verdicts: readonly Verdict[]): Verdict {
  const closes = ({ actions }: Verdict) => actions.some(({ verb }) => verb === 'close');
  const isMoving = (verdict: Verdict) =>
    !closes(verdict) && verdict.state !== 'Ready' && verdict.reason !== 'SettingConflict';
  const first = verdicts.some(isMoving) ? undefined : verdicts.find(closes);
  return combine(
    verdicts.map(verdict =>
      closes(verdict) && verdict !== first ? { ...verdict, message: `next: ${verdict.message}`, actions: [] } : verdict,
    ),
  );
}
