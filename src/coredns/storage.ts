/**
 * How a kind of DNS target keeps its lines: what it must be able to tell and to do, so that line-target.ts can do the
 * rest. Types only; src/coredns.
 */
import type { Failure } from '../domain/failures.ts';
import type { Claim, PublishedLine } from '../domain/merge.ts';
import type { ConfigMapRef } from '../ports-dns.ts';
import type { ParsedHosts } from './hosts-text.ts';
import type { Unconfirmed } from './unconfirmed.ts';

/** A ConfigMap and the bytes that it has, or would have. */
export interface Size {
  readonly ref: ConfigMapRef;
  readonly bytes: number;
}

/** What is there. `lines` are those that count as published. */
export interface Sight extends ParsedHosts {
  /** Our key is there, in a ConfigMap of ours. */
  readonly present: boolean;
  /** What was written last and nobody has seen answered yet; absent where nothing has to reload. */
  readonly unconfirmed?: Unconfirmed | undefined;
  /** Why nothing may be written. */
  readonly refusal?: Failure | undefined;
  /** Whether everything of ours has exactly the form in which these lines are written. */
  isWritten(lines: readonly PublishedLine[]): boolean;
  /** The fullest ConfigMap when it has these lines. Throws a RangeError for a line that is too long. */
  sizeWith(lines: readonly PublishedLine[]): Size;
}

/** One attempt to write, from one sight. */
export interface Writer {
  /** Why a claim cannot be written, although others can. */
  refusal(claim: Claim): Failure | undefined;
  /** Throws ConflictError when somebody else wrote meanwhile, and PortError. */
  write(lines: readonly PublishedLine[], signal: AbortSignal): Promise<void>;
}

export interface Storage<S extends Sight> {
  /** Every ConfigMap that it reads the lines from; the first is the one that has them. */
  readonly refs: readonly [ConfigMapRef, ...ConfigMapRef[]];
  look(signal: AbortSignal): Promise<S>;
  writer(sight: S, signal: AbortSignal): Promise<Writer>;
}
