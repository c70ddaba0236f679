/**
 * Names that another object held when it was last looked at, though no line of the target says so now: somebody deleted
 * the ConfigMap, or it came back from a backup. Who comes first after that must not take them. src/controller/
 * observe-dns.ts asks; objects come from the cache.
 */
import type { Desired } from '../domain/desire.ts';
import type { PublishedLine } from '../domain/merge.ts';
import { keyText, type PmsObject } from '../domain/object.ts';
import type { TargetSight } from '../domain/observed.ts';
import type { Pass } from './world.ts';

/** Lines that would be there if nothing had been lost; none for an object whose own lines are all there. */
export function reservedNames(want: Desired, target: TargetSight, { world, object }: Pass): readonly PublishedLine[] {
  const own = keyText(object.metadata);
  const held = target.lines.filter(line => line.owners.includes(own)).length;
  if (held > 0 && held === object.status.recordCount) return [];
  const present = new Set(target.lines.map(({ name }) => name));
  return world.cluster
    .objects()
    .filter(other => keyText(other.metadata) !== own && holdsIn(other, want.dns.target))
    .flatMap(({ metadata, status }) =>
      (status.records ?? [])
        .filter(({ name }) => !present.has(name))
        .map(({ name, addresses }) => ({ name, addresses, owners: [keyText(metadata)] })),
    );
}

function holdsIn({ metadata, spec, status }: PmsObject, target: string): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.mode === 'Plan') return false;
  if ((spec.dns?.target ?? 'default') !== target) return false;
  return status.conditions?.some(({ type, status: held }) => type === 'RecordsPublished' && held === 'True') ?? false;
}
