/**
 * The claims that one write takes together: each on top of the one before, each with its own result, so that one that
 * cannot be written harms no other. Pure; src/coredns/line-target.ts uses it.
 */
import { PortError } from '../domain/failures.ts';
import { type Claim, mergeClaim, type NameConflict, type PublishedLine } from '../domain/merge.ts';
import { MAX_CONFIG_MAP_BYTES, tooLargeFailure } from './config-map-claim.ts';
import type { Sight, Size, Writer } from './storage.ts';

/** Takes names out, whoever owns them: CoreDNS did not take them. No names: the text is only brought into its form. */
export interface Withdrawal {
  readonly withdraw: ReadonlySet<string>;
  /** What was written before is served, and no longer watched. */
  readonly confirmed?: true;
}
export type Request = Claim | Withdrawal;
/** The conflicts of a claim, or why it was not written. */
export type Outcome = PromiseSettledResult<readonly NameConflict[]>;

export interface Written {
  readonly lines: readonly PublishedLine[];
  readonly outcomes: readonly Outcome[];
}

/** Each claim on top of the one before; a claim that cannot be written leaves the lines as they were. */
export function mergeAll(sight: Sight, batch: readonly Request[], refusal: Writer['refusal']): Written {
  let merged: readonly PublishedLine[] = sight.lines;
  let { bytes } = sight.sizeWith(merged);
  const outcomes = batch.map((request): Outcome => {
    if ('withdraw' in request) {
      merged = merged.filter(line => !request.withdraw.has(line.name));
      bytes = sight.sizeWith(merged).bytes;
      return { status: 'fulfilled', value: [] };
    }
    try {
      const refused = refusal(request);
      if (refused) throw new PortError(refused);
      const next = mergeClaim(merged, request);
      const after = sizeOf(sight, next.lines);
      // What makes it smaller is never refused, however large it is.
      if (after.bytes > MAX_CONFIG_MAP_BYTES && after.bytes > bytes) {
        throw new PortError(tooLargeFailure(after.ref, sizeText(after.bytes)));
      }
      merged = next.lines;
      bytes = after.bytes;
      return { status: 'fulfilled', value: next.conflicts };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });
  return { lines: merged, outcomes };
}

function sizeOf(sight: Sight, lines: readonly PublishedLine[]): Size {
  try {
    return sight.sizeWith(lines);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new PortError(tooLargeFailure(sight.sizeWith([]).ref, thrown.message), { cause: thrown });
  }
}

const sizeText = (bytes: number): string =>
  `it would have ${Math.ceil(bytes / 1024)} KiB, of ${MAX_CONFIG_MAP_BYTES / 1024} KiB at most`;
