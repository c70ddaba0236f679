/**
 * Long-running work: operations that a client can ask after, and resources that settle by themselves. Starting, ending,
 * and the headers that send a client to an operation. How an operation answers is in types/*-operations.ts.
 */
import { newGuid } from './guid.ts';
import type { Work } from './latency.ts';
import type { Operation } from './resources-operations.ts';
import type { Outcome, World } from './world.ts';

export interface OperationStart {
  readonly provider: Operation['provider'];
  /** What it works on. */
  readonly resourceId: string;
  /** Its name in messages, e.g. `PutPrivateEndpointOperation`. */
  readonly title: string;
  readonly location?: string;
  readonly scopeGuid?: string;
  /** Retry-After of the first answers, seconds; default 10. */
  readonly paceSeconds?: number;
}

/** What happens in the end: `done` when the work succeeds, `failed` when a fault of the plan wants it so. */
export interface Ending {
  readonly done: () => void;
  readonly failed?: () => void;
}

/** How long an ended operation can still be asked after; how long Azure keeps one is not published. */
const KEPT_MS = 24 * 3_600_000;

/** A simulator that runs for weeks holds a day's operations; those without an end stay. */
function forgetEnded(world: World): void {
  const before = world.clock.now() - KEPT_MS;
  for (const { id, startedAtMs, endedAtMs } of world.operations) {
    if (startedAtMs >= before) return;
    if (endedAtMs !== undefined && endedAtMs < before) world.operations.delete(id);
  }
}

export function startOperation(world: World, start: OperationStart): Operation {
  forgetEnded(world);
  const { provider, resourceId, title, scopeGuid, paceSeconds } = start;
  const operation: Operation = {
    id: newGuid(),
    provider,
    resourceId,
    title,
    location: start.location ?? 'global',
    status: 'InProgress',
    startedAtMs: world.clock.now(),
    polls: 0,
    ...(scopeGuid === undefined ? {} : { scopeGuid }),
    ...(paceSeconds === undefined ? {} : { paceSeconds }),
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

const defaultError = (status: 'Failed' | 'Canceled') =>
  status === 'Failed'
    ? { code: 'InternalServerError', message: 'An error occurred.', details: [] }
    : { code: 'Canceled', message: 'Operation was canceled.', details: [] };

/**
 * Starts an operation that ends when `work` has settled, unless another has superseded it. The outcome that a fault asks
 * for (`world.outcome`, read now) is honoured: Failed and Canceled end it so, `never` leaves it under way, `lost` makes
 * the operation unknown while the resource goes on. `run.outcome` is the one that holds otherwise.
 */
export function runOperation(
  world: World,
  start: OperationStart,
  run: Ending & { readonly work: Work; readonly outcome?: Outcome | undefined },
): Operation {
  const operation = startOperation(world, start);
  const outcome = world.outcome ?? run.outcome;
  const kind = outcome?.kind;
  if (kind === 'never') return operation;
  if (kind === 'lost') {
    world.operations.delete(operation.id);
    world.settle(run.work, run.done);
    return operation;
  }
  world.settle(run.work, () => {
    const now = world.operations.get(operation.id);
    if (now?.status !== 'InProgress') return;
    if (kind === undefined) {
      run.done();
      succeed(world, operation);
      return;
    }
    run.failed?.();
    const error = (outcome !== undefined && 'error' in outcome ? outcome.error : undefined) ?? defaultError(kind);
    world.operations.put({ ...now, status: kind, error, endedAtMs: world.clock.now() });
  });
  return operation;
}

/** The same for a resource that settles without an operation: only its `provisioningState` tells. */
export function settleResource(world: World, work: Work, ending: Ending): void {
  const { outcome } = world;
  if (outcome?.kind === 'never') return;
  const succeeds = outcome === undefined || outcome.kind === 'lost';
  world.settle(work, () => (succeeds ? ending.done() : ending.failed?.()));
}

/** Ends everything under way on this resource and below it in favour of another operation. */
export function supersede(world: World, resourceId: string, by: Operation): void {
  const below = world.zoneGroups.under(resourceId).map(group => group.id);
  const running = [resourceId, ...below].flatMap(id => world.operations.where('resource', id));
  for (const operation of running) {
    if (operation.status !== 'InProgress' || operation.id === by.id) continue;
    const message = `Operation ${operation.title} (${operation.id}) was canceled and superseded by operation ${by.title} (${by.id}).`;
    const details = [{ code: 'CanceledAndSupersededDueToAnotherOperation', message }];
    const error = { code: 'Canceled', message: 'Operation was canceled.', details };
    world.operations.put({ ...operation, status: 'Canceled', error, endedAtMs: world.clock.now() });
  }
}

/** The operation that works on this very resource now. */
export const operationOn = (world: World, resourceId: string): Operation | undefined =>
  world.operations.where('resource', resourceId).find(each => each.status === 'InProgress');

const networkUrl = (world: World, operation: Operation, kind: 'operations' | 'operationResults', apiVersion: string) =>
  `${world.endpoint}/subscriptions/${world.subscriptionId}/providers/Microsoft.Network/locations/${operation.location}/${kind}/${operation.id}?api-version=${apiVersion}`;

export const networkOperationUrl = (world: World, operation: Operation, apiVersion: string): string =>
  networkUrl(world, operation, 'operations', apiVersion);

/** Headers of a PUT that goes on: no Location (recorded 2020 to 2026). */
export const networkPutHeaders = (world: World, operation: Operation, apiVersion: string): Record<string, string> => ({
  'azure-asyncoperation': networkUrl(world, operation, 'operations', apiVersion),
  'retry-after': String(world.latency.retryAfterSeconds(operation.paceSeconds ?? 10)),
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
