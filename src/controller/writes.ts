/**
 * Writes to Azure that this process has sent: one in flight per ARM id, looked at for a short while and then left
 * running, and the failures that hold the next attempt back. In memory only; a restart reads Azure instead.
 */
import { type Failure, failureOf, holdOffMs } from '../domain/failures.ts';
import { idKey } from '../domain/names.ts';
import type { WriteState } from '../domain/observed.ts';
import type { Clock, WriteAnswer } from '../ports.ts';

/** A PUT's first answer takes 2 to 12 s; its error text, when there is one, comes early (facts: performance 1.2). */
const LOOK_MS = 2_000;
/** After an accepted DELETE the resource is waited for this long before the DELETE is sent again. */
const DELETE_WAIT_MS = 60_000;

type Verb = 'create' | 'update' | 'delete';

interface Attempt {
  readonly verb: Verb;
  /** Object and generation that asked: an edited spec is tried at once. */
  readonly asker: string;
  readonly inFlight: boolean;
  readonly attempts: number;
  readonly failure?: Failure;
  readonly retryAt?: number;
  readonly operation?: string;
  /** Epoch ms until which an accepted DELETE counts as being carried out. */
  readonly deletingUntil?: number;
}

export interface WriteRequest {
  readonly id: string;
  readonly verb: Verb;
  readonly asker: string;
  readonly send: () => Promise<WriteAnswer>;
  /** Called once with the first answer, whenever it comes. */
  readonly answered: (answer: WriteAnswer) => void;
  /** Called when the answer, or the failure, came after `submit` had stopped looking. */
  readonly late: () => void;
}

export type Submitted =
  | { readonly is: 'Answered'; readonly answer: WriteAnswer }
  | { readonly is: 'InFlight' }
  | { readonly is: 'Failed'; readonly failure: Failure };

export class Writes {
  readonly #attempts = new Map<string, Attempt>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `plan` must know of the last write to an id. */
  stateOf(id: string, asker: string): WriteState | undefined {
    const attempt = this.#attempts.get(idKey(id));
    if (attempt === undefined) return undefined;
    const now = this.#clock.now();
    if (attempt.inFlight || (attempt.deletingUntil ?? 0) > now) return { is: 'InFlight' };
    const { failure, retryAt } = attempt;
    if (failure === undefined || retryAt === undefined) return undefined;
    return now < retryAt && attempt.asker === asker ? { is: 'HeldOff', failure, retryAt } : { is: 'Refused', failure };
  }

  isInFlight(id: string): boolean {
    return this.#attempts.get(idKey(id))?.inFlight ?? false;
  }

  /** A DELETE was accepted and the resource is not known to be gone yet. */
  isDeleting(id: string): boolean {
    return (this.#attempts.get(idKey(id))?.deletingUntil ?? 0) > this.#clock.now();
  }

  /** The last write was accepted, and nothing is known against it yet. */
  wasAccepted(id: string): boolean {
    const attempt = this.#attempts.get(idKey(id));
    return attempt !== undefined && !attempt.inFlight && attempt.failure === undefined;
  }

  /** Whether any write below a prefix is in flight. */
  anyInFlightUnder(prefix: string): boolean {
    const start = `${idKey(prefix)}/`;
    return [...this.#attempts].some(([id, attempt]) => id.startsWith(start) && attempt.inFlight);
  }

  /** The operation of the last accepted write, to ask why a resource turned up Failed. */
  operationOf(id: string): string | undefined {
    return this.#attempts.get(idKey(id))?.operation;
  }

  /** Sends a write and looks at it for about two seconds. Never aborts it. */
  async submit(request: WriteRequest): Promise<Submitted> {
    const before = this.#attempts.get(idKey(request.id));
    const attempts = (before?.asker === request.asker ? before.attempts : 0) + 1;
    this.#set(request, { inFlight: true, attempts });
    let looking = true;
    const sent = this.#settle(request, attempts).then(result => {
      if (!looking) request.late();
      return result;
    });
    const { elapsed, cancel } = this.#lookTime();
    const given = await Promise.race([sent, elapsed]);
    looking = false;
    cancel();
    return given;
  }

  /** A resource turned up Failed after an accepted write: counts as a failure of that write. */
  fail(id: string, asker: string, failure: Failure): void {
    const attempts = (this.#attempts.get(idKey(id))?.attempts ?? 0) + 1;
    const retryAt = this.#clock.now() + holdOffMs(failure, attempts);
    this.#attempts.set(idKey(id), { verb: 'create', asker, inFlight: false, attempts, failure, retryAt });
  }

  /** The resource is there and Succeeded: a refused update is still held back, everything else is past. */
  settled(id: string): void {
    if (this.wasAccepted(id)) this.#attempts.delete(idKey(id));
  }

  /** The resource is gone: the past is forgotten. */
  forget(id: string): void {
    if (!this.isInFlight(id)) this.#attempts.delete(idKey(id));
  }

  async #settle(request: WriteRequest, attempts: number): Promise<Submitted> {
    try {
      const answer = await request.send();
      const deletingUntil = request.verb === 'delete' ? this.#clock.now() + DELETE_WAIT_MS : undefined;
      this.#set(request, {
        inFlight: false,
        attempts,
        ...(answer.operation === undefined ? {} : { operation: answer.operation }),
        ...(deletingUntil === undefined ? {} : { deletingUntil }),
      });
      request.answered(answer);
      return { is: 'Answered', answer };
    } catch (thrown) {
      const failure = failureOf(thrown);
      this.#set(request, {
        inFlight: false,
        attempts,
        failure,
        retryAt: this.#clock.now() + holdOffMs(failure, attempts),
      });
      return { is: 'Failed', failure };
    }
  }

  #lookTime(): { readonly elapsed: Promise<Submitted>; readonly cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<Submitted>();
    return { elapsed: promise, cancel: this.#clock.after(LOOK_MS, () => resolve({ is: 'InFlight' })) };
  }

  #set({ id, verb, asker }: WriteRequest, attempt: Omit<Attempt, 'verb' | 'asker'>): void {
    this.#attempts.set(idKey(id), { verb, asker, ...attempt });
  }
}
