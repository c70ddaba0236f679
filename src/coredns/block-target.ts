/**
 * What the two kinds of target that write a server block have in common: the watch over its reload, and the keys that
 * tell what is on its way. Used by src/coredns/{custom-server,corefile}-target.ts.
 */
import type { PublishedLine } from '../domain/merge.ts';
import { pendingText } from './block-change.ts';
import { keyBytes, PENDING_KEY } from './config-map-claim.ts';
import type { Guard } from './corefile-guard.ts';
import { createReloadWatch, type ReloadWatch } from './reload-watch.ts';
import type { Sight } from './storage.ts';
import type { ReloadDeps, ServerSettings, TargetBase, TargetDeps } from './target-config.ts';
import { serversOf } from './target-servers.ts';
import { unconfirmedBytes, unconfirmedData } from './unconfirmed.ts';

/** Over the servers of the target. Touches nothing. */
export const reloadWatchOf = (
  config: TargetBase & { readonly server: ServerSettings },
  { endpoints }: TargetDeps,
  deps: ReloadDeps,
): ReloadWatch =>
  createReloadWatch({
    target: config.name,
    namespace: config.namespace,
    metricsPort: config.server.metricsPort,
    servers: signal => serversOf(config, endpoints, signal),
    deps,
  });

const namesOf = (lines: readonly PublishedLine[]): readonly string[] => lines.map(line => line.name);

/** Most that the keys of what is on its way take while these lines are written. */
export const onTheWayBytes = (lines: readonly PublishedLine[]): number =>
  keyBytes(pendingText(namesOf(lines)), PENDING_KEY) + unconfirmedBytes(namesOf(lines));

interface BlockWriting {
  readonly sight: Sight;
  readonly joining: readonly string[];
  readonly guard: Pick<Guard, 'willReload'>;
  readonly watch: ReloadWatch;
}

/** What is to be written with the block, so that it can be taken back; reads the counters. */
export async function watchedData(
  lines: readonly PublishedLine[],
  { sight, joining, guard, watch }: BlockWriting,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { willReload } = guard;
  return unconfirmedData(
    await watch.after({ before: sight.unconfirmed, joining, names: namesOf(lines), willReload }, signal),
  );
}
