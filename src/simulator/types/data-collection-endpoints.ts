/**
 * Microsoft.Insights/dataCollectionEndpoints: seeded, read only, and linkable to a private link scope. Field order and
 * missing fields as recorded.
 */
import { resourceNotFound } from '../frame/errors.ts';
import { askedResource } from '../frame/path.ts';
import { type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { endpointHosts } from '../network/members.ts';
import { sameId } from '../resource-map.ts';
import type { DataCollectionEndpoint } from '../resources.ts';
import type { World } from '../world.ts';
import { collectionVersions } from './api-versions.ts';
import { linkView } from './link-view.ts';
import { systemData } from './system-data.ts';

function body(world: World, endpoint: DataCollectionEndpoint): Json {
  const hosts = endpointHosts(endpoint);
  return {
    properties: {
      immutableId: endpoint.immutableId,
      configurationAccess: { endpoint: `https://${hosts.handler}` },
      logsIngestion: { endpoint: `https://${hosts.ingest}` },
      metricsIngestion: { endpoint: `https://${hosts.metrics}` },
      networkAcls: { publicNetworkAccess: endpoint.publicAccess },
      ...linkView(world, endpoint.id),
      provisioningState: 'Succeeded',
    },
    location: endpoint.location,
    ...(endpoint.tags === undefined ? {} : { tags: endpoint.tags }),
    id: endpoint.id,
    name: endpoint.name,
    type: 'Microsoft.Insights/dataCollectionEndpoints',
    etag: endpoint.etag,
    systemData: systemData(endpoint.stamps),
  };
}

export const dataCollectionEndpoints: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'dataCollectionEndpoints',
  apiVersions: collectionVersions,
  item: {
    GET: call => {
      const id = `${call.scopeId}/providers/Microsoft.Insights/dataCollectionEndpoints/${nameAt(call, 0)}`;
      const endpoint = call.world.dataCollectionEndpoints.get(id);
      if (endpoint === undefined) throw resourceNotFound(askedResource(call.path), call.path.resourceGroup ?? '');
      return { status: 200, body: body(call.world, endpoint) };
    },
  },
  list: call => {
    const all = call.world.dataCollectionEndpoints.all();
    const found = all.filter(each => call.group === '' || sameId(each.group, call.group));
    return { status: 200, body: { value: found.map(each => body(call.world, each)) } };
  },
  state: world => world.dataCollectionEndpoints.all().map(each => body(world, each)),
};
