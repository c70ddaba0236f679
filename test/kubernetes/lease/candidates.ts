/**
 * Processes that want one Lease, over a model of the API server's part of it, on a stepping clock: each can be stopped
 * and continued (its timers and answers wait meanwhile), cut off, and have its wall clock set. For the tests of the
 * lease.
 */
import type { KubeClient } from '../../../src/kubernetes/client.ts';
import { KubeError } from '../../../src/kubernetes/kube-error.ts';
import { CLIENT_GO_TIMING, createLease, type Lease, type Term } from '../../../src/kubernetes/lease/lease.ts';
import { type RawObject, recordAt } from '../../../src/kubernetes/raw-object.ts';
import type { Clock } from '../../../src/ports.ts';
import type { Randomness } from '../../model/randomness.ts';
import type { SteppingClock } from '../../model/stepping-clock.ts';
import { type Logbook, logbook } from '../logbook.ts';

export const REF = { namespace: 'operators', name: 'the-lease' };

/** What the API server holds, as a test reads and changes it. */
export interface LeaseStore {
  lease: RawObject | undefined;
  /** Writes that were carried out. */
  writes: number;
  spec(): RawObject;
  /** Somebody else's write. */
  put(change: { readonly spec?: RawObject; readonly metadata?: RawObject }): void;
  send(method: string, body: unknown): unknown;
}

export function leaseStore(): LeaseStore {
  let version = 0;
  const store: LeaseStore = {
    lease: undefined,
    writes: 0,
    spec: () => recordAt(store.lease ?? {}, 'spec'),
    put({ spec = store.spec(), metadata = {} }) {
      const before = recordAt(store.lease ?? {}, 'metadata');
      const resourceVersion = String(++version);
      store.lease = { spec, metadata: { ...before, ...metadata, resourceVersion } };
    },
    send(method, body) {
      if (method === 'GET') {
        if (store.lease === undefined) throw new KubeError('404', { status: 404 });
        return structuredClone(store.lease);
      }
      const { metadata = {}, spec = {} } = body as Record<string, Record<string, unknown>>;
      const held = store.lease && recordAt(store.lease, 'metadata').resourceVersion;
      // As the API server of a Lease: created by a PUT without a version, never replaced by one.
      if (store.lease === undefined && metadata.resourceVersion !== undefined) {
        throw new KubeError('404', { status: 404 });
      }
      if (store.lease !== undefined && metadata.resourceVersion === undefined) {
        throw new KubeError('422', { status: 422 });
      }
      if (metadata.resourceVersion !== held) throw new KubeError('409', { status: 409 });
      store.put({ spec, metadata });
      store.writes += 1;
      return structuredClone(store.lease);
    },
  };
  return store;
}

export interface Candidate {
  readonly name: string;
  readonly lease: Lease;
  readonly log: Logbook;
  term(): Term | undefined;
  /** Stopped, ended or cut off from its program: it does nothing. */
  isStopped(): boolean;
  /** It lost its lease or was stopped for good. */
  hasEnded(): boolean;
  /** As SIGSTOP does, and SIGCONT after `forMs`; for ever when that is not given, as SIGKILL does. */
  stop(forMs?: number): void;
  /** No request is answered; those on the way may have arrived. */
  cut(forMs: number): void;
  setWall(byMs: number): void;
  /** SIGTERM. */
  release(): Promise<void>;
}

export interface CandidateOptions {
  readonly name: string;
  readonly clock: SteppingClock;
  readonly store: LeaseStore;
  readonly random: Randomness;
  /** The longest time that a request, and its answer, take. */
  readonly delayMs: number;
  /** Called when it is continued, before its own timers and answers: as an answer of somebody else's would come first. */
  readonly onWake?: () => void;
}

/** Asks for the lease at once. */
export function candidate({ name, clock, store, random, delayMs, onWake }: CandidateOptions): Candidate {
  const backlog: (() => void)[] = [];
  const ending = new AbortController();
  let stopped = false;
  let ended = false;
  let cutUntil = 0;
  let wallAheadMs = 0;
  let term: Term | undefined;
  const log = logbook();

  const deliver = (callback: () => void) => (stopped ? void backlog.push(callback) : callback());
  const own: Clock = {
    now: () => clock.now() + wallAheadMs,
    after: (ms, callback) => {
      let cancelled = false;
      const cancel = clock.after(ms, () => deliver(() => cancelled || callback()));
      return () => {
        cancelled = true;
        cancel();
      };
    },
  };
  const client: KubeClient = {
    request: (method, _path, { body, signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => deliver(() => reject(signal.reason)));
        const isLost = () => clock.now() < cutUntil;
        clock.after(random.between(0, delayMs), () => {
          // What was sent before the cut may arrive all the same; its answer does not.
          if (isLost() && random.chance(0.7)) return;
          let answer: () => void;
          try {
            const value = store.send(method, body);
            answer = () => resolve(value);
          } catch (thrown) {
            answer = () => reject(thrown);
          }
          clock.after(random.between(0, delayMs), () => isLost() || deliver(answer));
        });
      }),
    watch: () => Promise.reject(new Error('nobody watches a lease')),
  };
  const lease = createLease({
    ref: REF,
    identity: name,
    timing: CLIENT_GO_TIMING,
    client,
    clock: own,
    now: () => ({ monotonicMs: clock.now() - 1_000_000, wallMs: own.now() }),
    random: random.next,
    log,
  });
  void lease.acquire(ending.signal).then(gained => {
    term = gained;
    gained?.lost.addEventListener('abort', () => {
      ended = true;
    });
  });
  return {
    name,
    lease,
    log,
    term: () => term,
    isStopped: () => stopped || ended,
    hasEnded: () => ended,
    stop(forMs) {
      stopped = true;
      if (forMs === undefined) {
        ended = true;
        return;
      }
      clock.after(forMs, () => {
        stopped = ended;
        if (!stopped) onWake?.();
        if (!stopped) for (const callback of backlog.splice(0)) callback();
      });
    },
    cut(forMs) {
      cutUntil = clock.now() + forMs;
    },
    setWall(byMs) {
      wallAheadMs += byMs;
    },
    async release() {
      ending.abort();
      await term?.release(5_000);
      ended = true;
    },
  };
}
