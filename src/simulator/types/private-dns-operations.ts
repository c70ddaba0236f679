/**
 * Microsoft.Network/privateDnsOperationStatuses and privateDnsOperationResults, in the resource group of the zone: what
 * long-running calls on zones and their network links point to (shape from memory of real traffic, not recorded).
 */
import { networkError } from '../frame/errors.ts';
import type { ArmCall, ArmReply, ResourceType } from '../frame/resource-type.ts';
import { nameAt } from '../frame/resource-type.ts';
import type { Operation } from '../resources-operations.ts';
import { privateDnsVersions } from './api-versions.ts';

const url = (call: ArmCall, operation: Operation, kind: string): string =>
  `${call.world.endpoint}${call.scopeId}/providers/Microsoft.Network/${kind}/${operation.id}?api-version=${call.apiVersion}`;

/** Both addresses and how long to wait. */
export const privateDnsHeaders = (call: ArmCall, operation: Operation): Record<string, string> => ({
  'azure-asyncoperation': url(call, operation, 'privateDnsOperationStatuses'),
  location: url(call, operation, 'privateDnsOperationResults'),
  'retry-after': String(call.world.latency.retryAfterSeconds(5)),
});

function find(call: ArmCall): Operation {
  const operation = call.world.operations.get(nameAt(call, 0));
  const isHere = operation?.resourceId.toLowerCase().startsWith(`${call.scopeId.toLowerCase()}/`);
  if (operation === undefined || isHere !== true) {
    throw networkError(404, 'OperationNotFound', `Operation ${nameAt(call, 0)} was not found.`);
  }
  return operation;
}

function status(call: ArmCall): ArmReply {
  const { status: state, error } = find(call);
  const headers = { 'retry-after': String(call.world.latency.retryAfterSeconds(5)) };
  const body = { status: state, ...(error === undefined ? {} : { error }) };
  return state === 'InProgress' ? { status: 200, body, headers } : { status: 200, body };
}

function result(call: ArmCall): ArmReply {
  const operation = find(call);
  if (operation.status !== 'InProgress') return { status: 204 };
  return { status: 202, headers: privateDnsHeaders(call, operation) };
}

const operationType = (name: string, get: (call: ArmCall) => ArmReply): ResourceType => ({
  namespace: 'Microsoft.Network',
  name,
  apiVersions: privateDnsVersions,
  item: { GET: get },
});

export const privateDnsOperations: readonly ResourceType[] = [
  operationType('privateDnsOperationStatuses', status),
  operationType('privateDnsOperationResults', result),
];
