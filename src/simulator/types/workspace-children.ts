/**
 * What hangs on a workspace and is only read: Microsoft.OperationalInsights/workspaces/usages, and sharedKeys, which are
 * refused unless the seed allows them: they are for the retired agent, and nobody should fetch them.
 */
import { createHash } from 'node:crypto';
import { ArmError } from '../frame/errors.ts';
import type { ArmCall, ArmReply, ResourceType } from '../frame/resource-type.ts';
import type { Workspace } from '../resources.ts';
import { workspaceVersions } from './api-versions.ts';
import { listReply, notFound, outerId } from './call-kit.ts';
import { nextQuotaReset } from './workspace-body.ts';

function parent(call: ArmCall): Workspace {
  const workspace = call.world.workspaces.get(outerId(call, 'Microsoft.OperationalInsights/workspaces'));
  if (workspace === undefined) throw notFound(call);
  return workspace;
}

/** Good for nothing, and the same at each call. */
const keyOf = (workspace: Workspace, which: string): string =>
  createHash('sha512').update(`${workspace.customerId} ${which}`).digest('base64');

function sharedKeys(call: ArmCall): ArmReply {
  const workspace = parent(call);
  if (!call.world.sharedKeysAllowed) {
    throw new ArmError(403, {
      code: 'AuthorizationFailed',
      message: `The client '${call.principal}' does not have authorization to perform action 'Microsoft.OperationalInsights/workspaces/sharedKeys/action' over scope '${workspace.id}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    });
  }
  const body = { primarySharedKey: keyOf(workspace, 'primary'), secondarySharedKey: keyOf(workspace, 'secondary') };
  return { status: 200, body };
}

export const workspaceChildren: readonly ResourceType[] = [
  {
    namespace: 'Microsoft.OperationalInsights',
    name: 'workspaces/sharedKeys',
    apiVersions: workspaceVersions,
    action: sharedKeys,
  },
  {
    namespace: 'Microsoft.OperationalInsights',
    name: 'workspaces/usages',
    apiVersions: workspaceVersions,
    list: call => {
      const workspace = parent(call);
      return listReply([
        {
          name: { value: 'DataAnalyzed', localizedValue: 'Data Analyzed' },
          unit: 'Bytes',
          currentValue: 0,
          limit: workspace.dailyQuotaGb === -1 ? -1 : workspace.dailyQuotaGb * 2 ** 30,
          nextResetTime: nextQuotaReset(call.world.clock.now()),
          quotaPeriod: 'P1D',
        },
      ]);
    },
  },
];
