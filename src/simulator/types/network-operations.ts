/**
 * Microsoft.Network/locations/operations and operationResults: what `Azure-AsyncOperation` and `Location` of the network
 * provider point to. Retry-After is 10 on the first poll, 20 after it, and none once the operation has ended (recorded).
 */
import { networkError } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { networkDeleteHeaders } from '../operations.ts';
import type { Operation } from '../resources-operations.ts';
import { networkVersions } from './api-versions.ts';

function find(call: ArmCall): Operation {
  const id = nameAt(call, 1);
  const operation = call.world.operations.get(id);
  if (operation === undefined || operation.provider !== 'Microsoft.Network') {
    throw networkError(404, 'OperationNotFound', `Operation ${id} was not found.`);
  }
  return call.world.operations.put({ ...operation, polls: operation.polls + 1 });
}

const retryAfter = (call: ArmCall, operation: Operation): string =>
  String(call.world.latency.retryAfterSeconds((operation.paceSeconds ?? 10) * (operation.polls > 1 ? 2 : 1)));

function status(call: ArmCall): ArmReply {
  const operation = find(call);
  const { error } = operation;
  return {
    status: 200,
    body: { status: operation.status, ...(error === undefined ? {} : { error }) },
    ...(operation.status === 'InProgress' ? { headers: { 'retry-after': retryAfter(call, operation) } } : {}),
  };
}

/** 202 while it goes on; then 204, with both addresses once more. */
function result(call: ArmCall): ArmReply {
  const operation = find(call);
  const { 'retry-after': _none, ...addresses } = networkDeleteHeaders(call.world, operation, call.apiVersion);
  if (operation.status !== 'InProgress') return { status: 204, headers: addresses };
  return { status: 202, headers: { ...addresses, 'retry-after': retryAfter(call, operation) } };
}

export const networkOperations: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'locations/operations',
  apiVersions: networkVersions,
  level: 'subscription',
  item: { GET: status },
};

export const networkOperationResults: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'locations/operationResults',
  apiVersions: networkVersions,
  level: 'subscription',
  item: { GET: result },
};
