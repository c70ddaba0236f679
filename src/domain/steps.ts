/**
 * The words of a plan: steps, their verdicts, the actions they ask for, and the few combinators that `plan` and
 * `teardown` are written with. Pure.
 */
import type { Access, AccessChange, AccessKind, AccessValues } from './access.ts';
import type { Failure } from './failures.ts';
import type { MachineJoin, MachineLeave, MachinesTold } from './machine-resources.ts';
import type { NameConflict, PublishedLine } from './merge.ts';
import type { Reason } from './reasons.ts';
import type { RecordSet } from './records.ts';
import type { ArmId, Change, MadeKind, Origin, Policy, Want } from './resources.ts';

/** A step's name is the condition that it reports. */
export const STEPS = [
  'CredentialsReady',
  'PreflightPassed',
  'WorkspacesReady',
  'ScopeReady',
  'ResourcesLinked',
  'EndpointReady',
  'ZoneGroupReady',
  'RecordsPublished',
  'RecordsResolving',
  'RecordsExported',
  'PathVerified',
  'Isolated',
  'DataCollectionReady',
  'TelemetryFlowing',
] as const;

export type ConditionType = (typeof STEPS)[number];
/** `Pruned` (what was taken out of the spec) has no condition of its own; it holds Ready back while it works. */
export type StepName = ConditionType | 'Pruned';

export type Action =
  | { readonly verb: 'create'; readonly key: string; readonly want: Want; readonly why: string }
  | { readonly verb: 'update'; readonly key: string; readonly want: Want; readonly changes: readonly Change[] }
  | {
      readonly verb: 'delete';
      readonly key: string;
      readonly kind: MadeKind;
      readonly id: ArmId;
      /** What is asked to be otherwise, where it is made again because Azure cannot change it. */
      readonly changes?: readonly Change[];
    }
  /** What is left in Azure loses our tag. */
  | { readonly verb: 'untag'; readonly key: string; readonly kind: MadeKind; readonly id: ArmId }
  /** What is there already is taken into the inventory; no call to Azure. */
  | {
      readonly verb: 'adopt';
      readonly key: string;
      readonly id: ArmId;
      readonly policy: Policy;
      readonly origin: Origin;
    }
  /** Gone (404) or given up on purpose: the inventory entry goes; no call to Azure. */
  | {
      readonly verb: 'forget';
      readonly key: string;
      readonly id: ArmId;
      readonly why: 'Deleted' | 'Retained' | 'Renamed';
      /** What we closed and is left closed. */
      readonly closed?: readonly Access[];
      /** Who else needs it, where that is why it stays. */
      readonly usedBy?: readonly string[];
    }
  /** Public access is closed; `provedAt` (epoch ms) is when the gate was last seen to hold, absent without a gate. */
  | {
      readonly verb: 'close';
      readonly key: string;
      readonly kind: AccessKind;
      readonly id: ArmId;
      readonly changes: readonly AccessChange[];
      readonly provedAt?: number;
    }
  | {
      readonly verb: 'open';
      readonly key: string;
      readonly kind: AccessKind;
      readonly id: ArmId;
      readonly changes: readonly AccessChange[];
      readonly why: 'Asked' | 'RolledBack' | 'LostPath' | 'Leaving';
    }
  /**
   * A closing has passed its trial, what we closed is seen open, or another object has closed what this one asks for too;
   * the inventory notes it, no call to Azure.
   */
  | {
      readonly verb: 'note';
      readonly key: string;
      readonly accesses: readonly Access[];
      readonly is: 'Confirmed' | 'Opened';
    }
  | {
      readonly verb: 'note';
      readonly key: string;
      readonly accesses: readonly Access[];
      readonly is: 'Shared';
      readonly before: AccessValues;
    }
  | {
      readonly verb: 'publish';
      readonly key: 'records';
      readonly records: RecordSet;
      readonly reserved?: readonly PublishedLine[];
    }
  | { readonly verb: 'unpublish'; readonly key: 'records'; readonly target: string }
  /** The ConfigMap of the exports: all its keys of ours; no `resourceVersion`: it was not there. */
  | {
      readonly verb: 'export';
      readonly key: 'exports';
      readonly data: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
      readonly resourceVersion?: string;
    }
  | { readonly verb: 'unexport'; readonly key: 'exports'; readonly resourceVersion: string }
  /** One wave of machines is given what is missing, or loses what is ours; the inventory does not know of them. */
  | { readonly verb: 'join'; readonly key: 'machines'; readonly joins: readonly MachineJoin[] }
  | { readonly verb: 'leave'; readonly key: 'machines'; readonly leaves: readonly MachineLeave[] };

export interface Verdict {
  /** Ready: as asked, as observed. Waiting: on its way, or has actions. Stalled: somebody must act. Failed: back off. */
  readonly state: 'Ready' | 'Waiting' | 'Stalled' | 'Failed';
  readonly reason: Reason;
  readonly message: string;
  readonly retryAfterMs?: number;
  /** The thing could not be read: nothing is known to be wrong, nothing is known to be right. */
  readonly unknown?: true;
  /** Names of the steps that must be Ready before this one may act. */
  readonly waitsFor?: readonly string[];
  readonly actions: readonly Action[];
}

export interface Step {
  readonly name: StepName;
  readonly verdict: Verdict;
  /** Told, and no part of Ready. */
  readonly aside?: true;
}

/** Every step with its verdict, in the order of the conditions. */
export interface Plan {
  readonly mode: 'converge' | 'teardown';
  readonly steps: readonly Step[];
  /** What is, or would be, published; `undefined` while it cannot be known. */
  readonly records?: RecordSet;
  readonly conflicts: readonly NameConflict[];
  readonly subnet?: { readonly addressesNeeded: number; readonly addressesFree: number };
  readonly machines?: MachinesTold;
}

/** The steps that Ready is made of. */
export const counted = ({ steps }: Plan): readonly Step[] => steps.filter(({ aside }) => aside === undefined);

export const ready = (reason: Reason, message: string): Verdict => ({ state: 'Ready', reason, message, actions: [] });

export const waits = (reason: Reason, message: string, retryAfterMs?: number): Verdict => ({
  state: 'Waiting',
  reason,
  message,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  actions: [],
});

export const acts = (reason: Reason, message: string, ...actions: readonly Action[]): Verdict => ({
  state: 'Waiting',
  reason,
  message,
  actions,
});

export const verdictOf = (failure: Failure): Verdict => ({
  state: failure.kind,
  reason: failure.reason,
  message: failure.message,
  ...(failure.kind === 'Waiting' ? { retryAfterMs: failure.retryAfterMs } : {}),
  actions: [],
});

/** A read that failed. */
export const unreadable = (failure: Failure): Verdict => ({ ...verdictOf(failure), unknown: true });

/** A refusal is an answer, such as a target that may not be used; everything else leaves the matter unknown. */
export const untold = (failure: Failure): Verdict =>
  failure.kind === 'Stalled' ? verdictOf(failure) : unreadable(failure);

/**
 * A step that may act only when others are Ready as observed. What it sees is told all the same: an endpoint that is
 * fine stays EndpointReady while a link beside it is being repaired.
 */
export function after(prerequisites: Readonly<Record<string, Verdict>>, judge: () => Verdict): Verdict {
  const verdict = judge();
  const open = Object.entries(prerequisites).filter(([, prerequisite]) => prerequisite.state !== 'Ready');
  if (open.length === 0 || verdict.actions.length === 0) return verdict;
  const waitsFor = open.map(([name]) => name);
  return { ...waits('WaitingForStep', `waits for ${waitsFor.join(', ')}`), waitsFor };
}

const GRAVITY = { Stalled: 3, Failed: 2, Waiting: 1, Ready: 0 } as const;

/** All items of one step: the gravest verdict names the reason, every message is told, every action is kept. */
export function each<T>(items: readonly T[], judge: (item: T) => Verdict): Verdict {
  return combine(items.map(judge));
}

/** Like `each`, but only the first item that has actions keeps them: Azure takes one write at a time here. */
export function inSeries<T>(items: readonly T[], judge: (item: T) => Verdict): Verdict {
  const verdicts = items.map(judge);
  const busy = verdicts.some(verdict => verdict.state === 'Waiting' && verdict.actions.length === 0);
  const first = verdicts.find(verdict => verdict.actions.length > 0);
  return combine(verdicts.map(verdict => (verdict === first && !busy ? verdict : inTurn(verdict))));
}

const inTurn = (verdict: Verdict): Verdict =>
  verdict.actions.length === 0 ? verdict : { ...verdict, message: `next: ${verdict.message}`, actions: [] };

export function combine(verdicts: readonly Verdict[]): Verdict {
  const gravest = verdicts.reduce<Verdict | undefined>(
    (worst, verdict) => (worst === undefined || GRAVITY[verdict.state] > GRAVITY[worst.state] ? verdict : worst),
    undefined,
  );
  if (gravest === undefined) return ready('AllReady', 'nothing to do');
  const told = verdicts.filter(verdict => verdict.state !== 'Ready');
  const message = [...new Set((told.length > 0 ? told : verdicts).map(verdict => verdict.message))].join('; ');
  const waitsFor = [...new Set(verdicts.flatMap(verdict => verdict.waitsFor ?? []))];
  const delays = verdicts.map(verdict => verdict.retryAfterMs).filter(delay => delay !== undefined);
  return {
    ...gravest,
    message,
    ...(waitsFor.length > 0 ? { waitsFor } : {}),
    ...(delays.length > 0 ? { retryAfterMs: Math.min(...delays) } : {}),
    actions: verdicts.flatMap(verdict => verdict.actions),
  };
}
