/**
 * How a workspace looks, live or soft-deleted, in the form of 2024 and 2025 (recorded; older back ends gave another one
 * for the same api-versions).
 */
import { isoTime } from '../clock.ts';
import type { Json } from '../frame/resource-type.ts';
import type { Workspace } from '../resources.ts';
import type { World } from '../world.ts';
import { given } from './call-kit.ts';
import { linkView } from './link-view.ts';

export const workspaceType = 'Microsoft.OperationalInsights/workspaces';

/** The daily cap starts anew at an hour of the workspace's own; here always 09:00 UTC. */
export function nextQuotaReset(nowMs: number): string {
  const reset = new Date(nowMs);
  reset.setUTCHours(9, 0, 0, 0);
  if (reset.getTime() <= nowMs) reset.setUTCDate(reset.getUTCDate() + 1);
  return reset.toISOString().replace('.000Z', 'Z');
}

export function workspaceBody(world: World, workspace: Workspace): Json {
  const { sku } = workspace;
  const level = sku.capacityReservationLevel;
  return {
    properties: {
      customerId: workspace.customerId,
      provisioningState: workspace.state,
      sku: {
        name: sku.name,
        ...(level === undefined ? {} : { capacityReservationLevel: level }),
        lastSkuUpdate: isoTime(sku.changedAtMs),
      },
      retentionInDays: workspace.retentionInDays,
      features: {
        legacy: 0,
        searchVersion: 1,
        enableLogAccessUsingOnlyResourcePermissions: true,
        ...workspace.features,
      },
      workspaceCapping: {
        dailyQuotaGb: workspace.dailyQuotaGb,
        quotaNextResetTime: nextQuotaReset(world.clock.now()),
        dataIngestionStatus: 'RespectQuota',
      },
      ...linkView(world, workspace.id),
      publicNetworkAccessForIngestion: workspace.ingestion,
      publicNetworkAccessForQuery: workspace.query,
      createdDate: isoTime(workspace.createdAtMs),
      modifiedDate: isoTime(workspace.modifiedAtMs),
      ...given('defaultDataCollectionRuleResourceId', workspace.defaultRuleId),
    },
    location: workspace.location,
    ...given('tags', workspace.tags),
    id: workspace.id,
    name: workspace.name,
    type: workspaceType,
    etag: workspace.etag,
  };
}
