/**
 * What stands in a Lease of coordination.k8s.io/v1 about who holds it, read and written as client-go does
 * (tools/leaderelection/resourcelock/leaselock.go), so that both understand each other's. Pure and generic;
 * src/kubernetes/lease only.
 */
import { microTime } from '../kube-event.ts';
import { type RawObject, recordAt, textAt } from '../raw-object.ts';

export interface LeaseRef {
  readonly namespace: string;
  readonly name: string;
}

export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string;
  /** For how long after a change others leave it alone, in milliseconds: the holder's word, not ours. */
  readonly durationMs: number;
  /** How often the holder has changed. */
  readonly transitions: number;
  /** MicroTime, of the present holder. */
  readonly acquireTime?: string;
  /** Everything that is recorded, as text: another text means that somebody wrote. */
  readonly text: string;
}

export function readRecord(raw: RawObject): LeaseRecord {
  const spec = recordAt(raw, 'spec');
  const { leaseDurationSeconds, leaseTransitions } = spec;
  const acquireTime = textAt(spec, 'acquireTime');
  return {
    holder: textAt(spec, 'holderIdentity') ?? '',
    durationMs: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1_000 : 0,
    transitions: typeof leaseTransitions === 'number' ? leaseTransitions : 0,
    ...(acquireTime === undefined ? {} : { acquireTime }),
    text: JSON.stringify(spec),
  };
}

export interface Claimant {
  readonly ref: LeaseRef;
  /** Nobody else's, not even that of the same pod after a restart. */
  readonly identity: string;
  readonly durationMs: number;
}

/** The Lease as held by the claimant from `epochMs` on, for a PUT; `found` is what it replaces, if there was one. */
export function heldLease({ ref, identity, durationMs }: Claimant, found: RawObject | undefined, epochMs: number) {
  const before = found === undefined ? undefined : readRecord(found);
  const isRenewal = before?.holder === identity;
  const now = microTime(epochMs);
  return lease(ref, found, {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1_000),
    acquireTime: isRenewal ? (before.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: before === undefined || isRenewal ? (before?.transitions ?? 0) : before.transitions + 1,
  });
}

/** The Lease given back: no holder, and a second's duration, as client-go leaves it. */
export function releasedLease(ref: LeaseRef, found: RawObject, epochMs: number) {
  const now = microTime(epochMs);
  const { transitions } = readRecord(found);
  return lease(ref, found, {
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: transitions,
  });
}

/** A PUT replaces all: labels, annotations and what else is in the spec stay; the resourceVersion is the precondition. */
function lease({ namespace, name }: LeaseRef, found: RawObject | undefined, spec: RawObject): RawObject {
  const { holderIdentity: _, ...others } = found === undefined ? {} : recordAt(found, 'spec');
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...(found === undefined ? {} : recordAt(found, 'metadata')), namespace, name },
    spec: { ...others, ...spec },
  };
}
