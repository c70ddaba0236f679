/**
 * What this process last read of each ARM id, so that a pass asks Azure only about what can have changed. It saves
 * calls and never decides a write: before an update or a delete the resource is read again. Lost on restart, by design.
 */
import { failureOf } from '../domain/failures.ts';
import { idKey } from '../domain/names.ts';
import { ABSENT, present, type Reading, unread } from '../domain/observed.ts';
import type { Clock } from '../ports.ts';

/** An unsettled reading that was due this long ago, in milliseconds, belongs to an object that is gone. */
const LEFT_ALONE_MS = 30_000;

interface Entry {
  readonly reading: Reading<unknown>;
  readonly readAt: number;
  /** When the body was first seen as it is now. */
  readonly changedAt: number;
  readonly fingerprint: string;
  /** Epoch ms of the next look at something that is on its way; `undefined` when settled. */
  readonly dueAt?: number;
  readonly looks: number;
}

export interface Look<T> {
  readonly id: string;
  /** `undefined` = 404. */
  readonly load: () => Promise<T | undefined>;
  /** Whether nothing more is expected to happen to it by itself. */
  readonly settled: (body: T | undefined) => boolean;
  /** Milliseconds between looks while it is not settled, by number of looks already made (from 1). */
  readonly pollMs: (looks: number) => number;
  /** A settled body older than this is read again, in milliseconds. */
  readonly resyncMs: number;
  /** Read again when the last reading is older than this moment (epoch ms): something upstream changed then. */
  readonly notBefore?: number;
}

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  /** By id: how often it was recorded or touched. A reading that was under way meanwhile may be older than that. */
  readonly #versions = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last reading, or a new one when it is due. A failed read is told as `unread` and asked again next time. */
  async look<T>(look: Look<T>): Promise<Reading<T>> {
    const known = this.#entries.get(idKey(look.id));
    if (known && !this.#isDue(known, look)) return known.reading as Reading<T>;
    const version = this.#versions.get(idKey(look.id));
    try {
      const body = await look.load();
      if (this.#versions.get(idKey(look.id)) === version) return this.#store(look, body);
      const newer = this.#entries.get(idKey(look.id))?.reading as Reading<T> | undefined;
      return newer ?? (body === undefined ? ABSENT : present(body));
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'AbortError') throw thrown;
      return unread(failureOf(thrown));
    }
  }

  /** A write was answered with this body: as good as a read. */
  record<T>(look: Omit<Look<T>, 'load'>, body: T | undefined): void {
    this.#overtake(look.id);
    this.#store({ ...look, load: () => Promise.resolve(body) }, body);
  }

  /** The next look at this id reads again. */
  touch(id: string): void {
    this.#overtake(id);
    this.#entries.delete(idKey(id));
  }

  /** Everything that is known of these ids, and of what lies below them, is read again at the next look. */
  expire(ids: readonly string[]): void {
    const keys = ids.map(idKey);
    for (const [id, entry] of this.#entries) {
      if (!keys.some(key => id === key || id.startsWith(`${key}/`))) continue;
      this.#entries.set(id, {
        ...entry,
        readAt: 0,
        ...(entry.dueAt === undefined ? {} : { dueAt: this.#clock.now() }),
      });
    }
  }

  /** The body is settled in Azure's words, but more is expected of it: look again after `delayMs`. */
  expectChange(id: string, delayMs: number): void {
    const entry = this.#entries.get(idKey(id));
    if (entry) this.#entries.set(idKey(id), { ...entry, dueAt: Math.max(entry.readAt + delayMs, this.#clock.now()) });
  }

  /** The last reading, however old; `undefined` when there is none. */
  peek<T>(id: string): Reading<T> | undefined {
    return this.#entries.get(idKey(id))?.reading as Reading<T> | undefined;
  }

  readAt(id: string): number {
    return this.#entries.get(idKey(id))?.readAt ?? 0;
  }

  changedAt(id: string): number {
    return this.#entries.get(idKey(id))?.changedAt ?? 0;
  }

  /** Epoch ms of the next look at this id, when it is not settled. */
  dueAt(id: string): number | undefined {
    return this.#entries.get(idKey(id))?.dueAt;
  }

  /**
   * Ids below a prefix that are not settled: the scope's links that Azure still works on. What nobody has looked at for
   * a while after it was due is nobody's any more, and tells nothing.
   */
  unsettledUnder(prefix: string): readonly string[] {
    const start = `${idKey(prefix)}/`;
    const oldest = this.#clock.now() - LEFT_ALONE_MS;
    return [...this.#entries]
      .filter(([id, entry]) => id.startsWith(start) && entry.dueAt !== undefined && entry.dueAt >= oldest)
      .map(([id]) => id);
  }

  #overtake(id: string): void {
    this.#versions.set(idKey(id), (this.#versions.get(idKey(id)) ?? 0) + 1);
  }

  #isDue<T>(entry: Entry, look: Look<T>): boolean {
    const now = this.#clock.now();
    if (look.notBefore !== undefined && entry.readAt < look.notBefore) return true;
    if (entry.dueAt !== undefined) return now >= entry.dueAt;
    return now - entry.readAt >= look.resyncMs;
  }

  #store<T>(look: Look<T>, body: T | undefined): Reading<T> {
    const now = this.#clock.now();
    const reading: Reading<T> = body === undefined ? ABSENT : present(body);
    const fingerprint = JSON.stringify(body) ?? '';
    const before = this.#entries.get(idKey(look.id));
    const same = before?.fingerprint === fingerprint;
    const settled = look.settled(body);
    const looks = same && !settled ? before.looks + 1 : 1;
    this.#entries.set(idKey(look.id), {
      reading,
      readAt: now,
      changedAt: same ? before.changedAt : now,
      fingerprint,
      looks,
      ...(settled ? {} : { dueAt: now + look.pollMs(looks) }),
    });
    return reading;
  }
}
