/**
 * Rights that a write needs on other resources which its body names. Azure's providers declare these to the resource
 * manager as property path and action; this is that table for the types that the simulator has. Which of them real
 * manifests contain is not published: each line says what it is taken from.
 */
import type { Caller } from '../entra/principals.ts';
import type { World } from '../world.ts';
import { linkedAuthorizationFailed } from './authorization.ts';
import { isAllowed } from './permissions.ts';
import type { Json } from './resource-type.ts';

interface LinkedAccess {
  /** Type whose PUT is checked, lower case. */
  readonly type: string;
  /** Path to the id; `[]` stands for every item of a list. */
  readonly path: string;
  readonly action: string;
}

const table: readonly LinkedAccess[] = [
  // Azure role-based access control permissions for Azure Private Link, Microsoft Learn: both on the consumer's side.
  {
    type: 'microsoft.network/privateendpoints',
    path: 'properties.subnet.id',
    action: 'Microsoft.Network/virtualNetworks/subnets/join/action',
  },
  {
    type: 'microsoft.network/privateendpoints/privatednszonegroups',
    path: 'properties.privateDnsZoneConfigs[].properties.privateDnsZoneId',
    action: 'Microsoft.Network/privateDnsZones/join/action',
  },
  // Same page: a connection that is to be approved automatically needs the approval right on the service.
  {
    type: 'microsoft.network/privateendpoints',
    path: 'properties.privateLinkServiceConnections[].properties.privateLinkServiceId',
    action: 'PrivateEndpointConnectionsApproval/action',
  },
  // Azure built-in role Private DNS Zone Contributor has this action for this purpose.
  {
    type: 'microsoft.network/privatednszones/virtualnetworklinks',
    path: 'properties.virtualNetwork.id',
    action: 'Microsoft.Network/virtualNetworks/join/action',
  },
  // As public issue threads have it for subnets with a security group.
  {
    type: 'microsoft.network/virtualnetworks/subnets',
    path: 'properties.networkSecurityGroup.id',
    action: 'Microsoft.Network/networkSecurityGroups/join/action',
  },
];

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function idsAt(body: Json, path: string): readonly string[] {
  let values: readonly unknown[] = [body];
  for (const key of path.split('.')) {
    const name = key.replace('[]', '');
    values = values
      .flatMap(value => (isJson(value) ? [value[name]] : []))
      .flatMap(value => (key.endsWith('[]') ? value : [value]));
  }
  return values.filter(value => typeof value === 'string');
}

/** An action on the type of the target itself is written without it in the table. */
function actionFor(action: string, id: string): string {
  if (action.startsWith('Microsoft.')) return action;
  const [, namespace = '', type = ''] = /\/providers\/([^/]+)\/([^/]+)/i.exec(id) ?? [];
  return `${namespace}/${type}/${action}`;
}

/** Throws ArmError 403 LinkedAuthorizationFailed. */
export function checkLinkedAccess(
  world: World,
  caller: Caller,
  call: { readonly type: string; readonly body: Json; readonly action: string; readonly scope: string },
): void {
  for (const line of table) {
    if (line.type !== call.type.toLowerCase()) continue;
    for (const id of idsAt(call.body, line.path)) {
      const action = actionFor(line.action, id);
      if (!isAllowed(world, caller, action, id)) throw linkedAuthorizationFailed(caller, call, { action, scope: id });
    }
  }
}
