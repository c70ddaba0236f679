/**
 * What all kinds of DNS target have in common: the lines of many objects, one writer at a time, claims merged on top of
 * what is there, written only when a byte changes. How and where the lines are kept is the kind's `Storage`. Used by the
 * target kinds beside it.
 */
import { refusedBy } from '../domain/allow-lists.ts';
import { ConflictError, PortError, stalled, waiting } from '../domain/failures.ts';
import type { Merged } from '../domain/merge.ts';
import type { ConfigMapRef, DnsTarget } from '../ports-dns.ts';
import { MAX_CONFIG_MAP_BYTES } from './config-map-claim.ts';
import { checkLine } from './hosts-text.ts';
import { mergeAll, type Request, type Written } from './merge-batch.ts';
import type { ReloadWatch } from './reload-watch.ts';
import type { Sight, Storage } from './storage.ts';
import type { TargetBase, TargetDeps } from './target-config.ts';
import { serversOf } from './target-servers.ts';
import { createWriteQueue } from './write-queue.ts';

export interface LineTarget extends DnsTarget {
  /** The ConfigMaps to watch; the first has the lines. */
  readonly refs: readonly [ConfigMapRef, ...ConfigMapRef[]];

  /**
   * Call on every change of one of the ConfigMaps: brings what is ours back to the form that we write, dropping what no
   * object owns. Does nothing when it has that form, or when our key or its ConfigMap are gone or not ours (the objects'
   * passes see to that). Throws what `publish` throws.
   */
  repair(signal: AbortSignal): Promise<void>;
}

const DRAINED = 'a DNS target that is draining holds no record any more: take it out of the configuration';

/** Tries against writers of other fields of the same ConfigMap. */
const MAX_TRIES = 5;
const CONFLICT_RETRY_MS = 1_000;

export interface Parts<S extends Sight> {
  readonly config: TargetBase;
  readonly deps: TargetDeps;
  readonly storage: Storage<S>;
  /** Only where CoreDNS has to reload. */
  readonly watch?: ReloadWatch | undefined;
}

export function createLineTarget<S extends Sight>({ config, deps, storage, watch }: Parts<S>): LineTarget {
  const [ref] = storage.refs;

  const attempt = async (batch: readonly Request[], signal: AbortSignal): Promise<Written> => {
    const found = await storage.look(signal);
    if (found.refusal) throw new PortError(found.refusal);
    const confirms = found.unconfirmed !== undefined && batch.some(one => 'confirmed' in one && one.confirmed);
    const sight = confirms ? { ...found, unconfirmed: undefined } : found;
    const writer = await storage.writer(sight, signal);
    const refusal: typeof writer.refusal = claim =>
      watch?.refusal(claim.records.map(({ name }) => name)) ?? writer.refusal(claim);
    const merged = mergeAll(sight, batch, refusal);
    const isEmpty = merged.lines.length === 0;
    // Nothing is made for the sake of a comment; and a key that is gone comes back with its lines, not before them.
    if (!confirms && (sight.isWritten(merged.lines) || (!sight.present && isEmpty))) return merged;
    await writer.write(merged.lines, signal);
    const told = { target: config.name, names: merged.lines.length, bytes: sight.sizeWith(merged.lines).bytes };
    deps.log.info('records written', told);
    if (config.draining === true && isEmpty) deps.log.info(DRAINED, { target: config.name });
    if (sight.unreadable.length > 0) {
      deps.log.warn('lines that no object owns were dropped', { ...told, dropped: sight.unreadable.slice(0, 10) });
    }
    return merged;
  };

  const submit = createWriteQueue<Request, Merged>(async (batch, signal) => {
    for (let tries = 1; ; tries++) {
      try {
        const { lines, outcomes } = await attempt(batch, signal);
        return outcomes.map(one =>
          one.status === 'fulfilled' ? { ...one, value: { lines, conflicts: one.value } } : one,
        );
      } catch (thrown) {
        if (!(thrown instanceof ConflictError)) throw thrown;
        if (tries === MAX_TRIES) throw contested(ref, thrown);
        deps.log.debug('ConfigMap changed meanwhile', { target: config.name, tries });
      }
    }
  });

  return {
    name: config.name,
    draining: config.draining ?? false,
    refs: storage.refs,
    async read(signal) {
      const sight = await storage.look(signal);
      const maxBytes = MAX_CONFIG_MAP_BYTES - sight.sizeWith([]).bytes;
      const { allowedSuffixes, allowedAddressRanges } = config;
      const allowLists = { allowedSuffixes, allowedAddressRanges };
      return { lines: sight.lines, maxBytes, ttlSeconds: config.ttlSeconds, allowLists };
    },
    async publish(claim, signal) {
      for (const record of claim.records) {
        const { name, addresses } = record;
        checkLine({ name, addresses, owners: [claim.owner] });
        const why = refusedBy(config, record);
        // The pass has sorted such records out already; nothing else stands between an object and everybody's DNS.
        if (why !== undefined) throw new PortError(stalled('RecordsRefused', `${name} is ${why}`));
      }
      return submit(claim, signal);
    },
    async repair(signal) {
      watch?.forgive();
      const sight = await storage.look(signal);
      if (!sight.present || sight.isWritten(sight.lines)) return;
      await submit({ withdraw: new Set() }, signal);
    },
    async confirm(seen, signal) {
      if (watch === undefined) return undefined;
      const { unconfirmed } = await storage.look(signal);
      const verdict = await watch.judge(unconfirmed, seen, signal);
      if (verdict?.confirmed) await submit({ withdraw: new Set(), confirmed: true }, signal);
      if (verdict?.withdraw === undefined) return verdict?.failure;
      const told = { target: config.name, names: verdict.withdraw.size };
      deps.log.warn('CoreDNS did not take the new names; they are taken out again', told);
      await submit({ withdraw: verdict.withdraw }, signal);
      return verdict.failure;
    },
    servers: signal => serversOf(config, deps.endpoints, signal),
  };
}

const contested = ({ namespace, name }: ConfigMapRef, cause: unknown): PortError =>
  new PortError(
    waiting('Conflict', `ConfigMap ${namespace}/${name} changed ${MAX_TRIES} times while we wrote`, CONFLICT_RETRY_MS),
    { cause },
  );
