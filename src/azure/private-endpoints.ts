/**
 * Private endpoints. Azure has no PATCH for them, so a change of tags is a PUT of the body that it holds: application
 * security groups, static addresses and the interface's own name survive, and If-Match keeps a stale body out.
 * src/azure only. Source: REST reference "Private Endpoints - Create Or Update"; facts: ampls 1.2.
 */
import type {
  ArcPrivateEndpointWant,
  NamedAddresses,
  PrivateEndpoint,
  PrivateEndpointWant,
  StaticAddress,
  Tags,
} from '../domain/resources.ts';
import type { Adapter, Site } from './adapter.ts';
import type { Answer } from './pipeline.ts';
import {
  fqdnOf,
  type Json,
  list,
  members,
  mergeTags,
  objectOf,
  optional,
  readTags,
  required,
  resourceBase,
  text,
  texts,
  UnexpectedAnswerError,
  without,
} from './wire.ts';

/** The one group of a scope (facts: ampls 1.2, privateLinkResources), and that of a scope of Azure Arc. */
const GROUP_ID = 'azuremonitor';
const ARC_GROUP_ID = 'hybridcompute';

/** An update is a GET and a PUT under If-Match. */
const VERBS = {
  type: 'Microsoft.Network/privateEndpoints',

  get: ({ sdk, resourceGroup, name }: Site) => sdk.network.privateEndpoints.get(resourceGroup, name),

  async update(at: Site, { want, fetch }: Retag) {
    const found = await fetch();
    await putTags(at, found, mergeTags(objectOf(found.body), want.tags));
  },

  retag: async (at: Site, tags: Tags, fetch: () => Promise<Answer>) => putTags(at, await fetch(), tags),

  remove: ({ sdk, resourceGroup, name }: Site) => sdk.network.privateEndpoints.delete(resourceGroup, name).submitted(),
} satisfies Omit<Adapter<'privateEndpoint'>, 'put' | 'read'>;

interface Retag {
  readonly want: { readonly tags: Tags };
  readonly fetch: () => Promise<Answer>;
}

export const privateEndpoints: Adapter<'privateEndpoint'> = {
  ...VERBS,
  read: readPrivateEndpoint,
  put: (at, want) => putEndpoint(at, want, GROUP_ID),
};

export const arcPrivateEndpoints: Adapter<'arcPrivateEndpoint'> = {
  ...VERBS,
  read: body => ({ ...readPrivateEndpoint(body), kind: 'arcPrivateEndpoint' }),
  put: (at, want) => putEndpoint(at, want, ARC_GROUP_ID),
};

const putEndpoint = (
  { sdk, resourceGroup, name }: Site,
  want: PrivateEndpointWant | ArcPrivateEndpointWant,
  groupId: string,
) =>
  sdk.network.privateEndpoints
    .createOrUpdate(resourceGroup, name, {
      location: want.location,
      tags: { ...want.tags },
      subnet: { id: want.subnetId },
      ...connectionOf(name, want, groupId),
    })
    .submitted();

/** Under which of its two names the connection goes says whether it is approved at once or asked for. */
function connectionOf(
  name: string,
  { scopeId, approval, requestMessage }: Omit<PrivateEndpointWant, 'kind'>,
  groupId: string,
) {
  const connection = { name, privateLinkServiceId: scopeId, groupIds: [groupId] };
  if (approval === 'Automatic') return { privateLinkServiceConnections: [connection] };
  return { manualPrivateLinkServiceConnections: [{ ...connection, ...optional('requestMessage', requestMessage) }] };
}

async function putTags({ sdk }: Site, found: Answer, tags: Tags): Promise<void> {
  const body = objectOf(found.body);
  const etag = text(body.etag) ?? found.header('etag');
  await sdk.send({
    method: 'PUT',
    url: found.url,
    headers: optional('if-match', etag),
    body: { ...writable(body), tags },
  });
}

/**
 * A body as it may be sent back. `customDnsConfigs` is Azure's own reading of the interface: it is computed again, and
 * a copy from a moment ago could be older than a new link.
 */
function writable(body: Json): Json {
  const properties = members(body.properties);
  const parts = (name: string) => (Array.isArray(properties[name]) ? { [name]: list(properties[name]).map(part) } : {});
  return {
    ...without(body, ['id', 'name', 'type', 'etag', 'systemData']),
    properties: {
      ...without(properties, ['provisioningState', 'resourceGuid', 'networkInterfaces', 'customDnsConfigs']),
      ...optional('subnet', reference(properties.subnet)),
      ...parts('privateLinkServiceConnections'),
      ...parts('manualPrivateLinkServiceConnections'),
      ...parts('ipConfigurations'),
    },
  };
}

const reference = (value: unknown): Json | undefined => {
  const id = text(members(value).id);
  return id === undefined ? undefined : { id };
};

const part = (item: Json): Json => ({
  ...without(item, ['id', 'type', 'etag']),
  properties: without(members(item.properties), ['provisioningState']),
});

function readPrivateEndpoint(body: Json): PrivateEndpoint {
  const properties = members(body.properties);
  const [connection] = [
    ...list(properties.privateLinkServiceConnections),
    ...list(properties.manualPrivateLinkServiceConnections),
  ];
  const connected = members(connection?.properties);
  const state = members(connected.privateLinkServiceConnectionState);
  const subnetId = text(members(properties.subnet).id);
  if (subnetId === undefined) throw new UnexpectedAnswerError('the answer has no properties.subnet.id');
  return {
    kind: 'privateEndpoint',
    ...resourceBase(body),
    location: required(body, 'location'),
    tags: readTags(body),
    subnetId,
    ...optional('scopeId', text(connected.privateLinkServiceId)),
    ...optional('connectionStatus', text(state.status)),
    ...optional('connectionDescription', text(state.description)),
    ...optional('networkInterfaceId', text(list(properties.networkInterfaces)[0]?.id)),
    ...staticAddresses(properties.ipConfigurations),
    customDnsConfigs: list(properties.customDnsConfigs).flatMap(readDnsConfig),
  };
}

function staticAddresses(value: unknown): Pick<PrivateEndpoint, 'staticAddresses'> {
  const chosen = list(value).flatMap(({ properties }): readonly StaticAddress[] => {
    const { privateIPAddress, memberName } = members(properties);
    const [address, member] = [text(privateIPAddress), text(memberName)];
    return address === undefined || member === undefined ? [] : [{ address, member }];
  });
  return chosen.length === 0 ? {} : { staticAddresses: chosen };
}

function readDnsConfig(config: Json): readonly NamedAddresses[] {
  const fqdn = text(config.fqdn);
  return fqdn === undefined ? [] : [{ fqdn: fqdnOf(fqdn), addresses: texts(config.ipAddresses) }];
}
