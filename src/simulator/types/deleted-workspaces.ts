/**
 * Microsoft.OperationalInsights/deletedWorkspaces: the soft-deleted ones of a subscription or a group. Each looks like
 * the live workspace that it was, id and type included (recorded).
 */
import type { ResourceType } from '../frame/resource-type.ts';
import { workspaceVersions } from './api-versions.ts';
import { inCallScope, listReply } from './call-kit.ts';
import { workspaceBody } from './workspace-body.ts';
import { softDeleted } from './workspaces.ts';

export const deletedWorkspaces: ResourceType = {
  namespace: 'Microsoft.OperationalInsights',
  name: 'deletedWorkspaces',
  apiVersions: workspaceVersions,
  list: call => {
    const found = inCallScope(call, softDeleted(call.world));
    return listReply(found.map(each => workspaceBody(call.world, each)));
  },
};
