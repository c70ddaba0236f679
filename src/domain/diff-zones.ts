/**
 * Wanted against found for zone groups, zones and their network links. Pure; src/domain/diff.ts uses it.
 */
import { change, type Differences, diffTags, frozen } from './difference.ts';
import { sameId } from './names.ts';
import type { Resource, Want } from './resources.ts';
import type { ZoneGroup, ZoneGroupWant, ZoneLink, ZoneLinkWant } from './zone-resources.ts';

/** Of links that we make: a zone is not to hide the public names that it does not hold (facts: ampls 5, rows 7 and 8). */
export const RESOLUTION_POLICY = 'NxDomainRedirect';

/** The differences of private DNS; `undefined` for every other kind. */
export function diffZones(want: Want, body: Resource): Differences | undefined {
  if (want.kind === 'zoneGroup' && body.kind === 'zoneGroup') return diffGroup(want, body);
  if (want.kind === 'dnsZone' && body.kind === 'dnsZone') {
    return { changes: diffTags(want.tags, body.tags), obstacles: [] };
  }
  if (want.kind === 'zoneLink' && body.kind === 'zoneLink') return diffLink(want, body);
  return undefined;
}

/** Zones count, not the names of their configs. */
function diffGroup({ configs: wanted }: ZoneGroupWant, { configs: found }: ZoneGroup): Differences {
  const missing = wanted.filter(({ zoneId }) => !found.some(other => sameId(other.zoneId, zoneId)));
  const others = found.filter(({ zoneId }) => !wanted.some(other => sameId(other.zoneId, zoneId)));
  const before = ({ name }: { readonly name: string }) => others.find(other => sameId(other.name, name));
  const replaced = new Set(missing.flatMap(config => before(config) ?? []));
  return {
    changes: [
      ...missing.map(config => change(`zones.${config.name}`, before(config)?.zoneId, config.zoneId)),
      ...others
        .filter(other => !replaced.has(other))
        .map(({ name, zoneId }) => change(`zones.${name}`, zoneId, '(none)')),
    ],
    obstacles: [],
  };
}

/** Whether another zone is asked for under a name that has one: Azure takes that only from a group made anew. */
export const needsRemaking = (want: ZoneGroupWant, body: ZoneGroup): boolean =>
  want.configs.some(
    ({ name, zoneId }) =>
      !body.configs.some(found => sameId(found.zoneId, zoneId)) &&
      body.configs.some(found => sameId(found.name, name) && !sameId(found.zoneId, zoneId)),
  );

function diffLink(want: ZoneLinkWant, body: ZoneLink): Differences {
  const changes = [...diffTags(want.tags, body.tags)];
  if (body.registers) changes.push(change('registrationEnabled', true, false));
  if (body.resolutionPolicy !== RESOLUTION_POLICY) {
    changes.push(change('resolutionPolicy', body.resolutionPolicy, RESOLUTION_POLICY));
  }
  const obstacles = sameId(want.networkId, body.networkId)
    ? []
    : [frozen('virtualNetwork', body.networkId, want.networkId)];
  return { changes, obstacles };
}
