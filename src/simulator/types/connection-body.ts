/**
 * How a private endpoint connection of a scope looks: in its own answers and inside the scope's (recorded).
 */
import type { Json } from '../frame/resource-type.ts';
import type { EndpointConnection } from '../resources.ts';

export const connectionBody = (connection: EndpointConnection): Json => ({
  id: connection.id,
  name: connection.name,
  type: 'microsoft.insights/privatelinkscopes/privateendpointconnections',
  etag: connection.etag,
  properties: {
    provisioningState: 'Succeeded',
    privateEndpoint: {
      id: connection.endpointId.replace('Microsoft.Network/privateEndpoints', 'microsoft.network/privateendpoints'),
    },
    privateLinkServiceConnectionState: {
      status: connection.status,
      description: connection.description,
      actionsRequired: connection.actionsRequired,
    },
  },
});
