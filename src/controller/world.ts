/**
 * Everything a pass may touch, and what this process remembers between passes. Made once by the command that runs the
 * controller; the memory is lost on restart and nothing depends on it but the number of calls.
 */
import type { DnsRules } from '../domain/endpoint.ts';
import type { ObjectKey, PmsObject } from '../domain/object.ts';
import type { Resolution } from '../domain/observed.ts';
import type { PathProof } from '../domain/path-proof.ts';
import type { PublicProof } from '../domain/public-proof.ts';
import { requestOf } from '../domain/summarize.ts';
import type { TelemetrySight } from '../domain/telemetry.ts';
import type { Azure, Clock, Cluster, Log, Prober } from '../ports.ts';
import type { ConfigMapStore, DnsTargets, Resolver } from '../ports-dns.ts';
import type { Identities } from '../ports-identity.ts';
import { Ledger } from './ledger.ts';
import { Writes } from './writes.ts';

export interface World {
  /** In a pass: as whom its object may act. */
  readonly azure: Azure;
  /** Absent: every object acts as `azure`, whoever wrote it. */
  readonly identities?: Identities;
  readonly cluster: Cluster;
  readonly targets: DnsTargets;
  /** Of the exports; those of the targets are their own business. */
  readonly configMaps: ConfigMapStore;
  readonly resolver: Resolver;
  readonly prober: Prober;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: DnsRules;
  /** Makes ownership unique across clusters. */
  readonly installation: string;
}

/** What the last questions to the DNS endpoints of one object gave. */
export interface Asked {
  /** Whose servers were asked: the target's name, and the servers that the spec names. */
  readonly target: string;
  readonly resolution: Resolution;
}

/** What one identity has read of Azure, and written. */
export interface AzureMemory {
  readonly ledger: Ledger;
  readonly writes: Writes;
  /** By uid of the object: the last measurement of its path, for which the identity's tokens are shown. */
  readonly paths: Map<string, PathProof>;
  /** By uid of the object: what the public side last said to what is closed. */
  readonly publicSides: Map<string, PublicProof>;
  /** By uid of the object: what the workspace last said of its machines. */
  readonly telemetry: Map<string, TelemetrySight>;
}

/** In a pass, what is of an identity is of the one that its object acts with. */
export interface Memory extends AzureMemory {
  /** By the adapter of an identity other than the operator's own: what one has seen is never used for another. */
  readonly ofOthers: WeakMap<Azure, AzureMemory>;
  /** By uid of the object. */
  readonly asked: Map<string, Asked>;
  /** By uid of a deleted object: since when (epoch ms) the target holds no line of it. */
  readonly unpublishedSince: Map<string, number>;
  /** By uid of a deleted object: since when (epoch ms) it is known to be abandoned. */
  readonly abandonedSince: Map<string, number>;
  /** By id of the scope: when (epoch ms) names were last due to join or leave its endpoints, unseen by anybody. */
  readonly membersChangedAt: Map<string, number>;
}

/** Of an identity that has done nothing yet. */
export const createAzureMemory = (clock: Clock): AzureMemory => ({
  ledger: new Ledger(clock),
  writes: new Writes(clock),
  paths: new Map(),
  publicSides: new Map(),
  telemetry: new Map(),
});

export const createMemory = (clock: Clock): Memory => ({
  ...createAzureMemory(clock),
  ofOthers: new WeakMap(),
  asked: new Map(),
  unpublishedSince: new Map(),
  abandonedSince: new Map(),
  membersChangedAt: new Map(),
});

/** What was measured for an object is not believed any more. */
export function forgetMeasured(memory: AzureMemory, uid: string): void {
  for (const measured of [memory.paths, memory.publicSides, memory.telemetry]) measured.delete(uid);
}

/** One pass: its object, its moment, and how to have an object looked at again. */
export interface Pass {
  readonly world: World;
  readonly memory: Memory;
  readonly object: PmsObject;
  /** Epoch ms at which the pass began. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Stays open when the pass ends: writes in flight are never aborted for it. */
  readonly writeSignal: AbortSignal;
  /** Stays open for a while when the process is told to end, so that what a pass has done is written down. */
  readonly storeSignal: AbortSignal;
  readonly wake: (key: ObjectKey) => void;
}

/** Who asks: a failed write is tried again at once when its object was edited, or a run was requested. */
export function askerOf(object: PmsObject): string {
  const { uid, generation } = object.metadata;
  const request = requestOf(object);
  return `${uid}@${generation}${request === undefined ? '' : `/${request}`}`;
}
