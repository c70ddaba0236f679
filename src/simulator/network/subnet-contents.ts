/**
 * What stands in a subnet, and what therefore keeps it from being changed or deleted.
 */
import { type ArmError, networkError } from '../frame/errors.ts';
import type { Subnet } from '../resources.ts';
import type { World } from '../world.ts';

/** ARM ids of the IP configurations in a subnet. */
export const configurationsIn = (world: World, subnet: Subnet): readonly string[] =>
  world.networkInterfaces
    .where('subnet', subnet.id)
    .flatMap(nic => nic.addresses.map(({ configurationName }) => `${nic.id}/ipConfigurations/${configurationName}`));

/** Azure's refusal to delete a subnet with anything in it (wording: public issues); undefined when it is empty. */
export function subnetInUse(world: World, subnet: Subnet): ArmError | undefined {
  const [first] = configurationsIn(world, subnet);
  if (first === undefined) return undefined;
  return networkError(
    400,
    'InUseSubnetCannotBeDeleted',
    `Subnet ${subnet.name} is in use by ${first} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  );
}
