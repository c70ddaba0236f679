/**
 * Application Insights components: only ever adopted, so read, and changed in nothing but their public access. PATCH
 * knows tags alone, so that takes a PUT of the body that Azure holds with our fields in it. The pinned SDK packages have no
 * client for them: the calls are made by hand, through the same policies. src/azure only.
 * Source: REST reference "Components - Get", "Create Or Update", "Update Tags", 2020-02-02.
 */
import type { AccessValues } from '../domain/access.ts';
import type { Component } from '../domain/resources.ts';
import type { Reader } from './adapter.ts';
import { readLinkView } from './link-view.ts';
import { type Json, members, objectOf, optional, readTags, required, resourceBase, text, without } from './wire.ts';

const API_VERSION = '2020-02-02';

/** One GET; an access takes one GET and one PUT. */
export const components: Reader<'component'> = {
  type: 'Microsoft.Insights/components',
  read: readComponent,
  get: ({ sdk, id }) => sdk.read(id, API_VERSION),

  // No If-Match: Azure shows no etag for a component, and the reference names no precondition. What somebody changes
  // between the GET and the PUT is lost; they follow each other at once.
  async setAccess({ sdk }, { values, fetch }) {
    const found = await fetch();
    await sdk.send({ method: 'PUT', url: found.url, body: withAccess(objectOf(found.body), values) });
  },
};

/** What Azure computes, at the top and in `properties`. */
const READ_ONLY = ['id', 'name', 'type', 'systemData'];
const READ_ONLY_PROPERTIES = [
  ...['ApplicationId', 'AppId', 'Name', 'InstrumentationKey', 'ConnectionString', 'CreationDate', 'TenantId'],
  ...['HockeyAppToken', 'LaMigrationDate', 'provisioningState'],
  // One name in the description, the other on the wire.
  ...['PrivateLinkScopedResources', 'privateLinkScopedResources'],
];

/** The body of a PUT that changes the public access and nothing else. */
const withAccess = (body: Json, values: AccessValues): Json => ({
  ...without(body, READ_ONLY),
  properties: {
    ...without(members(body.properties), READ_ONLY_PROPERTIES),
    ...optional('publicNetworkAccessForIngestion', values.ingestion),
    ...optional('publicNetworkAccessForQuery', values.query),
  },
});

/** Throws UnexpectedAnswerError without a location. */
function readComponent(body: Json): Component {
  const properties = members(body.properties);
  const { privateLinkScopedResources, PrivateLinkScopedResources } = properties;
  return {
    kind: 'component',
    ...resourceBase(body),
    location: required(body, 'location'),
    tags: readTags(body),
    access: {
      ...optional('ingestion', text(properties.publicNetworkAccessForIngestion)),
      ...optional('query', text(properties.publicNetworkAccessForQuery)),
    },
    ...optional('linkedBy', readLinkView(privateLinkScopedResources ?? PrivateLinkScopedResources)),
  };
}
