/**
 * Microsoft.Network/networkInterfaces: those of private endpoints, which come and go with their endpoint and are not
 * written or deleted by anybody else. No recording of one exists: fields after the specification (bicep-types-az
 * 2025-09-01), the member properties after public reports, the refusals' wording from memory.
 */
import { networkError } from '../frame/errors.ts';
import type { ArmCall, ArmReply, Json, ResourceType } from '../frame/resource-type.ts';
import { visibleAddresses } from '../network/interface-members.ts';
import type { MemberAddress, NetworkInterface } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';
import { inCallScope, listReply, notFound, outerId } from './call-kit.ts';

const endpointOf = (world: World, nic: NetworkInterface) => world.privateEndpoints.get(nic.endpointId);

const configurationBody = (world: World, nic: NetworkInterface, each: MemberAddress, index: number): Json => ({
  name: each.configurationName,
  id: `${nic.id}/ipConfigurations/${each.configurationName}`,
  etag: nic.etag,
  type: 'Microsoft.Network/networkInterfaces/ipConfigurations',
  properties: {
    provisioningState: 'Succeeded',
    privateIPAddress: each.address,
    privateIPAllocationMethod: endpointOf(world, nic)?.staticAddresses.some(({ address }) => address === each.address)
      ? 'Static'
      : 'Dynamic',
    subnet: { id: nic.subnetId },
    primary: index === 0,
    privateIPAddressVersion: 'IPv4',
    privateLinkConnectionProperties: {
      groupId: endpointOf(world, nic)?.connection.groupIds[0] ?? '',
      requiredMemberName: each.member,
      fqdns: each.fqdns,
    },
  },
});

const body = (world: World, nic: NetworkInterface): Json => ({
  name: nic.name,
  id: nic.id,
  etag: nic.etag,
  type: 'Microsoft.Network/networkInterfaces',
  location: nic.location,
  kind: 'Regular',
  properties: {
    provisioningState: 'Succeeded',
    resourceGuid: nic.guid,
    ipConfigurations: visibleAddresses(world, nic).map((each, index) => configurationBody(world, nic, each, index)),
    dnsSettings: { dnsServers: [], appliedDnsServers: [] },
    macAddress: '',
    enableAcceleratedNetworking: false,
    enableIPForwarding: false,
    hostedWorkloads: [],
    tapConfigurations: [],
    privateEndpoint: { id: nic.endpointId },
    nicType: 'Standard',
    auxiliaryMode: 'None',
    auxiliarySku: 'None',
  },
});

const idOf = (call: ArmCall): string => outerId(call, 'Microsoft.Network/networkInterfaces');

function put(call: ArmCall): ArmReply {
  const nic = call.world.networkInterfaces.get(idOf(call));
  const why = nic === undefined ? 'only those of private endpoints exist here' : `it belongs to ${nic.endpointId}`;
  throw networkError(400, 'OperationNotAllowed', `Network interface ${idOf(call)} cannot be written: ${why}.`);
}

function remove(call: ArmCall): ArmReply {
  const nic = call.world.networkInterfaces.get(idOf(call));
  if (nic === undefined) return { status: 204 };
  throw networkError(
    400,
    'NicInUseWithPrivateEndpoint',
    `Network interface ${nic.id} cannot be deleted because it is currently in use with an private endpoint (${nic.endpointId}).`,
  );
}

export const networkInterfaces: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'networkInterfaces',
  apiVersions: networkVersions,
  item: {
    GET: call => {
      const id = idOf(call);
      const nic = call.world.networkInterfaces.get(id);
      if (nic === undefined && call.world.justForgotten(id)) {
        throw networkError(404, 'NotFound', `Resource ${id} not found.`);
      }
      if (nic === undefined) throw notFound(call);
      return { status: 200, body: body(call.world, nic), headers: { etag: nic.etag } };
    },
    PUT: put,
    DELETE: remove,
  },
  list: call => listReply(inCallScope(call, call.world.networkInterfaces.all()).map(each => body(call.world, each))),
  state: world => world.networkInterfaces.all().map(each => body(world, each)),
};
