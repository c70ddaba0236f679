/**
 * The names of the private link scope of Azure Arc: which they are, whether they are published, and whether they may be.
 * Through its endpoint a machine that has not joined is refused, so all must have joined first; and what is published
 * stays. Pure; src/domain/endpoint.ts merges them into the object's own. Source: facts ampls 10.
 *
 * | names in the target | every machine joined | then                               |
 * |---------------------|----------------------|------------------------------------|
 * | none of ours        | no, or not known     | none is published                  |
 * | none of ours        | for fifteen minutes  | all are                            |
 * | ours                | either               | they stay, as the interface has them |
 */
import type { AllowLists } from './allow-lists.ts';
import { haveAllJoined } from './arc-machines.ts';
import type { Desired } from './desire.ts';
import { linesOf } from './merge.ts';
import { ownerKey } from './names.ts';
import { ABSENT, bodyOf, type Observed, type TargetSight } from './observed.ts';
import { type RecordSet, recordsOf } from './records.ts';

/** Azure takes this long until every part of it knows that a machine has joined, in milliseconds. */
export const JOIN_SETTLES_MS = 900_000;

export interface ArcRecords {
  readonly set: RecordSet;
  /** Whether any of them is a line of ours in the target. */
  readonly isPublished: boolean;
  /** They are published, or may be now. */
  readonly isDue: boolean;
  /** The endpoint and its interface could not be read, or are changing: an empty set says nothing. */
  readonly isUnknown: boolean;
}

export type ArcRecordsSight = Partial<Pick<Observed, 'arc' | 'machines' | 'target' | 'now'>>;

/** `undefined` when the spec asks for no Arc scope, or nothing was read of it. */
export function arcRecordsOf(
  want: Desired,
  seen: ArcRecordsSight,
  rules: { readonly allowLoopback: boolean; readonly allowLists: AllowLists },
): ArcRecords | undefined {
  const { arc } = seen;
  if (want.collection?.arc === undefined || arc === undefined) return undefined;
  const endpoint = bodyOf(arc.endpoint.reading);
  const set = recordsOf(
    { networkInterface: bodyOf(arc.networkInterface), endpoint },
    {
      aliases: want.dns.aliases,
      extraAliases: [],
      blobStorage: false,
      subnetPrefixes: bodyOf(arc.subnet)?.addressPrefixes ?? [],
      ...rules,
    },
  );
  const held = new Set(
    linesOf(bodyOf<TargetSight>(seen.target ?? ABSENT)?.lines ?? [], ownerKey(want.owner)).map(({ name }) => name),
  );
  const isPublished = set.records.some(({ name }) => held.has(name));
  const isApproved = endpoint?.connectionStatus === 'Approved';
  // Half of the names would send an agent both ways.
  const isWhole = set.records.length > 0 && set.refused.length === 0;
  return {
    set,
    isPublished,
    isDue: isPublished || (isApproved && isWhole && settlesInMs(want, seen) === 0),
    isUnknown: arc.endpoint.reading.is !== 'absent' && set.records.length + set.refused.length === 0,
  };
}

/** Milliseconds until all machines have been in the scope for long enough; `undefined` while one is not. */
export function settlesInMs(want: Desired, seen: ArcRecordsSight): number | undefined {
  const { arc, machines, now = 0 } = seen;
  const isJoined = haveAllJoined(want, { ...(arc ? { arc } : {}), ...(machines ? { machines } : {}) });
  if (arc?.joinedSince === undefined || isJoined !== true) return undefined;
  return Math.max(0, arc.joinedSince + JOIN_SETTLES_MS - now);
}
