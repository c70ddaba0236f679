/**
 * What a pass would observe of private DNS once actions had been carried out. Only for looking ahead. Pure;
 * src/domain/afterwards.ts uses it.
 */

import { RESOLUTION_POLICY } from './diff-zones.ts';
import { idKey } from './names.ts';
import { ABSENT, bodyOf, type Observed, present, type Sight, type ZonesSight } from './observed.ts';
import type { Resource, Want, ZoneKind } from './resources.ts';
import type { ZoneGroup } from './zone-resources.ts';

/**
 * The zones of the public cloud that Microsoft documents: for a plan that is made before the scope is there to be asked.
 * Source: "Azure Private Endpoint private DNS zone values"; facts: ampls 2.1.
 */
const DOCUMENTED = [
  'privatelink.monitor.azure.com',
  'privatelink.oms.opinsights.azure.com',
  'privatelink.ods.opinsights.azure.com',
  'privatelink.agentsvc.azure-automation.net',
  'privatelink.blob.core.windows.net',
];

export type ZoneWant = Extract<Want, { kind: ZoneKind }>;

/** Whether a wanted resource is one of private DNS. */
export const isZoneWant = (want: Want): want is ZoneWant => ['zoneGroup', 'dnsZone', 'zoneLink'].includes(want.kind);

const change = (seen: Observed, zones: (sight: ZonesSight) => Partial<ZonesSight>): Observed =>
  seen.zones === undefined ? seen : { ...seen, zones: { ...seen.zones, ...zones(seen.zones) } };

/** A scope that is there can be asked for its zones. */
export const withZoneNames = (seen: Observed): Observed =>
  change(seen, ({ required }) => (required.is === 'absent' ? { required: present(DOCUMENTED) } : {}));

/** One of them, made or brought to the asked shape. */
export function withZone(want: ZoneWant, seen: Observed): Observed {
  const { id, name } = want;
  const common = { id, name, provisioningState: 'Succeeded' };
  return change(seen, ({ zones, links }) => {
    switch (want.kind) {
      case 'zoneGroup':
        return { group: { reading: present({ ...common, kind: want.kind, configs: want.configs, records: [] }) } };
      case 'dnsZone': {
        const body = { ...common, kind: want.kind, tags: want.tags };
        return { zones: new Map([...zones, [want.key, { reading: present(body) }]]) };
      }
      case 'zoneLink': {
        const { kind, networkId, tags } = want;
        const body = { ...common, kind, networkId, tags, registers: false, resolutionPolicy: RESOLUTION_POLICY };
        return { links: new Map([...links, [want.key, { reading: present(body) }]]) };
      }
    }
  });
}

/** A group of somebody else that was adopted is looked at from then on. */
export const withAdoptedGroup = (group: ZoneGroup, seen: Observed): Observed =>
  change(seen, () => ({ group: { reading: present(group) } }));

/** Gone by its key. What was never asked of the zones that are left counts as nobody else's. */
export const withoutZone = (key: string, seen: Observed): Observed =>
  change(seen, ({ zones, links, group, groups, contents }) => {
    const left = [...zones.values()].flatMap(({ reading }) => bodyOf(reading)?.id ?? []);
    return {
      zones: gone(zones, key),
      links: gone(links, key),
      ...(key === 'zoneGroup' ? { group: { reading: ABSENT }, groups: present([]) } : { group, groups }),
      contents: new Map([...left.map(id => [idKey(id), NOTHING_IN_IT] as const), ...contents]),
    };
  });

const NOTHING_IN_IT = { links: present([]), records: present([]) };

function gone<T extends Resource>(sights: ReadonlyMap<string, Sight<T>>, key: string): ReadonlyMap<string, Sight<T>> {
  return sights.has(key) ? new Map([...sights, [key, { reading: ABSENT }]]) : sights;
}
