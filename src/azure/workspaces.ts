/**
 * Log Analytics workspaces. Created open and on the pay-as-you-go tier; changed by PATCH, which leaves isolation flags,
 * perimeter and everything else alone. Deleted softly: logs can be had back for 14 days. src/azure only.
 * Source: REST reference "Workspaces - Create Or Update"; facts: ampls 1.2.
 */
import type { Workspace, WorkspaceWant } from '../domain/resources.ts';
import { type Adapter, hasChange, hasTagChange } from './adapter.ts';
import { readLinkView } from './link-view.ts';
import { type Json, members, mergeTags, numeric, optional, readTags, required, resourceBase, text } from './wire.ts';

/** An update is a PATCH, with a GET before it where tags change. */
export const workspaces: Adapter<'workspace'> = {
  type: 'Microsoft.OperationalInsights/workspaces',
  read: readWorkspace,

  get: ({ sdk, resourceGroup, name }) => sdk.operationalInsights.workspaces.get(resourceGroup, name),

  put: ({ sdk, resourceGroup, name }, want) =>
    sdk.operationalInsights.workspaces
      .createOrUpdate(resourceGroup, name, {
        location: want.location,
        tags: { ...want.tags },
        sku: { name: 'PerGB2018' },
        ...shape(want),
      })
      .submitted(),

  async update({ sdk, resourceGroup, name }, { want, changes, fetch }) {
    const asked = shape(want);
    await sdk.operationalInsights.workspaces.update(resourceGroup, name, {
      ...(hasChange(changes, 'retentionInDays') ? optional('retentionInDays', asked.retentionInDays) : {}),
      ...(hasChange(changes, 'dailyQuotaGb') ? optional('workspaceCapping', asked.workspaceCapping) : {}),
      // A PATCH replaces the whole set of tags.
      ...(hasTagChange(changes) ? { tags: mergeTags(members((await fetch()).body), want.tags) } : {}),
    });
  },

  async setAccess({ sdk, resourceGroup, name }, { values }) {
    const { ingestion, query } = values;
    await sdk.operationalInsights.workspaces.update(resourceGroup, name, {
      ...optional('publicNetworkAccessForIngestion', ingestion),
      ...optional('publicNetworkAccessForQuery', query),
    });
  },

  retag: ({ sdk, resourceGroup, name }, tags) =>
    // A PATCH replaces the whole set of tags.
    sdk.operationalInsights.workspaces.update(resourceGroup, name, { tags: { ...tags } }),

  remove: ({ sdk, resourceGroup, name }) => sdk.operationalInsights.workspaces.delete(resourceGroup, name).submitted(),
};

function shape({ retentionInDays, dailyQuotaGb }: WorkspaceWant) {
  return {
    ...optional('retentionInDays', retentionInDays),
    ...optional('workspaceCapping', dailyQuotaGb === undefined ? undefined : { dailyQuotaGb }),
  };
}

function readWorkspace(body: Json): Workspace {
  const properties = members(body.properties);
  return {
    kind: 'workspace',
    ...resourceBase(body),
    location: required(body, 'location'),
    tags: readTags(body),
    ...optional('customerId', text(properties.customerId)),
    ...optional('retentionInDays', numeric(properties.retentionInDays)),
    ...optional('dailyQuotaGb', numeric(members(properties.workspaceCapping).dailyQuotaGb)),
    access: {
      ...optional('ingestion', text(properties.publicNetworkAccessForIngestion)),
      ...optional('query', text(properties.publicNetworkAccessForQuery)),
    },
    ...optional('linkedBy', readLinkView(properties.privateLinkScopedResources)),
  };
}
