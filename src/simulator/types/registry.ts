/**
 * Every resource type of the providers; those of the resource manager itself are in management/. A new one is a file
 * beside this one and a line here.
 */
import type { ResourceType } from '../frame/resource-type.ts';
import { components } from './components.ts';
import { dataCollectionEndpoints } from './data-collection-endpoints.ts';
import { collectionAssociations, dataCollectionRules } from './data-collection-rules.ts';
import { deletedWorkspaces } from './deleted-workspaces.ts';
import { hybridConnections } from './hybrid-connections.ts';
import { hybridOperations } from './hybrid-operations.ts';
import { hybridLinkResources, hybridScopes } from './hybrid-scopes.ts';
import { machineExtensions } from './machine-extensions.ts';
import { machines } from './machines.ts';
import { networkInterfaces } from './network-interfaces.ts';
import { networkOperationResults, networkOperations } from './network-operations.ts';
import { privateDnsOperations } from './private-dns-operations.ts';
import { privateDnsZoneGroups } from './private-dns-zone-groups.ts';
import { privateDnsZones } from './private-dns-zones.ts';
import { privateEndpointConnections } from './private-endpoint-connections.ts';
import { privateEndpoints } from './private-endpoints.ts';
import { privateLinkResources } from './private-link-resources.ts';
import {
  privateLinkScopeOperationResults,
  privateLinkScopeOperationStatuses,
} from './private-link-scope-operations.ts';
import { privateLinkScopes } from './private-link-scopes.ts';
import { recordSetTypes } from './record-sets.ts';
import { resourceGraph } from './resource-graph.ts';
import { ruleAssociations } from './rule-associations.ts';
import { scopedResources } from './scoped-resources.ts';
import { networkSecurityGroups } from './security-groups.ts';
import { networkUsages, subnets } from './subnets.ts';
import { virtualNetworks } from './virtual-networks.ts';
import { workspaceChildren } from './workspace-children.ts';
import { workspaces } from './workspaces.ts';
import { zoneLinks } from './zone-links.ts';

const queried: readonly ResourceType[] = [
  virtualNetworks,
  subnets,
  networkUsages,
  networkSecurityGroups,
  networkInterfaces,
  privateDnsZones,
  zoneLinks,
  ...recordSetTypes,
  ...privateDnsOperations,
  workspaces,
  deletedWorkspaces,
  ...workspaceChildren,
  components,
  dataCollectionEndpoints,
  dataCollectionRules,
  ...collectionAssociations,
  ruleAssociations,
  privateLinkScopes,
  scopedResources,
  privateLinkResources,
  privateEndpointConnections,
  privateLinkScopeOperationStatuses,
  ...privateLinkScopeOperationResults,
  privateEndpoints,
  privateDnsZoneGroups,
  networkOperations,
  networkOperationResults,
  machines,
  machineExtensions,
  hybridScopes,
  hybridLinkResources,
  hybridConnections,
  ...hybridOperations,
];

export const resourceTypes: readonly ResourceType[] = [...queried, resourceGraph(() => queried)];
