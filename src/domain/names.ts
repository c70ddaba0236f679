/**
 * ARM ids, ownership tags and derived names. Pure; any layer may import it.
 */
import { createHash } from 'node:crypto';
import type { ArmId, Owner, Tags } from './resources.ts';

/** The tag that says whose a resource is: `<installation>/<namespace>/<name>`. */
export const OWNER_TAG = 'pms-owner';

/** Who we are in `managedFields` of what we apply. */
export const FIELD_MANAGER = 'private-monitoring-scope';

export const FINALIZER = 'privatemonitoring.dev/azure';
/** On what tells a namespace's identity in Azure, while an object needs it. */
export const CREDENTIAL_FINALIZER = 'privatemonitoring.dev/credentials';

/** With the object's uid as value: a deletion lets the object go at once and leaves everything in Azure. */
export const ABANDON_ANNOTATION = 'privatemonitoring.dev/abandon';

/** With any value that it had not before: everything is read again at once, whatever is known. */
export const REQUEST_ANNOTATION = 'privatemonitoring.dev/requestedAt';

/** With the value `true`: a deletion takes our tag off what it leaves in Azure. */
export const RELEASE_ANNOTATION = 'privatemonitoring.dev/release';

const providerId = (subscriptionId: string, resourceGroup: string, type: string, name: string): ArmId =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}/${name}`;

/** Where a resource lives: subscription and resource group, as the object states them. */
export interface Place {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

export const workspaceId = (place: Place, name: string): ArmId =>
  providerId(place.subscriptionId, place.resourceGroup, 'Microsoft.OperationalInsights/workspaces', name);

export const componentId = (place: Place, name: string): ArmId =>
  providerId(place.subscriptionId, place.resourceGroup, 'Microsoft.Insights/components', name);

export const privateLinkScopeId = (place: Place, name: string): ArmId =>
  providerId(place.subscriptionId, place.resourceGroup, 'Microsoft.Insights/privateLinkScopes', name);

export const privateEndpointId = (place: Place, name: string): ArmId =>
  providerId(place.subscriptionId, place.resourceGroup, 'Microsoft.Network/privateEndpoints', name);

export const dataCollectionEndpointId = (place: Place, name: string): ArmId =>
  providerId(place.subscriptionId, place.resourceGroup, 'Microsoft.Insights/dataCollectionEndpoints', name);

/** Nobody documents how long the name of a rule may be; what is in the same group of resources takes 64 characters. */
const RULE_NAME_MAX = 64;

/** `dcr-plant-a-linux`; eight hex digits stand for the end of a long name. */
export function ruleName(objectName: string, system: string): string {
  const end = `-${system.toLowerCase()}`;
  const whole = `dcr-${objectName}${end}`;
  if (whole.length <= RULE_NAME_MAX) return whole;
  const tail = `-${hash8(objectName)}${end}`;
  return `dcr-${objectName}`.slice(0, RULE_NAME_MAX - tail.length) + tail;
}

export const dataCollectionRuleId = (place: Place, name: string): ArmId =>
  providerId(place.subscriptionId, place.resourceGroup, 'Microsoft.Insights/dataCollectionRules', name);

export const scopedResourceId = (scopeId: ArmId, name: string): ArmId => `${scopeId}/scopedResources/${name}`;

export const dnsZoneId = (place: Place, zone: string): ArmId =>
  providerId(place.subscriptionId, place.resourceGroup, 'Microsoft.Network/privateDnsZones', zone);

export const zoneGroupId = (endpointId: ArmId, name: string): ArmId => `${endpointId}/privateDnsZoneGroups/${name}`;

/** The endpoint of a zone group: everything before `/privateDnsZoneGroups/`. */
export const endpointOfGroup = (groupId: ArmId): ArmId => groupId.replace(/\/privateDnsZoneGroups\/[^/]+$/i, '');

export const zoneLinkId = (zoneId: ArmId, name: string): ArmId => `${zoneId}/virtualNetworkLinks/${name}`;

/** Where the soft-deleted workspaces of a resource group are listed. */
export const deletedWorkspacesId = ({ subscriptionId, resourceGroup }: Place): ArmId =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/deletedWorkspaces`;

/** The scope of a scoped resource: everything before `/scopedResources/`. */
export const scopeOfLink = (linkId: ArmId): ArmId => linkId.replace(/\/scopedResources\/[^/]+$/i, '');

/** The key under which ids are compared: ARM returns them in any letter case (facts: ampls 1.2). */
export const idKey = (id: ArmId): string => id.toLowerCase().replace(/\/+$/, '');

export const sameId = (a: ArmId | undefined, b: ArmId | undefined): boolean =>
  a !== undefined && b !== undefined && idKey(a) === idKey(b);

export interface ParsedId extends Place {
  /** `Microsoft.Network/virtualNetworks/subnets`: namespace and types, without names. */
  readonly type: string;
  /** One per type segment: `['vnet-plant', 'monitoring']`. */
  readonly names: readonly string[];
}

const ID = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+?)\/?$/i;

/** The parts of an ARM id, or `undefined` when it is not one of a resource in a resource group. */
export function parseId(id: ArmId): ParsedId | undefined {
  const match = ID.exec(id);
  if (!match) return undefined;
  const [, subscriptionId = '', resourceGroup = '', namespace = '', rest = ''] = match;
  const segments = rest.split('/');
  if (segments.length % 2 !== 0 || segments.some(segment => segment === '')) return undefined;
  const types = segments.filter((_, index) => index % 2 === 0);
  const names = segments.filter((_, index) => index % 2 === 1);
  return { subscriptionId, resourceGroup, type: [namespace, ...types].join('/'), names };
}

/** The last segment: the name a person knows the resource by. */
export const shortName = (id: ArmId): string => id.slice(id.lastIndexOf('/') + 1);

/** The name in messages: that of a zone's network link with its zone, since a network is linked to several. */
export function labelOf(id: ArmId): string {
  const parsed = parseId(id);
  const isZoneLink = parsed?.type.toLowerCase() === 'microsoft.network/privatednszones/virtualnetworklinks';
  return isZoneLink ? parsed.names.join('/') : shortName(id);
}

export const ownerText = (owner: Owner): string => `${owner.installation}/${owner.namespace}/${owner.name}`;

/** `namespace/name`, as the lines of a published hosts text carry it. */
export const ownerKey = (owner: Pick<Owner, 'namespace' | 'name'>): string => `${owner.namespace}/${owner.name}`;

const hash8 = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** Name of a link to a workspace or component: scoped resources carry no tags, so the name tells whose it is. */
export const linkName = (targetName: string, owner: Owner): string => `${targetName}-${hash8(ownerText(owner))}`;

/** Name of what an item adopts, inside one object: the item and the id it stands for, so that another id is another one. */
export const adoptedName = (itemName: string, resourceId: ArmId): string => `${itemName}-${hash8(idKey(resourceId))}`;

/** Name of the zone group of an endpoint: it carries no tags either. */
export const zoneGroupName = (owner: Owner): string => linkName('pms', owner);

/** Eight hex digits that stand for an id, whatever its letter case. */
export const idDigits = (id: ArmId): string => hash8(idKey(id));

/** Whether a link's name says that it is this owner's. */
export const isOwnLinkName = (name: string, owner: Owner): boolean =>
  name.toLowerCase().endsWith(`-${hash8(ownerText(owner))}`);

export type Ownership = 'Ours' | 'Nobody' | 'Other';

/** Whose a tagged resource is. Tag names compare without case, as in ARM; values exactly. */
export function ownershipOf(tags: Tags, owner: Owner): Ownership {
  const tag = Object.entries(tags).find(([name]) => name.toLowerCase() === OWNER_TAG)?.[1];
  if (tag === undefined) return 'Nobody';
  return tag === ownerText(owner) ? 'Ours' : 'Other';
}

/** Sixteen hex digits that change when the text does. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
