/**
 * How a private endpoint connection of an Arc private link scope looks (recorded in 2024).
 */
import type { Json } from '../frame/resource-type.ts';
import type { EndpointConnection } from '../resources.ts';

export const hybridConnectionBody = (connection: EndpointConnection): Json => ({
  id: connection.id,
  name: connection.name,
  type: 'Microsoft.HybridCompute/privateLinkScopes/privateEndpointConnections',
  properties: {
    provisioningState: 'Succeeded',
    privateEndpoint: { id: connection.endpointId },
    privateLinkServiceConnectionState: {
      status: connection.status,
      description: connection.description,
      actionsRequired: connection.actionsRequired,
    },
  },
});
