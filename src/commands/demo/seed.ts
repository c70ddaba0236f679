/**
 * The simulated Azure that a manifest needs: its subscription, resource groups and network, under the user's names. What
 * the default seed has already stays as it is; a subnet gets a /27 of loopback addresses, since whatever dials in the
 * demo must dial loopback. Pure; the demo composes it.
 */
import { parseId } from '../../domain/names.ts';
import type { Spec } from '../../domain/object.ts';
import { defaultSeed, type Seed } from '../../simulator/simulator.ts';
import { SeedGapError } from './seed-gap.ts';
import { withZones } from './seed-zones.ts';

/** A /16 of its own, apart from the default seed's, and the /27 in it. */
const NETWORK_PREFIX = '127.14.0.0/16';
const SUBNET_PREFIX = '127.14.1.0/27';

/** Everything that the operator expects to find, beside what is in `seed`. Throws SeedGapError. */
export function seedFor(spec: Spec, seed: Seed = defaultSeed()): Seed {
  const { subnetId } = spec.privateEndpoint;
  if (subnetId === undefined) {
    throw new SeedGapError(
      'spec.privateEndpoint.subnetId: the demo begins with an empty Azure: nothing to adopt is there',
    );
  }
  const subnet = parseId(subnetId);
  const [networkName, subnetName] = subnet?.names ?? [];
  if (subnet === undefined || networkName === undefined || subnetName === undefined) {
    throw new SeedGapError(`spec.privateEndpoint.subnetId: not the id of a subnet: ${subnetId}`);
  }
  if (!same(subnet.subscriptionId, spec.subscriptionId)) {
    const text = 'the simulated Azure has one subscription, and it is in another one than spec.subscriptionId';
    throw new SeedGapError(`spec.privateEndpoint.subnetId: ${text}`);
  }
  const location = spec.privateEndpoint.location ?? spec.location;
  const network = { resourceGroup: subnet.resourceGroup, name: networkName, location };
  const base = withNetwork(
    [spec.resourceGroup, subnet.resourceGroup].reduce((wider, name) => withGroup(wider, name, spec.location), {
      ...seed,
      subscriptionId: spec.subscriptionId.toLowerCase(),
    }),
    network,
    subnetName,
  );
  return withZones(base, spec, (wider, name) => withGroup(wider, name, spec.location));
}

/** Azure compares names without case. */
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function withGroup(seed: Seed, name: string, location: string): Seed {
  if (seed.resourceGroups.some(group => same(group.name, name))) return seed;
  return { ...seed, resourceGroups: [...seed.resourceGroups, { name, location }] };
}

type Network = Omit<Seed['virtualNetworks'][number], 'addressPrefix' | 'subnets'>;

function withNetwork(seed: Seed, wanted: Network, subnetName: string): Seed {
  const isWanted = ({ name, resourceGroup }: Network) =>
    same(name, wanted.name) && same(resourceGroup, wanted.resourceGroup);
  const known = seed.virtualNetworks.find(isWanted);
  const fits = known?.location === wanted.location && known.subnets.some(({ name }) => same(name, subnetName));
  if (fits) return seed;
  const subnets = [{ name: subnetName, addressPrefix: SUBNET_PREFIX }];
  const others = seed.virtualNetworks.filter(network => !isWanted(network));
  return { ...seed, virtualNetworks: [...others, { ...wanted, addressPrefix: NETWORK_PREFIX, subnets }] };
}
