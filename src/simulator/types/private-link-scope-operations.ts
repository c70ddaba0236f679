/**
 * Microsoft.Insights/privateLinkScopeOperationStatuses (at the subscription, as recorded, and in a group, as specified)
 * and the `operationResults` that `Location` points to. Counted apart from other reads, in a bucket of 500.
 */
import { isoTime } from '../clock.ts';
import { ArmError } from '../frame/errors.ts';
import type { ArmCall, ArmReply, ResourceType } from '../frame/resource-type.ts';
import type { Operation } from '../resources-operations.ts';
import { scopeVersions } from './api-versions.ts';

const ownCount = { 'x-ms-ratelimit-remaining-subscription-resource-requests': '499' } as const;

function find(call: ArmCall): Operation {
  const operation = call.world.operations.get(call.path.names.at(-1) ?? '');
  if (operation === undefined || operation.provider !== 'Microsoft.Insights') throw new ArmError(404, undefined);
  return operation;
}

const retryAfter = (call: ArmCall): Record<string, string> => ({
  'retry-after': String(call.world.latency.retryAfterSeconds(20)),
});

function status(call: ArmCall): ArmReply {
  const operation = find(call);
  const { id, endedAtMs } = operation;
  const running = operation.status === 'InProgress';
  return {
    status: 200,
    body: {
      id: `/subscriptions/${call.world.subscriptionId}/providers/microsoft.insights/privatelinkscopeoperationstatuses/${id}`,
      name: id,
      status: operation.status,
      startTime: isoTime(operation.startedAtMs),
      ...(endedAtMs === undefined ? {} : { endTime: isoTime(endedAtMs) }),
      properties: { scopeId: operation.scopeGuid ?? '' },
    },
    headers: running ? { ...ownCount, ...retryAfter(call) } : ownCount,
  };
}

function result(call: ArmCall): ArmReply {
  return find(call).status === 'InProgress' ? { status: 202, headers: retryAfter(call) } : { status: 204 };
}

const statuses = (name: string, item: ResourceType['item']): ResourceType => ({
  namespace: 'Microsoft.Insights',
  name,
  apiVersions: scopeVersions,
  level: 'both',
  ...(item === undefined ? {} : { item }),
});

export const privateLinkScopeOperationStatuses = statuses('privateLinkScopeOperationStatuses', { GET: status });

export const privateLinkScopeOperationResults: readonly ResourceType[] = [
  statuses('privateLinkScopes/operationResults', { GET: result }),
  statuses('privateLinkScopes/privateEndpointConnections/operationResults', { GET: result }),
];
