/**
 * Approving, rejecting and removing the connection of a private endpoint, the same for Azure Monitor and Azure Arc: the
 * change shows at once on both sides (recorded), only the operation goes on.
 */
import { objectAt, stringAt } from '../frame/body.ts';
import { badRequest } from '../frame/errors.ts';
import type { Json } from '../frame/resource-type.ts';
import { refreshInterface } from '../network/interface-members.ts';
import type { ConnectionStatus, EndpointConnection } from '../resources.ts';
import type { World } from '../world.ts';

/** The endpoint's side shows what the scope's side says. */
function mirror(world: World, connection: EndpointConnection, status: ConnectionStatus): void {
  const endpoint = world.privateEndpoints.get(connection.endpointId);
  if (endpoint === undefined) return;
  const { description, actionsRequired } = connection;
  const changed = { ...endpoint.connection, status, description, actionsRequired };
  world.privateEndpoints.put({ ...endpoint, connection: changed, etag: world.networkEtag() });
  refreshInterface(world, endpoint.id);
}

/** The connection after a PUT. Throws ArmError 400 for a status that nobody can ask for. */
export function decide(world: World, before: EndpointConnection, body: Json): EndpointConnection {
  const state = objectAt(objectAt(body, 'properties'), 'privateLinkServiceConnectionState');
  const asked = stringAt(state, 'status');
  const status = (['Approved', 'Rejected'] as const).find(each => each.toLowerCase() === asked?.toLowerCase());
  if (status === undefined) {
    throw badRequest('BadRequest', `A connection can be Approved or Rejected, not '${asked ?? ''}'.`);
  }
  // Recorded: an empty description is stored, null or none keeps the one that was there.
  const description = stringAt(state, 'description') ?? before.description;
  const actionsRequired = stringAt(state, 'actionsRequired') ?? 'None';
  const connection = { ...before, status, description, actionsRequired, etag: world.documentEtag() };
  world.connections.put(connection);
  mirror(world, connection, status);
  return connection;
}

/** Takes the scope's side away; the endpoint stays, Disconnected, with its addresses. */
export function disconnect(world: World, connection: EndpointConnection): void {
  world.connections.delete(connection.id);
  mirror(world, connection, 'Disconnected');
}
