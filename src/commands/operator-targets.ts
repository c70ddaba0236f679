/**
 * What the operator says of its DNS targets once it leads: which of those that are being retired still hold records, and
 * of whom; and which targets objects name that are not configured (any more). Reads only; src/commands/operator-run.ts.
 */
import { failureOf } from '../domain/failures.ts';
import { keyText, type PmsObject } from '../domain/object.ts';
import type { Log } from '../ports.ts';
import type { DnsTarget, DnsTargets } from '../ports-dns.ts';

/** Objects that a line of the log names before it counts the rest. */
const SHOWN = 10;

/** One line for each target that there is something to say of. What cannot be read is told by the objects. */
export async function tellTargets(
  targets: DnsTargets,
  objects: readonly PmsObject[],
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const names = new Set(targets.all.map(({ name }) => name));
  const strays = objects.filter(({ spec }) => !names.has(spec.dns?.target ?? 'default'));
  for (const [target, of] of Map.groupBy(strays, ({ spec }) => spec.dns?.target ?? 'default')) {
    const told = { target, objects: of.slice(0, SHOWN).map(({ metadata }) => keyText(metadata)), count: of.length };
    log.warn('objects name a DNS target that is not configured; what they published there nobody keeps', told);
  }
  const draining = targets.all.filter(target => target.draining);
  await Promise.all(draining.map(target => tellDraining(target, objects, { log, signal })));
}

async function tellDraining(
  target: DnsTarget,
  objects: readonly PmsObject[],
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const { lines } = await target.read(signal);
    if (lines.length === 0) {
      log.info('a DNS target that is draining holds no record: take it out of the configuration', {
        target: target.name,
      });
      return;
    }
    const owners = [...new Set(lines.flatMap(line => line.owners))].sort();
    const known = new Set(objects.map(({ metadata }) => keyText(metadata)));
    log.warn('a DNS target is draining and holds records; its objects tell where to go', {
      target: target.name,
      records: lines.length,
      objects: owners.filter(owner => known.has(owner)).slice(0, SHOWN),
      // Their lines leave with nobody: whoever took the finalizer off takes them out of the ConfigMap too.
      ofNoObject: owners.filter(owner => !known.has(owner)).slice(0, SHOWN),
    });
  } catch (thrown) {
    if (signal.aborted) return;
    log.warn('a DNS target that is draining could not be read', {
      target: target.name,
      error: failureOf(thrown).message,
    });
  }
}
