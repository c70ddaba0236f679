/**
 * Microsoft.Network/networkInterfaces: those of private endpoints, read only; they come and go with their endpoint. No
 * recording of one exists: fields after the specification (bicep-types-az 2025-09-01), the member properties after
 * public reports.
 */
import { networkError, resourceNotFound } from '../frame/errors.ts';
import { askedResource } from '../frame/path.ts';
import { type ArmCall, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { visibleAddresses } from '../network/interface-members.ts';
import { sameId } from '../resource-map.ts';
import type { MemberAddress, NetworkInterface } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';

const configurationBody = (nic: NetworkInterface, each: MemberAddress, index: number): Json => ({
  name: each.configurationName,
  id: `${nic.id}/ipConfigurations/${each.configurationName}`,
  etag: nic.etag,
  type: 'Microsoft.Network/networkInterfaces/ipConfigurations',
  properties: {
    provisioningState: 'Succeeded',
    privateIPAddress: each.address,
    privateIPAllocationMethod: 'Dynamic',
    subnet: { id: nic.subnetId },
    primary: index === 0,
    privateIPAddressVersion: 'IPv4',
    privateLinkConnectionProperties: { groupId: 'azuremonitor', requiredMemberName: each.member, fqdns: each.fqdns },
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
    ipConfigurations: visibleAddresses(world, nic).map((each, index) => configurationBody(nic, each, index)),
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

const idOf = (call: ArmCall): string =>
  `${call.scopeId}/providers/Microsoft.Network/networkInterfaces/${nameAt(call, 0)}`;

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
      if (nic === undefined) throw resourceNotFound(askedResource(call.path), call.path.resourceGroup ?? '');
      return { status: 200, body: body(call.world, nic), headers: { etag: nic.etag } };
    },
  },
  list: call => {
    const found = call.world.networkInterfaces
      .all()
      .filter(each => call.group === '' || sameId(each.group, call.group));
    return { status: 200, body: { value: found.map(each => body(call.world, each)) } };
  },
  state: world => world.networkInterfaces.all().map(each => body(world, each)),
};
