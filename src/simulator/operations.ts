/**
 * Long-running operations of the two providers that have them: starting one, ending one, the headers that send a client
 * to it. How an operation answers is in types/network-operations.ts and types/private-link-scope-operations.ts.
 */
import { randomUUID } from 'node:crypto';
import type { Operation } from './resources.ts';
import type { World } from './world.ts';

export interface OperationStart {
  readonly provider: Operation['provider'];
  /** What it works on. */
  readonly resourceId: string;
  /** Its name in messages, e.g. `PutPrivateEndpointOperation`. */
  readonly title: string;
  readonly location?: string;
  readonly scopeGuid?: string;
}

export function startOperation(world: World, start: OperationStart): Operation {
  const { provider, resourceId, title, scopeGuid } = start;
  const operation: Operation = {
    id: randomUUID(),
    provider,
    resourceId,
    title,
    location: start.location ?? 'global',
    status: 'InProgress',
    startedAtMs: world.clock.now(),
    polls: 0,
    ...(scopeGuid === undefined ? {} : { scopeGuid }),
  };
  return world.operations.put(operation);
}

/** Whether the operation is still under way: what was canceled does nothing any more. */
export const underWay = (world: World, operation: Operation): boolean =>
  world.operations.get(operation.id)?.status === 'InProgress';

export function succeed(world: World, operation: Operation): void {
  const now = world.operations.get(operation.id) ?? operation;
  world.operations.put({ ...now, status: 'Succeeded', endedAtMs: world.clock.now() });
}

/** Ends everything under way on this resource and below it in favour of another operation. */
export function supersede(world: World, resourceId: string, by: Operation): void {
  const prefix = resourceId.toLowerCase();
  for (const operation of world.operations.all()) {
    const id = operation.resourceId.toLowerCase();
    if (operation.status !== 'InProgress' || operation.id === by.id) continue;
    if (id !== prefix && !id.startsWith(`${prefix}/`)) continue;
    const message = `Operation ${operation.title} (${operation.id}) was canceled and superseded by operation ${by.title} (${by.id}).`;
    const details = [{ code: 'CanceledAndSupersededDueToAnotherOperation', message }];
    const error = { code: 'Canceled', message: 'Operation was canceled.', details };
    world.operations.put({ ...operation, status: 'Canceled', error, endedAtMs: world.clock.now() });
  }
}

/** The operation that works on this very resource now. */
export const operationOn = (world: World, resourceId: string): Operation | undefined =>
  world.operations
    .all()
    .find(each => each.status === 'InProgress' && each.resourceId.toLowerCase() === resourceId.toLowerCase());

const networkUrl = (world: World, operation: Operation, kind: 'operations' | 'operationResults', apiVersion: string) =>
  `${world.endpoint}/subscriptions/${world.subscriptionId}/providers/Microsoft.Network/locations/${operation.location}/${kind}/${operation.id}?api-version=${apiVersion}`;

export const networkOperationUrl = (world: World, operation: Operation, apiVersion: string): string =>
  networkUrl(world, operation, 'operations', apiVersion);

/** Headers of a PUT that goes on: no Location (recorded 2020 to 2026). */
export const networkPutHeaders = (world: World, operation: Operation, apiVersion: string): Record<string, string> => ({
  'azure-asyncoperation': networkUrl(world, operation, 'operations', apiVersion),
  'retry-after': String(world.latency.retryAfterSeconds(10)),
});

/** Headers of a DELETE that goes on: both. */
export const networkDeleteHeaders = (
  world: World,
  operation: Operation,
  apiVersion: string,
): Record<string, string> => ({
  ...networkPutHeaders(world, operation, apiVersion),
  location: networkUrl(world, operation, 'operationResults', apiVersion),
});

/** Headers of a 202 of Microsoft.Insights; `resource` is the path below which `operationresults` hangs. */
export const insightsHeaders = (
  world: World,
  operation: Operation,
  options: { readonly apiVersion: string; readonly resource: string },
): Record<string, string> => {
  const query = `?api-version=${options.apiVersion}`;
  return {
    'azure-asyncoperation': `${world.endpoint}/subscriptions/${world.subscriptionId}/providers/microsoft.insights/privatelinkscopeoperationstatuses/${operation.id}${query}`,
    location: `${world.endpoint}${options.resource}/operationresults/${operation.id}${query}`,
    'retry-after': String(world.latency.retryAfterSeconds(20)),
  };
};
