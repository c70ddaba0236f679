/**
 * Whether CoreDNS took up the block that we wrote last. It says so nowhere but in its log: we compare its counter of
 * failed reloads with the one from before the write, and the answers to the new names. One that refuses goes on with
 * what it had, until it starts again and does not come up. What is watched stands in the ConfigMap itself (unconfirmed.ts);
 * in memory is only what was refused lately, which a restart tries once more. src/coredns/line-target.ts asks
 * it; times by the injected clock.
 */
import { type Failure, STALLED_RETRY_MS, stalled } from '../domain/failures.ts';
import { SILENT } from '../domain/observed.ts';
import type { DnsServer, SeenAnswers } from '../ports-dns.ts';
import type { ReloadDeps } from './target-config.ts';
import type { Unconfirmed } from './unconfirmed.ts';

/** A kubelet may take 2 minutes, `reload` 45 s (facts coredns 2.1). */
const GRACE_MS = 180_000;
/**
 * The counter may have grown by a configuration from before our write, which is mended already: the first refusal is
 * tried again soon, each further one after twice the time.
 */
const FIRST_RETRY_MS = 120_000;

export interface ReloadVerdict {
  /** What the object should say. */
  readonly failure?: Failure;
  /** Names that have to be taken out again. */
  readonly withdraw?: ReadonlySet<string>;
  /** CoreDNS has what was written last: nothing is left to be watched. */
  readonly confirmed?: true;
}

/** A write of the block that is about to be made. */
export interface BlockWrite {
  /** What was still to be confirmed before it. */
  readonly before: Unconfirmed | undefined;
  /** Names that the block does not serve yet. */
  readonly joining: readonly string[];
  /** Every name that it will have. */
  readonly names: readonly string[];
  /** Whether CoreDNS looks at its configuration by itself. */
  readonly willReload: boolean;
}

export interface ReloadWatch {
  /** Why these names cannot be written now: CoreDNS refused them a while ago. */
  refusal(names: readonly string[]): Failure | undefined;
  /** What is to be confirmed after a write; reads the counters when names join. Call before it, and write it down. */
  after(write: BlockWrite, signal: AbortSignal): Promise<Unconfirmed | undefined>;
  judge(
    unconfirmed: Unconfirmed | undefined,
    seen: SeenAnswers,
    signal: AbortSignal,
  ): Promise<ReloadVerdict | undefined>;
  /** The configuration changed: what was refused may be written again. */
  forgive(): void;
}

interface Refused {
  readonly names: ReadonlySet<string>;
  readonly retryMs: number;
  /** Epoch ms. */
  readonly until: number;
  readonly failure: Failure;
}

export interface ReloadWatchOptions {
  readonly target: string;
  /** For the command that restarts it. */
  readonly namespace: string;
  readonly metricsPort: number;
  readonly servers: (signal: AbortSignal) => Promise<readonly DnsServer[]>;
  readonly deps: ReloadDeps;
}

export function createReloadWatch(options: ReloadWatchOptions): ReloadWatch {
  const { deps, target } = options;
  let refused: Refused | undefined;

  const refuse = (names: ReadonlySet<string>, why: string): Failure => {
    const isAgain = [...names].some(name => refused?.names.has(name));
    const retryMs = isAgain && refused ? Math.min(2 * refused.retryMs, STALLED_RETRY_MS) : FIRST_RETRY_MS;
    const text = `CoreDNS did not take the new names of DNS target ${target} (${listed(names)}): ${why}; they are taken out again, see its log for the reason. Tried again in ${retryMs / 60_000} minutes, or when its configuration changes`;
    const failure = stalled('ReloadRefused', text);
    refused = { names, retryMs, until: deps.clock.now() + retryMs, failure };
    return failure;
  };

  return {
    refusal(names) {
      if (refused === undefined || deps.clock.now() >= refused.until) return undefined;
      return names.some(name => refused?.names.has(name)) ? refused.failure : undefined;
    },
    async after({ before, joining, names, willReload }, signal) {
      const wanted = new Set(names);
      // What an earlier write brought and nobody has seen answered yet stays under watch.
      const left = (before?.names ?? []).filter(name => wanted.has(name));
      if (joining.length === 0) {
        return before === undefined || left.length === 0 ? undefined : { ...before, names: left };
      }
      const failures = Object.fromEntries(await readCounters(options, signal));
      return { names: [...new Set([...left, ...joining])].sort(), since: deps.clock.now(), failures, willReload };
    },
    async judge(unconfirmed, seen, signal) {
      if (unconfirmed === undefined) return undefined;
      const names = new Set(unconfirmed.names);
      const own = seen.names.filter(name => names.has(name));
      if (own.some(name => isAnswered(name, seen))) return { confirmed: true };
      const told = (failure: Failure) => (own.length > 0 ? { failure } : {});
      const failed = grown(unconfirmed.failures, await readCounters(options, signal));
      if (failed !== undefined) {
        return { withdraw: names, ...told(refuse(names, `coredns_reload_failed_total grew at ${failed}`)) };
      }
      if (!unconfirmed.willReload) return told(restartRequired(options));
      const isOver = deps.clock.now() - unconfirmed.since >= GRACE_MS;
      const isWrong = own.some(name => seen.wrong.some(one => one.name === name && one.rcode !== SILENT));
      if (!isOver || !isWrong) return undefined;
      return { withdraw: names, failure: refuse(names, 'no server answers them after 3 minutes') };
    },
    forgive() {
      refused = undefined;
    },
  };
}

/** Failed reloads by server name; servers that did not tell are left out. */
async function readCounters(
  { servers: find, deps, metricsPort }: ReloadWatchOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  // No server is no reason not to write: they may be on their way.
  const servers = await find(signal).catch(() => []);
  signal.throwIfAborted();
  const found = await Promise.all(
    servers.map(async ({ name, ...server }) => {
      const failures = await deps.failures({ name, ...server }, metricsPort, signal);
      return failures === undefined ? [] : [[name, failures] as const];
    }),
  );
  return new Map(found.flat());
}

/** One server with the new names proves that the configuration can be loaded. */
function isAnswered(name: string, { servers, wrong }: SeenAnswers): boolean {
  // A silent server is not asked every name.
  const speaks = (one: SeenAnswers['wrong'][number]) => one.name !== name && one.rcode !== SILENT;
  return servers.some(server => wrong.filter(one => one.server === server).every(speaks));
}

/** The first server that failed to reload since; one that was not asked before proves nothing. */
function grown(before: Unconfirmed['failures'], now: ReadonlyMap<string, number>): string | undefined {
  for (const [server, failures] of now) if (failures > (before[server] ?? failures)) return server;
  return undefined;
}

const restartRequired = ({ target, namespace }: ReloadWatchOptions): Failure =>
  stalled(
    'CoreDNSRestartRequired',
    `DNS target ${target}: no block of the Corefile has the line reload, so CoreDNS takes nothing up by itself: add it, or restart CoreDNS (kubectl -n ${namespace} rollout restart deployment of CoreDNS)`,
  );

function listed(names: ReadonlySet<string>): string {
  const [first = '', ...more] = [...names].sort();
  return more.length > 0 ? `${first} and ${more.length} more` : first;
}
