/**
 * Application Insights components: read and nothing else, since they are only ever adopted. The pinned SDK packages have
 * no client for them, so the one call is made by hand, through the same policies. src/azure only.
 * Source: REST reference "Components - Get", 2020-02-02.
 */
import type { Component } from '../domain/resources.ts';
import type { Reader } from './adapter.ts';
import { readLinkView } from './link-view.ts';
import { type Json, members, optional, readTags, required, resourceBase } from './wire.ts';

const API_VERSION = '2020-02-02';

/** One GET. */
export const components: Reader<'component'> = {
  type: 'Microsoft.Insights/components',
  read: readComponent,
  get: ({ sdk, id }) => sdk.read(id, API_VERSION),
};

/** Throws UnexpectedAnswerError without a location. */
function readComponent(body: Json): Component {
  const { privateLinkScopedResources, PrivateLinkScopedResources } = members(body.properties);
  return {
    kind: 'component',
    ...resourceBase(body),
    location: required(body, 'location'),
    tags: readTags(body),
    ...optional('linkedBy', readLinkView(privateLinkScopedResources ?? PrivateLinkScopedResources)),
  };
}
