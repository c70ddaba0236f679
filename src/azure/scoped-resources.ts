/**
 * Links between a scope and a workspace. They have no tags and nothing that could be changed. The SDK takes the status
 * of the operation for the link itself, so its poller is never asked (facts: azure-sdk 1.3). src/azure only.
 */
import { PortError, stalled } from '../domain/failures.ts';
import type { ScopedResource } from '../domain/resources.ts';
import type { Adapter, Site } from './adapter.ts';
import { type Json, members, required, resourceBase } from './wire.ts';

/** An update is refused: there is nothing to change. */
export const scopedResources: Adapter<'scopedResource'> = {
  type: 'Microsoft.Insights/privateLinkScopes/scopedResources',
  read: readScopedResource,

  get: ({ sdk, resourceGroup, parent, name }) =>
    sdk.monitor.privateLinkScopedResources.get(resourceGroup, parent, name),

  put: ({ sdk, resourceGroup, parent, name }, want) =>
    sdk.monitor.privateLinkScopedResources
      .createOrUpdate(resourceGroup, parent, name, { linkedResourceId: want.targetId })
      .submitted(),

  update: ({ name }) =>
    Promise.reject(new PortError(stalled('ImmutableDifference', `link ${name}: Azure cannot change a link`))),

  retag: ({ name }) =>
    Promise.reject(new PortError(stalled('ImmutableDifference', `link ${name}: a link has no tags`))),

  remove: ({ sdk, resourceGroup, parent, name }) =>
    sdk.monitor.privateLinkScopedResources.delete(resourceGroup, parent, name).submitted(),
};

/** All pages of the links of a scope. */
export async function listScopedResources({ sdk, resourceGroup, name }: Site): Promise<void> {
  for await (const _ of sdk.monitor.privateLinkScopedResources.listByPrivateLinkScope(resourceGroup, name).byPage()) {
    // The pages are kept by the call as they were sent.
  }
}

/** Throws UnexpectedAnswerError when the link does not say whom it links. */
export function readScopedResource(body: Json): ScopedResource {
  return {
    kind: 'scopedResource',
    ...resourceBase(body),
    targetId: required(members(body.properties), 'linkedResourceId'),
  };
}
