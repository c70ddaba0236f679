/**
 * The plant that joins what somebody else built in another subscription: workspace, component, scope and endpoint, all
 * adopted by their resourceId, and the links that are there already. Beside test/model/plant.ts.
 */
import { desire } from '../../src/domain/desire.ts';
import type { InventoryEntry, PmsObject } from '../../src/domain/object.ts';
import { type Observed, present } from '../../src/domain/observed.ts';
import type {
  Component,
  PrivateEndpoint,
  PrivateLinkScope,
  ScopedResource,
  Workspace,
} from '../../src/domain/resources.ts';
import * as plant from './plant.ts';

const HUB = '/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-hub/providers';
export const IDS = {
  workspace: `${HUB}/Microsoft.OperationalInsights/workspaces/law-hub`,
  component: `${HUB}/Microsoft.Insights/components/web`,
  scope: `${HUB}/Microsoft.Insights/privateLinkScopes/ampls-hub`,
  endpoint: `${HUB}/Microsoft.Network/privateEndpoints/pe-hub`,
} as const;

export const HUB_SUBNET = `${HUB}/Microsoft.Network/virtualNetworks/vnet-hub/subnets/monitoring`;

/** Everything by its resourceId. */
export const adopting = plant.pms({
  spec: {
    workspaces: [{ name: 'existing', resourceId: IDS.workspace }],
    applicationInsights: [{ name: 'web', resourceId: IDS.component }],
    privateLinkScope: { resourceId: IDS.scope },
    privateEndpoint: { resourceId: IDS.endpoint },
  },
});

/** Joins the scope with a workspace and an endpoint of its own. */
export const joining = plant.pms({ spec: { privateLinkScope: { resourceId: IDS.scope } } });

const want = desire(adopting, plant.INSTALLATION);
const [workspaceItem] = want.workspaces;
const [componentItem] = want.components;

const workspace: Workspace = {
  kind: 'workspace',
  id: IDS.workspace,
  name: 'law-hub',
  provisioningState: 'Succeeded',
  location: 'japaneast',
  tags: { 'pms-owner': 'other-cluster/hub/hub' },
  customerId: plant.GUID_A,
  access: { ingestion: 'Enabled', query: 'Enabled' },
};
const component: Component = {
  kind: 'component',
  id: IDS.component.toLowerCase(),
  name: 'web',
  provisioningState: 'Succeeded',
  location: 'japaneast',
  tags: {},
  access: { ingestion: 'Enabled', query: 'Enabled' },
};
const endpoint: PrivateEndpoint = {
  ...plant.endpoint(),
  id: IDS.endpoint,
  name: 'pe-hub',
  tags: {},
  subnetId: HUB_SUBNET,
  networkInterfaceId: `${HUB}/Microsoft.Network/networkInterfaces/pe-hub.nic`,
  scopeId: IDS.scope,
};
const scope: PrivateLinkScope = {
  ...plant.scope(),
  id: IDS.scope.toLowerCase(),
  name: 'ampls-hub',
  tags: {},
  accessModes: { ingestion: 'PrivateOnly', query: 'PrivateOnly' },
  connections: [plant.connectionOf(IDS.endpoint)],
};

/** What is there, with the key that it has in the object. */
export const ADOPTED = {
  workspace: { key: workspaceItem?.key ?? '', body: workspace },
  component: { key: componentItem?.key ?? '', body: component },
  scope: { key: 'privateLinkScope', body: scope },
  endpoint: { key: 'privateEndpoint', body: endpoint },
} as const;

const byHand = (name: string, targetId: string): ScopedResource => ({
  kind: 'scopedResource',
  id: `${scope.id}/scopedresources/${name}`,
  name,
  provisioningState: 'Succeeded',
  targetId: targetId.toLowerCase(),
});
const LINKS = [byHand('scoped-law-hub', IDS.workspace), byHand('scoped-web', IDS.component)];

/** The inventory of the object that has adopted all of it. */
export const adoptedEntries: readonly InventoryEntry[] = [
  ...Object.values(ADOPTED).map(({ key, body }) => ({ key, id: body.id })),
  ...want.links.map(({ key }, index) => ({ key, id: LINKS[index]?.id ?? '' })),
].map(entry => ({ ...entry, origin: 'Adopted', policy: 'Retain' }));

/** All there and adopted, linked by hand, published and answered. */
export const hub = (object: PmsObject, over: Partial<Observed> = {}): Observed =>
  plant.fullAzure(object, {
    workspaces: new Map([[ADOPTED.workspace.key, { reading: present(workspace) }]]),
    components: new Map([[ADOPTED.component.key, { reading: present(component) }]]),
    scope: { reading: present(scope) },
    links: new Map(want.links.map(({ key }, index) => [key, { reading: present(LINKS[index] ?? byHand('', '')) }])),
    scopeLinks: present(LINKS),
    endpoint: { reading: present(endpoint) },
    inventory: adoptedEntries,
    ...over,
  });
