/**
 * Every resource type that the simulator has. A new one is a file beside this one and a line here.
 */
import type { ResourceType } from '../frame/resource-type.ts';
import { dataCollectionEndpoints } from './data-collection-endpoints.ts';
import { deletedWorkspaces } from './deleted-workspaces.ts';
import { networkInterfaces } from './network-interfaces.ts';
import { networkOperationResults, networkOperations } from './network-operations.ts';
import { privateDnsZoneGroups } from './private-dns-zone-groups.ts';
import { privateEndpointConnections } from './private-endpoint-connections.ts';
import { privateEndpoints } from './private-endpoints.ts';
import { privateLinkResources } from './private-link-resources.ts';
import {
  privateLinkScopeOperationResults,
  privateLinkScopeOperationStatuses,
} from './private-link-scope-operations.ts';
import { privateLinkScopes } from './private-link-scopes.ts';
import { resourceGroups } from './resource-groups.ts';
import { scopedResources } from './scoped-resources.ts';
import { subnets, virtualNetworks } from './virtual-networks.ts';
import { workspaces } from './workspaces.ts';

export const resourceTypes: readonly ResourceType[] = [
  resourceGroups,
  virtualNetworks,
  subnets,
  workspaces,
  deletedWorkspaces,
  dataCollectionEndpoints,
  privateLinkScopes,
  scopedResources,
  privateLinkResources,
  privateEndpointConnections,
  privateLinkScopeOperationStatuses,
  ...privateLinkScopeOperationResults,
  privateEndpoints,
  privateDnsZoneGroups,
  networkInterfaces,
  networkOperations,
  networkOperationResults,
];
