/**
 * The record of every call that reached the simulator, in the order of the answers; only its page is not in it. Holds no secrets, and bodies only
 * when asked (journal-bodies.ts). Written by app.ts and data-plane/.
 */

export interface JournalEntry {
  /** When the call arrived, ISO 8601. */
  readonly time: string;
  /** Which part answered: the resource manager, Entra ID, the data plane, or the simulator's own admin calls. */
  readonly service: 'arm' | 'entra' | 'data-plane' | 'admin';
  readonly method: string;
  /** As asked, without the query. */
  readonly path: string;
  readonly apiVersion: string | undefined;
  /** Client id of the caller; undefined when nobody was recognised. */
  readonly principal: string | undefined;
  /** HTTP status; 0 when the connection was cut instead of answered. */
  readonly status: number;
  readonly durationMs: number;
  readonly correlationId: string | undefined;
  /** The host asked, of a data plane call. */
  readonly host?: string;
  /** Name of the fault rule that touched the call. */
  readonly fault?: string;
  /** Bodies, when the simulator keeps them: what was JSON as such, anything else as text. */
  readonly request?: unknown;
  readonly response?: unknown;
}

/** The parts of an entry that only the answering service knows. */
export interface CallFacts {
  apiVersion?: string;
  principal?: string;
  correlationId?: string;
  fault?: string;
}

export interface Journal {
  /** Those kept: all of them, until there are more than the limit; then the oldest go. The array is always the same. */
  readonly entries: readonly JournalEntry[];
  /** How many there were ever since the start or the last `clear`. */
  readonly count: number;
  record(entry: JournalEntry): void;
  clear(): void;
  /** Calls back with each entry as it is written, until the returned function is called. */
  watch(watcher: (entry: JournalEntry) => void): () => void;
}

/** So many entries are some 35 MB; a test that needs more of them has the journal file. */
const mostEntries = 50_000;

export function createJournal(limit = mostEntries): Journal {
  const entries: JournalEntry[] = [];
  const watchers = new Set<(entry: JournalEntry) => void>();
  let count = 0;
  return {
    entries,
    get count() {
      return count;
    },
    record: entry => {
      count += 1;
      entries.push(entry);
      if (entries.length > limit) entries.splice(0, Math.ceil(limit / 10));
      for (const tell of watchers) tell(entry);
    },
    clear: () => {
      entries.length = 0;
      count = 0;
    },
    watch: watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
