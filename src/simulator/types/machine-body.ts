/**
 * How a machine of Azure Arc looks: what its agent has reported, in Azure's order of fields, between what the service
 * itself knows. A machine for which no agent has reported has little (recorded in 2023).
 */
import { isoTime } from '../clock.ts';
import type { Json } from '../frame/resource-type.ts';
import type { Machine } from '../resources-machines.ts';
import type { World } from '../world.ts';
import { given } from './call-kit.ts';
import { extensionBody } from './machine-extension-body.ts';

export const machineType = 'Microsoft.HybridCompute/machines';

const order = (
  'provisioningState agentVersion status lastStatusChange errorDetails displayName machineFqdn osName osVersion osType ' +
  'osProfile vmId vmUuid clientPublicKey tpmEnabled osSku osEdition osInstallDate domainName adFqdn dnsFqdn ' +
  'mssqlDiscovered cloudMetadata detectedProperties privateLinkScopeResourceId agentConfiguration serviceStatuses ' +
  'agentUpgrade networkProfile licenseProfile storageProfile firmwareProfile hardwareProfile'
).split(' ');

const inOrder = (properties: Json): Json =>
  Object.fromEntries(
    Object.entries(properties).toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other)),
  );

const license = (esuEligibility: string): Json => ({
  esuProfile: { licenseAssignmentState: 'NotAssigned', serverType: 'Unknown', esuEligibility, esuKeyState: 'Inactive' },
});

function propertiesOf(machine: Machine): Json {
  const { agent } = machine;
  const always = {
    provisioningState: machine.state,
    osName: machine.osName,
    osProfile: machine.osProfile,
    vmId: machine.vmId,
    clientPublicKey: machine.clientPublicKey,
    ...given('privateLinkScopeResourceId', machine.privateLinkScopeId),
    agentUpgrade: { enableAutomaticUpgrade: false },
  };
  if (agent === undefined) return inOrder({ ...always, agentConfiguration: {}, licenseProfile: license('Unknown') });
  return inOrder({
    ...always,
    agentVersion: agent.version,
    status: agent.status,
    lastStatusChange: isoTime(agent.lastChangeAtMs),
    errorDetails: [],
    osType: machine.osName,
    licenseProfile: license('Ineligible'),
    displayName: agent.computerName,
    machineFqdn: agent.computerName,
    adFqdn: agent.computerName,
    dnsFqdn: agent.computerName,
    ...agent.facts,
  });
}

const identityOf = (world: World, machine: Machine): Json => ({
  type: 'SystemAssigned',
  principalId: machine.principalId,
  tenantId: world.tenantId,
});

/** As a PUT or PATCH answers; a GET adds the machine's extensions. */
export const machineBody = (world: World, machine: Machine): Json => ({
  id: machine.id,
  name: machine.name,
  location: machine.location,
  tags: machine.tags,
  identity: identityOf(world, machine),
  type: machineType,
  properties: propertiesOf(machine),
});

export const shownMachine = (world: World, machine: Machine): Json => ({
  ...machineBody(world, machine),
  resources: world.machineExtensions.under(machine.id).map(each => extensionBody(each)),
});

/** A list has the fields in another order, and no extensions (recorded). */
export const listedMachine = (world: World, machine: Machine): Json => ({
  id: machine.id,
  name: machine.name,
  location: machine.location,
  type: machineType,
  tags: machine.tags,
  identity: identityOf(world, machine),
  properties: propertiesOf(machine),
});

/** What the agent of a small machine reports; the seed may say otherwise. */
export function usualFacts(osName: Machine['osName']): Json & { readonly osProfile?: Json } {
  const linux = osName === 'linux';
  return {
    osVersion: linux ? '6.1.0-44-amd64' : '10.0.20348.2700',
    osSku: linux ? 'Debian GNU/Linux 12 (bookworm)' : 'Windows Server 2022 Datacenter',
    domainName: linux ? '' : 'WORKGROUP',
    mssqlDiscovered: 'false',
    cloudMetadata: { provider: 'N/A' },
    detectedProperties: { cloudprovider: 'N/A', coreCount: '4', logicalCoreCount: '4', mssqldiscovered: 'false' },
    agentConfiguration: {
      proxyUrl: '',
      incomingConnectionsPorts: [],
      extensionsAllowList: [],
      extensionsBlockList: [],
      proxyBypass: [],
      extensionsEnabled: 'true',
      guestConfigurationEnabled: 'true',
      configMode: 'full',
    },
    serviceStatuses: {
      extensionService: { status: 'running', startupType: 'automatic' },
      guestConfigurationService: { status: 'running', startupType: 'automatic' },
    },
    networkProfile: { networkInterfaces: [] },
  };
}
