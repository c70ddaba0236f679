/**
 * Whether CoreDNS took up the block that we wrote last. It says so nowhere but in its log: we compare its counter of
 * failed reloads with the one from before the write, and the answers to the new names. One that refuses goes on with
 * what it had, until it starts again and does not come up. Kept in memory: after a restart of the operator a write from
 * before is not watched any more. src/coredns/line-target.ts asks it; times by the injected clock.
 */
import { type Failure, STALLED_RETRY_MS, stalled } from '../domain/failures.ts';
import type { DnsServer } from '../ports.ts';
import type { SeenAnswers } from '../ports-dns.ts';
import type { ReloadDeps } from './target-config.ts';

/** A kubelet may take 2 minutes, `reload` 45 s (facts coredns 2.1). */
const GRACE_MS = 180_000;
/** In place of a response code in findings: nothing came back, which proves nothing. */
const SILENT = 'silent';

/** Failed reloads by server name; servers that did not tell are left out. */
export type Counters = ReadonlyMap<string, number>;

export interface ReloadVerdict {
  /** What the object should say. */
  readonly failure: Failure;
  /** Names that have to be taken out again. */
  readonly withdraw?: ReadonlySet<string>;
}

export interface ReloadWatch {
  /** Why these names cannot be written now: CoreDNS refused them a while ago. */
  refusal(names: readonly string[]): Failure | undefined;
  /** Call before a block with new names is written. */
  counters(signal: AbortSignal): Promise<Counters>;
  /** Call after it. `willReload`: whether CoreDNS looks at its configuration by itself. */
  written(names: readonly string[], before: Counters, willReload: boolean): void;
  judge(seen: SeenAnswers, signal: AbortSignal): Promise<ReloadVerdict | undefined>;
  /** The configuration changed: what was refused may be written again. */
  forgive(): void;
}

export interface ReloadWatchOptions {
  readonly target: string;
  /** For the command that restarts it. */
  readonly namespace: string;
  readonly metricsPort: number;
  readonly servers: (signal: AbortSignal) => Promise<readonly DnsServer[]>;
  readonly deps: ReloadDeps;
}

interface Pending {
  readonly names: ReadonlySet<string>;
  readonly before: Counters;
  readonly since: number;
  readonly willReload: boolean;
}

export function createReloadWatch(options: ReloadWatchOptions): ReloadWatch {
  const { deps, target, metricsPort } = options;
  let pending: Pending | undefined;
  let refused: { readonly names: ReadonlySet<string>; readonly until: number; readonly failure: Failure } | undefined;

  const counters = async (signal: AbortSignal): Promise<Counters> => {
    // No server is no reason not to write: they may be on their way.
    const servers = await options.servers(signal).catch(() => []);
    signal.throwIfAborted();
    const found = await Promise.all(
      servers.map(async ({ name, ...server }) => {
        const failures = await deps.failures({ name, ...server }, metricsPort, signal);
        return failures === undefined ? [] : [[name, failures] as const];
      }),
    );
    return new Map(found.flat());
  };

  const refuse = (names: ReadonlySet<string>, why: string): ReloadVerdict => {
    const text = `CoreDNS did not take the new names of DNS target ${target} (${listed(names)}): ${why}; they are taken out again, see its log for the reason. Tried again in an hour, or when its configuration changes`;
    const failure = stalled('ReloadRefused', text);
    refused = { names, until: deps.clock.now() + STALLED_RETRY_MS, failure };
    pending = undefined;
    return { failure, withdraw: names };
  };

  return {
    counters,
    refusal(names) {
      if (refused === undefined || deps.clock.now() >= refused.until) return undefined;
      return names.some(name => refused?.names.has(name)) ? refused.failure : undefined;
    },
    written(names, before, willReload) {
      // What an earlier write brought and nobody has seen answered yet stays under watch.
      const all = new Set([...(pending?.names ?? []), ...names]);
      pending = { names: all, before, since: deps.clock.now(), willReload };
    },
    async judge(seen, signal) {
      if (pending === undefined) return undefined;
      const { names, before, since, willReload } = pending;
      const own = seen.names.filter(name => names.has(name));
      if (own.some(name => isAnswered(name, seen))) {
        pending = undefined;
        return undefined;
      }
      const failed = grown(before, await counters(signal));
      if (failed !== undefined) return refuse(names, `coredns_reload_failed_total grew at ${failed}`);
      if (!willReload) return { failure: restartRequired(options) };
      const isOver = deps.clock.now() - since >= GRACE_MS;
      const isWrong = own.some(name => seen.wrong.some(one => one.name === name && one.rcode !== SILENT));
      return isOver && isWrong ? refuse(names, 'no server answers them after 3 minutes') : undefined;
    },
    forgive() {
      refused = undefined;
    },
  };
}

/** One server with the new names proves that the configuration can be loaded. */
function isAnswered(name: string, { servers, wrong }: SeenAnswers): boolean {
  // A silent server is not asked every name.
  const speaks = (one: SeenAnswers['wrong'][number]) => one.name !== name && one.rcode !== SILENT;
  return servers.some(server => wrong.filter(one => one.server === server).every(speaks));
}

/** The first server that failed to reload since; one that was not asked before proves nothing. */
function grown(before: Counters, now: Counters): string | undefined {
  for (const [server, failures] of now) if (failures > (before.get(server) ?? failures)) return server;
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
