/**
 * The road from nothing to a private endpoint, in raw calls: paths, bodies and the steps that most tests start from.
 */
import assert from 'node:assert/strict';
import type { Answer, Arm } from './arm.ts';

export const location = 'japaneast';

export const paths = (group: string) => {
  const insights = `${group}/providers/Microsoft.Insights`;
  const network = `${group}/providers/Microsoft.Network`;
  const scope = `${insights}/privateLinkScopes/ampls`;
  return {
    scope,
    link: (name: string) => `${scope}/scopedResources/${name}`,
    endpoint: `${network}/privateEndpoints/pe`,
    zoneGroup: `${network}/privateEndpoints/pe/privateDnsZoneGroups/default`,
    subnet: (name = 'monitoring') => `${network}/virtualNetworks/vnet-plant/subnets/${name}`,
    workspace: (name: string) => `${group}/providers/Microsoft.OperationalInsights/workspaces/${name}`,
    dataCollectionEndpoint: (name: string) => `${insights}/dataCollectionEndpoints/${name}`,
  };
};

export const openScope = {
  location: 'global',
  properties: { accessModeSettings: { queryAccessMode: 'Open', ingestionAccessMode: 'Open' } },
};

export const endpointTo = (scopeId: string, subnetId: string, extra: Record<string, unknown> = {}) => ({
  location,
  properties: {
    subnet: { id: subnetId },
    privateLinkServiceConnections: [
      { name: 'connection', properties: { privateLinkServiceId: scopeId, groupIds: ['azuremonitor'] } },
    ],
    ...extra,
  },
});

/** An error in one line: status, code, message. */
export const told = ({ status, body }: Answer): string => `${status} ${body?.error?.code}: ${body?.error?.message}`;

/** Its status and code alone. */
export const toldCode = ({ status, body }: Answer): string => `${status} ${body?.error?.code}`;

/** PUTs a resource and asserts that it was taken. */
export async function put(arm: Arm, path: string, body: unknown): Promise<Answer> {
  const answer = await arm.call('PUT', path, { body });
  assert.ok(answer.status === 200 || answer.status === 201, `PUT ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

/** A settled scope with a workspace `law-a` linked as `link-law-a`. Without latency, or the caller lets time pass. */
export async function linkedScope(arm: Arm, settle: () => void = () => {}): Promise<void> {
  const at = paths(arm.group);
  await put(arm, at.workspace('law-a'), { location, properties: { sku: { name: 'PerGB2018' } } });
  await put(arm, at.scope, openScope);
  settle();
  await put(arm, at.link('link-law-a'), { properties: { linkedResourceId: at.workspace('law-a') } });
  settle();
}

/** `linkedScope` with a settled private endpoint `pe`. */
export async function connectedScope(arm: Arm, settle: () => void = () => {}): Promise<void> {
  const at = paths(arm.group);
  await linkedScope(arm, settle);
  await put(arm, at.endpoint, endpointTo(at.scope, at.subnet()));
  settle();
}

/** The endpoint's interface, one line per address: `address member name name...`. */
export async function interfaceLines(arm: Arm): Promise<readonly string[]> {
  const endpoint = await arm.call('GET', paths(arm.group).endpoint);
  const nic = await arm.call('GET', String(endpoint.body?.properties.networkInterfaces[0].id));
  return nic.body?.properties.ipConfigurations.map(
    ({
      properties,
    }: {
      properties: {
        privateIPAddress: string;
        privateLinkConnectionProperties: { requiredMemberName: string; fqdns: string[] };
      };
    }) =>
      [
        properties.privateIPAddress,
        properties.privateLinkConnectionProperties.requiredMemberName,
        ...properties.privateLinkConnectionProperties.fqdns,
      ].join(' '),
  );
}

/** The endpoint's own records, one line each: `address name`. */
export async function recordLines(arm: Arm): Promise<readonly string[]> {
  const endpoint = await arm.call('GET', paths(arm.group).endpoint);
  return endpoint.body?.properties.customDnsConfigs.map(
    ({ fqdn, ipAddresses }: { fqdn: string; ipAddresses: string[] }) => `${ipAddresses.join(',')} ${fqdn}`,
  );
}
