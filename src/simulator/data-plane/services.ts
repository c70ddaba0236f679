/**
 * Which service a name of the data plane is, and what it answers. A name that the address does not have is refused, as
 * is a service that is not modelled.
 */
import { endpointHosts } from '../network/members.ts';
import type { Workspace } from '../resources.ts';
import type { DataCollectionEndpoint } from '../resources-machines.ts';
import type { World } from '../world.ts';
import { agentConfiguration, type ConfigurationOptions } from './agent-configuration.ts';
import { type DataAnswer, type DataCall, DataError, pathNotFound, pipelineError } from './answers.ts';
import { endpointIngestion, type IngestionOptions, workspaceIngestion } from './ingestion.ts';
import { type LogsQueryOptions, logsQuery } from './logs-query.ts';

export type ServiceOptions = ConfigurationOptions &
  LogsQueryOptions &
  Parameters<typeof endpointIngestion>[2] &
  IngestionOptions;

const queryHosts = new Set(['api.loganalytics.io', 'api.loganalytics.azure.com']);
const globalHandler = 'global.handler.control.monitor.azure.com';

const workspaceOf = (world: World, host: string): Workspace | undefined =>
  host.endsWith('.ods.opinsights.azure.com')
    ? world.workspaces.all().find(each => host.startsWith(`${each.customerId.toLowerCase()}.`))
    : undefined;

function collectionEndpointOf(
  world: World,
  host: string,
): { readonly endpoint: DataCollectionEndpoint; readonly part: string } | undefined {
  if (!host.endsWith('.monitor.azure.com')) return undefined;
  for (const endpoint of world.dataCollectionEndpoints.all()) {
    const found = Object.entries(endpointHosts(endpoint)).find(([, name]) => name === host);
    if (found !== undefined) return { endpoint, part: found[0] };
  }
  return undefined;
}

/**
 * Every name that the public side answers for now: what anybody in the world could resolve. An address of a private
 * endpoint answers for its own names alone (arrivals.ts).
 */
export const publicNames = (world: World): ReadonlySet<string> =>
  new Set([
    ...queryHosts,
    'api.monitor.azure.com',
    globalHandler,
    ...world.workspaces.all().map(({ customerId }) => `${customerId.toLowerCase()}.ods.opinsights.azure.com`),
    ...world.dataCollectionEndpoints.all().flatMap(endpoint => Object.values(endpointHosts(endpoint))),
  ]);

function dispatch(call: DataCall, options: ServiceOptions): Promise<DataAnswer> {
  const { world } = options;
  const { host, segments } = call;
  if (queryHosts.has(host) && segments[0] === 'v1') return logsQuery(call, options);
  // One public report: the same address, but not found under the query path (`api.monitor.azure.com`).
  if (queryHosts.has(host) || host === 'api.monitor.azure.com') throw pathNotFound();
  if (host === globalHandler) return agentConfiguration(call, undefined, options);
  const workspace = workspaceOf(world, host);
  if (workspace !== undefined) return workspaceIngestion(call, workspace, options);
  const collection = collectionEndpointOf(world, host);
  if (collection?.part === 'handler') return agentConfiguration(call, collection.endpoint, options);
  if (collection?.part === 'ingest') return endpointIngestion(call, collection.endpoint, options);
  throw pipelineError(404, 'NotFound', `The simulator has nothing behind '${host}'.`);
}

/** Answers a call whose host the address has. */
export async function serve(call: DataCall, options: ServiceOptions): Promise<DataAnswer> {
  try {
    return await dispatch(call, options);
  } catch (error) {
    if (error instanceof DataError) return error.answer;
    throw error;
  }
}
