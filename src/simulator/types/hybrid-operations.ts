/**
 * Microsoft.HybridCompute/locations/operationstatus and operationresults: what the 202 of an extension or a connection
 * points to. Queued at first, then InProgress, both with the two addresses again; no end time; an extension that was
 * made or changed comes with the answer (recorded in 2023 and 2025).
 */
import { isoTime } from '../clock.ts';
import { ArmError } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { Operation } from '../resources-operations.ts';
import { hybridVersions } from './api-versions.ts';
import { listedExtension } from './machine-extension-body.ts';

const url = (call: ArmCall, operation: Operation, kind: string): string =>
  `${call.world.endpoint}/subscriptions/${call.world.subscriptionId}/providers/Microsoft.HybridCompute/locations/${operation.location}/${kind}/${operation.id}?api-version=${call.apiVersion}`;

/** Both addresses; how long to wait is said where it was seen (120 s for extensions). */
export const hybridHeaders = (call: ArmCall, operation: Operation): Record<string, string> => ({
  'azure-asyncoperation': url(call, operation, 'operationstatus'),
  location: url(call, operation, 'operationresults'),
  ...(operation.paceSeconds === undefined
    ? {}
    : { 'retry-after': String(call.world.latency.retryAfterSeconds(operation.paceSeconds)) }),
});

function find(call: ArmCall): Operation {
  const operation = call.world.operations.get(nameAt(call, 1));
  if (operation === undefined || operation.provider !== 'Microsoft.HybridCompute') throw new ArmError(404, undefined);
  return call.world.operations.put({ ...operation, polls: operation.polls + 1 });
}

function status(call: ArmCall): ArmReply {
  const operation = find(call);
  const { id: name, error } = operation;
  const running = operation.status === 'InProgress';
  const queued = running && operation.polls === 1;
  const made = operation.title === 'PutExtension' ? call.world.machineExtensions.get(operation.resourceId) : undefined;
  return {
    status: 200,
    body: {
      name,
      status: queued ? 'Queued' : operation.status,
      startTime: isoTime(operation.startedAtMs),
      ...(error === undefined ? {} : { error }),
      ...(running || made === undefined ? {} : { properties: listedExtension(made) }),
    },
    ...(running ? { headers: hybridHeaders(call, operation) } : {}),
  };
}

function result(call: ArmCall): ArmReply {
  const operation = find(call);
  if (operation.status === 'InProgress') return { status: 202, headers: hybridHeaders(call, operation) };
  const made = operation.title === 'PutExtension' ? call.world.machineExtensions.get(operation.resourceId) : undefined;
  return made === undefined ? { status: 204 } : { status: 200, body: listedExtension(made) };
}

const operationType = (name: string, get: (call: ArmCall) => ArmReply): ResourceType => ({
  namespace: 'Microsoft.HybridCompute',
  name: `locations/${name}`,
  apiVersions: hybridVersions,
  level: 'subscription',
  item: { GET: get },
});

export const hybridOperations: readonly ResourceType[] = [
  operationType('operationstatus', status),
  operationType('operationresults', result),
];
