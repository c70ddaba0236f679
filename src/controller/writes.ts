/**
 * Writes to Azure that this process has sent: one in flight per ARM id, looked at for a short while and then left
 * running, and the failures that hold the next attempt back. In memory only; a restart reads Azure instead.
 */
import { type Failure, failureOf, holdOffMs, isInDoubt } from '../domain/failures.ts';
import { idKey } from '../domain/names.ts';
import type { WriteState } from '../domain/observed.ts';
import type { Clock, WriteAnswer } from '../ports.ts';

/** A PUT's first answer takes 2 to 12 s; its error text, when there is one, comes early (facts: performance 1.2). */
const LOOK_MS = 2_000;
/** After an accepted DELETE the resource is waited for this long before the DELETE is sent again. */
const DELETE_WAIT_MS = 60_000;
/** An accepted write that nobody has seen the end of counts as going on for this long. */
const GOING_ON_MS = 60_000;

/** The same difference again within this time, in milliseconds: the update did not last. */
const UPDATE_LASTS_MS = 600_000;

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
  /** Epoch ms of the first answer. */
  readonly answeredAt?: number;
  /** Epoch ms until which an accepted DELETE counts as being carried out. */
  readonly deletingUntil?: number;
}

interface Update {
  readonly asker: string;
  readonly text: string;
  readonly times: number;
  /** Epoch ms of the answer. */
  readonly at: number;
  /** It was held back already: the next one is sent. */
  readonly isDue: boolean;
}

export interface WriteRequest {
  readonly id: string;
  readonly verb: Verb;
  readonly asker: string;
  readonly send: () => Promise<WriteAnswer>;
  /** Called once with the first answer, whenever it comes. */
  readonly answered: (answer: WriteAnswer) => void;
  /** Called once with the failure, whenever it comes. */
  readonly refused: (failure: Failure) => void;
  /** Called when the answer, or the failure, came after `submit` had stopped looking. */
  readonly late: () => void;
}

export type Submitted =
  | { readonly is: 'Answered'; readonly answer: WriteAnswer }
  | { readonly is: 'InFlight' }
  | { readonly is: 'Failed'; readonly failure: Failure };

export class Writes {
  readonly #attempts = new Map<string, Attempt>();
  readonly #updates = new Map<string, Update>();
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
    if (now < retryAt && attempt.asker === asker) return { is: 'HeldOff', failure, retryAt };
    return isInDoubt(failure) ? undefined : { is: 'Refused', failure };
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

  /** Whether any write below a prefix, but for one id, is in flight or was accepted and is not known to have ended. */
  anyGoingOnUnder(prefix: string, but: string): boolean {
    const start = `${idKey(prefix)}/`;
    const oldest = this.#clock.now() - GOING_ON_MS;
    const goesOn = ({ inFlight, failure, answeredAt = 0 }: Attempt) =>
      inFlight || (answeredAt > oldest && (failure === undefined || isInDoubt(failure)));
    return [...this.#attempts].some(([id, attempt]) => id.startsWith(start) && id !== idKey(but) && goesOn(attempt));
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

  /** A write that is not sent now; it is due again by the rules for a refused one. */
  holdBack(id: string, { verb, asker, failure }: Pick<WriteRequest, 'verb' | 'asker'> & { failure: Failure }): void {
    const before = this.#attempts.get(idKey(id));
    const attempts = (before?.asker === asker && before.failure !== undefined ? before.attempts : 0) + 1;
    this.#hold(id, { verb, asker, attempts, failure });
  }

  /** A resource turned up Failed after an accepted write: counts as a failure of that write. */
  fail(id: string, asker: string, failure: Failure): void {
    const attempts = (this.#attempts.get(idKey(id))?.attempts ?? 0) + 1;
    this.#hold(id, { verb: 'create', asker, attempts, failure });
  }

  /**
   * The resource is there and did not fail. A refused update is still held back; a creation whose answer was lost is
   * known to have been carried out.
   */
  arrived(id: string): void {
    const attempt = this.#attempts.get(idKey(id));
    if (attempt?.verb === 'create' && attempt.failure !== undefined) this.forget(id);
  }

  /** An update was accepted; `text` says what it changes. */
  updated(id: string, asker: string, text: string): void {
    const before = this.#updates.get(idKey(id));
    const times = before && this.#isSame(before, asker, text) ? before.times : 0;
    this.#updates.set(idKey(id), { asker, text, times: times + 1, at: this.#clock.now(), isDue: false });
  }

  /**
   * Whether this very update was accepted lately and is to do again. Then it is held back, longer each time, and may be
   * sent once after that.
   */
  holdUndone(id: string, asker: string, text: string, failure: Failure): boolean {
    const update = this.#updates.get(idKey(id));
    if (update === undefined || update.isDue || !this.#isSame(update, asker, text)) return false;
    this.#updates.set(idKey(id), { ...update, isDue: true });
    this.#hold(id, { verb: 'update', asker, attempts: update.times, failure });
    return true;
  }

  #hold(id: string, attempt: Pick<Attempt, 'verb' | 'asker' | 'attempts'> & { readonly failure: Failure }): void {
    const retryAt = this.#clock.now() + holdOffMs(attempt.failure, attempt.attempts);
    this.#attempts.set(idKey(id), { ...attempt, inFlight: false, retryAt });
  }

  #isSame(update: Update, asker: string, text: string): boolean {
    return update.asker === asker && update.text === text && this.#clock.now() - update.at < UPDATE_LASTS_MS;
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
        answeredAt: this.#clock.now(),
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
        answeredAt: this.#clock.now(),
        retryAt: this.#clock.now() + holdOffMs(failure, attempts),
      });
      request.refused(failure);
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
