/**
 * What the zone group of a manifest expects to find in the simulated Azure: its zones, or the resource group and the
 * networks of zones that are made. Pure; seed.ts uses it.
 */
import { type ParsedId, parseId } from '../../domain/names.ts';
import type { Spec } from '../../domain/object.ts';
import type { Seed } from '../../simulator/simulator.ts';
import { SeedGapError } from './seed-gap.ts';

/** Second number of the /16 of the first of them: apart from the seed's own networks. */
const FIRST_NETWORK = 30;

/** Azure compares names without case. */
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The seed with them; `addGroup` adds a resource group that is not there. Throws SeedGapError. */
export function withZones(seed: Seed, spec: Spec, addGroup: (seed: Seed, name: string) => Seed): Seed {
  const { zoneIds = [], createZones } = spec.privateEndpoint.zoneGroup ?? {};
  const zones = zoneIds.map(id => placed('zoneIds', id, spec));
  const networks = (createZones?.linkTo ?? []).map(id => placed('createZones.linkTo', id, spec));
  const groups = [...zones, ...networks].map(({ resourceGroup }) => resourceGroup);
  const wider = [...groups, ...(createZones === undefined ? [] : [createZones.resourceGroup])].reduce(addGroup, seed);
  const isNew = (wanted: ParsedId) =>
    !seed.virtualNetworks.some(
      ({ name, resourceGroup }) => same(name, wanted.names[0] ?? '') && same(resourceGroup, wanted.resourceGroup),
    );
  return {
    ...wider,
    ...(zones.length === 0
      ? {}
      : { privateDnsZones: zones.map(({ resourceGroup, names }) => ({ resourceGroup, name: names[0] ?? '' })) }),
    virtualNetworks: [
      ...wider.virtualNetworks,
      ...networks.filter(isNew).map(({ resourceGroup, names }, index) => ({
        resourceGroup,
        name: names[0] ?? '',
        location: spec.location,
        addressPrefix: `127.${FIRST_NETWORK + index}.0.0/16`,
        subnets: [{ name: 'default', addressPrefix: `127.${FIRST_NETWORK + index}.1.0/24` }],
      })),
    ],
  };
}

function placed(field: string, id: string, { subscriptionId }: Spec): ParsedId {
  const parsed = parseId(id);
  if (parsed !== undefined && same(parsed.subscriptionId, subscriptionId)) return parsed;
  const text = `the simulated Azure has one subscription, and ${id} is in another one than spec.subscriptionId`;
  throw new SeedGapError(`spec.privateEndpoint.zoneGroup.${field}: ${text}`);
}
