/**
 * Microsoft.OperationalInsights/deletedWorkspaces: the soft-deleted ones of a subscription or a group. Each looks like
 * the live workspace that it was, id and type included (recorded).
 */
import type { ResourceType } from '../frame/resource-type.ts';
import { sameId } from '../resource-map.ts';
import { workspaceVersions } from './api-versions.ts';
import { softDeleted, workspaceBody } from './workspaces.ts';

export const deletedWorkspaces: ResourceType = {
  namespace: 'Microsoft.OperationalInsights',
  name: 'deletedWorkspaces',
  apiVersions: workspaceVersions,
  list: call => {
    const found = softDeleted(call.world).filter(each => call.group === '' || sameId(each.group, call.group));
    return { status: 200, body: { value: found.map(each => workspaceBody(call.world, each)) } };
  },
};
