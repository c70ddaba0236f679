/**
 * What a PUT asks of a private DNS zone group: one group for an endpoint, at most five zones, each there, none twice, no
 * other zone for a config that has one. Codes and wording from public issues where they were seen, else ours.
 */
import { objectAt, objectsAt, stringAt } from '../frame/body.ts';
import { ArmError, networkError } from '../frame/errors.ts';
import type { Json } from '../frame/resource-type.ts';
import { checkReferable } from '../network/going.ts';
import { sameId } from '../resource-map.ts';
import type { PrivateEndpoint, ZoneGroup } from '../resources.ts';
import type { World } from '../world.ts';

type Config = ZoneGroup['configs'][number];

const mostZones = 5;

function configOf(config: Json): Config {
  const name = stringAt(config, 'name');
  const zoneId = stringAt(objectAt(config, 'properties'), 'privateDnsZoneId');
  // Without a name: pulumi/pulumi-azure-native#2431.
  if (name === undefined || zoneId === undefined) {
    throw networkError(400, 'InvalidRequestFormat', 'Cannot parse the request.');
  }
  return { name, zoneId };
}

const zonePattern =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/privateDnsZones\/[^/]+$/i;

/** A zone of another subscription cannot be seen from here and is taken for granted. */
function isZone(world: World, zoneId: string): boolean {
  const subscription = zonePattern.exec(zoneId)?.[1];
  if (subscription === undefined) return false;
  return !sameId(subscription, world.subscriptionId) || world.privateDnsZones.get(zoneId) !== undefined;
}

function checkTwins(id: string, configs: readonly Config[]): void {
  const twin = configs.find(({ name }, index) => configs.findIndex(each => sameId(each.name, name)) !== index);
  if (twin === undefined) return;
  // hashicorp/terraform-provider-azurerm#28966
  const message = `Resource ${id} has two child resources with the same name (${twin.name}).`;
  const details = [{ code: 'DuplicateResourceName', message }];
  throw new ArmError(400, { code: 'InvalidRequestFormat', message: 'Cannot parse the request.', details });
}

export interface ZoneGroupRequest {
  /** ARM id of the group. */
  readonly id: string;
  readonly endpoint: PrivateEndpoint;
  readonly body: Json;
}

/** The configs asked for. Throws ArmError 400 for what Azure refuses. */
export function zoneConfigs(world: World, { id, endpoint, body }: ZoneGroupRequest): readonly Config[] {
  const configs = objectsAt(objectAt(body, 'properties'), 'privateDnsZoneConfigs').map(configOf);
  const groups = world.zoneGroups.under(endpoint.id);
  const before = groups.find(group => sameId(group.id, id));
  if (before === undefined && groups.length > 0) {
    throw networkError(
      400,
      'MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed',
      `Cannot create more than one private dns zone groups in the private endpoint ${endpoint.id}.`,
    );
  }
  checkTwins(id, configs);
  const invalid = configs.map(({ zoneId }) => zoneId).filter(zoneId => !isZone(world, zoneId));
  if (invalid.length > 0) {
    // Azure/missionlz#1029
    const message = `Private Dns Zone group ${id} has invalid private dns zone ids ${invalid.join(', ')}.`;
    throw networkError(400, 'InvalidPrivateDnsZoneIds', message);
  }
  for (const { zoneId } of configs) checkReferable(world, zoneId, id);
  if (configs.length > mostZones) {
    throw networkError(
      400,
      'TooManyPrivateDnsZoneConfigs',
      `A private DNS zone group holds at most ${mostZones} zones.`,
    );
  }
  for (const { name, zoneId } of configs) {
    const old = before?.configs.find(config => sameId(config.name, name));
    if (old !== undefined && !sameId(old.zoneId, zoneId)) {
      throw networkError(
        400,
        'PrivateDnsZoneConfigZoneCannotBeChanged',
        `Updating the private dns zone of config ${name} is not allowed. Delete the private dns zone group and create it again.`,
      );
    }
  }
  return configs;
}
