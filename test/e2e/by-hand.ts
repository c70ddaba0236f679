/**
 * What somebody else does in Azure beside the objects of a scene: a hub with workspace, component, scope and endpoint in
 * a resource group of its own, connections that are approved or taken away; and how tests look on.
 */
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { isWrite } from '../simulator/is-write.ts';
import { pms } from './objects.ts';
import type { Scene } from './scene.ts';

export const PATIENCE = { deadlineMs: 120_000, everyMs: 250 };
export const LAW = 'Microsoft.OperationalInsights/workspaces';
export const SCOPE = 'Microsoft.Insights/privateLinkScopes';
export const ENDPOINT = 'Microsoft.Network/privateEndpoints';
const COMPONENT = 'Microsoft.Insights/components';
export const API = 'api.monitor.azure.com';

const OPEN = { accessModeSettings: { ingestionAccessMode: 'Open', queryAccessMode: 'Open' } };

// biome-ignore lint/suspicious/noExplicitAny: a body is what the wire gives; tests read the fields they know
type Body = any;

interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export type ByHand = ReturnType<typeof byHand>;

/** Hands at the Azure side, and eyes on both. */
export function byHand(scene: Scene) {
  const { azure, kubectl } = scene;
  const at = (type: string, name: string, group = 'rg-monitor') =>
    `${azure.group.replace('rg-monitor', group)}/providers/${type}/${name}`;
  const hub = {
    workspace: at(LAW, 'law-hub', 'rg-hub'),
    component: at(COMPONENT, 'web', 'rg-hub'),
    scope: at(SCOPE, 'ampls-hub', 'rg-hub'),
    endpoint: at(ENDPOINT, 'pe-hub', 'rg-hub'),
  };
  const body = (id: string): Promise<Body> => azure.call('GET', id);
  const put = async (id: string, wanted: object): Promise<void> => {
    await eventually('Azure takes it', () => azure.call('PUT', id, wanted).then(() => true), PATIENCE);
    const isThere = async () => /^(Succeeded|undefined)$/.test(String((await body(id)).properties?.provisioningState));
    await eventually(`${id} has settled`, isThere, PATIENCE);
  };
  const status = async (name: string): Promise<Body> =>
    JSON.parse(await kubectl('get', 'pms', name, '-o', 'json')).status;
  const condition = async (name: string, type: string): Promise<ConditionView | undefined> =>
    (await status(name))?.conditions?.find((one: ConditionView) => one.type === type);

  return {
    at,
    hub,
    body,
    put,
    status,
    condition,
    /** A scope with nothing on it but a workspace and a component, and an endpoint on the network. */
    build: async () => {
      await azure.call('PUT', azure.group.replace('rg-monitor', 'rg-hub'), { location: 'japaneast' });
      const sku = { sku: { name: 'PerGB2018' } };
      await put(hub.workspace, { location: 'japaneast', tags: { team: 'hub' }, properties: sku });
      await put(hub.component, { location: 'japaneast', kind: 'web', properties: { Application_Type: 'web' } });
      await put(hub.scope, { location: 'global', properties: OPEN });
      const linked = { 'scoped-law': hub.workspace, 'scoped-web': hub.component };
      for (const [name, linkedResourceId] of Object.entries(linked)) {
        await put(`${hub.scope}/scopedResources/${name}`, { properties: { linkedResourceId } });
      }
      const properties = { privateLinkServiceId: hub.scope, groupIds: ['azuremonitor'] };
      const subnet = { id: `${at('Microsoft.Network/virtualNetworks', 'vnet-plant')}/subnets/monitoring` };
      const privateLinkServiceConnections = [{ name: 'one', properties }];
      await put(hub.endpoint, { location: 'japaneast', properties: { subnet, privateLinkServiceConnections } });
    },
    /** What the scope's owner says of a connection. */
    decide: (connectionId: string, decision: 'Approved' | 'Rejected', description: string) =>
      azure.call('PUT', connectionId, {
        properties: { privateLinkServiceConnectionState: { status: decision, description } },
      }),
    /** The connection of an endpoint at a scope. */
    connectionOf: async (scopeId: string, endpoint: string): Promise<Body> => {
      const { privateEndpointConnections } = (await body(scopeId)).properties;
      return privateEndpointConnections.find((one: Body) =>
        String(one.properties.privateEndpoint.id).toLowerCase().endsWith(`/${endpoint}`),
      );
    },
    /** Calls of the operator that change something. */
    writes: async () => (await azure.calls()).filter(isWrite),
    idsOf: async (pattern: RegExp) => (await azure.ids()).filter(id => pattern.test(id)),
    answer: async (name: string) => (await dnsQuery({ server: scene.coreDns.server, name, type: 'A' })).answers,
    ready: (...names: readonly string[]) =>
      kubectl('wait', '--for=condition=Ready', '--timeout=120s', ...names.map(name => `pms/${name}`)),
    /** The condition once it has that reason, and a message of that form. */
    told: (name: string, type: string, reason: string, message = /./) =>
      eventually(
        `${type} of ${name} says ${reason}`,
        async () => {
          const found = await condition(name, type);
          return found?.reason === reason && message.test(found.message) ? found : undefined;
        },
        PATIENCE,
      ),
    remove: (...names: readonly string[]) => kubectl('delete', 'pms', ...names, '--timeout=180s'),
    /** An object with an endpoint on the network that the hub is not on. */
    own: (name: string, spec: Readonly<Record<string, unknown>> = {}) =>
      pms({ subscriptionId: azure.subscriptionId, name, network: 'vnet-plant-b', spec }),
  };
}
