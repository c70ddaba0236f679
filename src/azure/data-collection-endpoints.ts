/**
 * Data collection endpoints. Created open and at once, without an operation; PATCH knows tags alone, so the public access
 * takes a PUT of the body that Azure holds with our field in it. src/azure only.
 * Source: REST reference "Data Collection Endpoints - Create", "Update", 2024-03-11; facts: ampls 1.2.
 */
import type { DataCollectionEndpoint } from '../domain/collection-resources.ts';
import type { Tags } from '../domain/resources.ts';
import type { Adapter, Site } from './adapter.ts';
import { readLinkView } from './link-view.ts';
import {
  fqdnOf,
  type Json,
  members,
  mergeTags,
  objectOf,
  optional,
  readTags,
  required,
  resourceBase,
  text,
  without,
} from './wire.ts';

/** An update is a GET and a PATCH of the tags; an access takes one GET and one PUT. */
export const dataCollectionEndpoints: Adapter<'dataCollectionEndpoint'> = {
  type: 'Microsoft.Insights/dataCollectionEndpoints',
  read: readDataCollectionEndpoint,

  get: ({ sdk, resourceGroup, name }) => sdk.monitor.dataCollectionEndpoints.get(resourceGroup, name),

  put: ({ sdk, resourceGroup, name }, { location, tags }) =>
    sdk.monitor.dataCollectionEndpoints.create(resourceGroup, name, {
      body: { location, tags: { ...tags }, networkAcls: { publicNetworkAccess: 'Enabled' } },
    }),

  async update(at, { want, fetch }) {
    await patchTags(at, mergeTags(objectOf((await fetch()).body), want.tags));
  },

  async setAccess({ sdk }, { values, fetch }) {
    const found = await fetch();
    await sdk.send({ method: 'PUT', url: found.url, body: withAccess(objectOf(found.body), values.ingestion) });
  },

  retag: (at, tags) => patchTags(at, tags),

  remove: ({ sdk, resourceGroup, name }) => sdk.monitor.dataCollectionEndpoints.delete(resourceGroup, name),
};

/** A PATCH replaces the whole set of tags. */
const patchTags = ({ sdk, resourceGroup, name }: Site, tags: Tags): Promise<unknown> =>
  sdk.monitor.dataCollectionEndpoints.update(resourceGroup, name, { body: { tags: { ...tags } } });

/** What Azure computes, at the top and in `properties`. */
const READ_ONLY = ['id', 'name', 'type', 'etag', 'systemData'];
const READ_ONLY_PROPERTIES = [
  ...['immutableId', 'configurationAccess', 'logsIngestion', 'metricsIngestion'],
  ...['provisioningState', 'privateLinkScopedResources', 'failoverConfiguration', 'metadata'],
];

/** The body of a PUT that changes the public access and nothing else. */
function withAccess(body: Json, publicNetworkAccess: string | undefined): Json {
  const properties = members(body.properties);
  return {
    ...without(body, READ_ONLY),
    properties: {
      ...without(properties, READ_ONLY_PROPERTIES),
      networkAcls: { ...members(properties.networkAcls), ...optional('publicNetworkAccess', publicNetworkAccess) },
    },
  };
}

/** Throws UnexpectedAnswerError without a location. */
export function readDataCollectionEndpoint(body: Json): DataCollectionEndpoint {
  const properties = members(body.properties);
  const configuration = text(members(properties.configurationAccess).endpoint);
  return {
    kind: 'dataCollectionEndpoint',
    ...resourceBase(body),
    location: required(body, 'location'),
    tags: readTags(body),
    access: optional('ingestion', text(members(properties.networkAcls).publicNetworkAccess)),
    ...optional('configurationHost', configuration === undefined ? undefined : hostOf(configuration)),
    ...optional('linkedBy', readLinkView(properties.privateLinkScopedResources)),
  };
}

/** `https://dce-a1b2.japaneast-1.handler.control.monitor.azure.com` -> its host. */
const hostOf = (url: string): string => fqdnOf(url.replace(/^https?:\/\//i, '').replace(/[:/].*$/, ''));
