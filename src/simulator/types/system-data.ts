/**
 * `systemData` of Microsoft.Insights resources, and the stamps it is written from.
 */
import { isoTime } from '../clock.ts';
import type { Json } from '../frame/resource-type.ts';
import type { Stamps } from '../resources.ts';
import type { World } from '../world.ts';

export const systemData = (stamps: Stamps): Json => ({
  createdBy: stamps.createdBy,
  createdByType: 'Application',
  createdAt: isoTime(stamps.createdAtMs),
  lastModifiedBy: stamps.modifiedBy,
  lastModifiedByType: 'Application',
  lastModifiedAt: isoTime(stamps.modifiedAtMs),
});

/** Stamps of a write by `principal` now; the creation's are kept when there was one. */
export function stamped(world: World, principal: string, before?: Stamps): Stamps {
  const nowMs = world.clock.now();
  const created = before ?? { createdBy: principal, createdAtMs: nowMs };
  return {
    createdBy: created.createdBy,
    createdAtMs: created.createdAtMs,
    modifiedBy: principal,
    modifiedAtMs: nowMs,
  };
}
