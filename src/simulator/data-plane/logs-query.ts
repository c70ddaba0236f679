/**
 * The Logs query API: `GET` and `POST /v1/workspaces/{customerId}/query` (also without `workspaces`' older spelling).
 * First who calls, then whether there is such a workspace, then by which way the call came, then the query. Answers in
 * the recorded form; the two refusals of isolation in the form of public reports.
 */
import type { AccessTokens } from '../entra/access-tokens.ts';
import type { Caller } from '../entra/principals.ts';
import type { Workspace } from '../resources.ts';
import { isRecord } from '../seed-rules.ts';
import type { World } from '../world.ts';
import { accessTo } from './access.ts';
import { type DataAnswer, type DataCall, type InnerError, pathNotFound, queryError } from './answers.ts';
import { queryCaller } from './callers.ts';
import { runQuery } from './kql/run.ts';
import { answerRows } from './kql/table.ts';
import type { LogStore } from './log-store.ts';
import { workspaceTable } from './tables.ts';
import { allTime, timeRange } from './time-range.ts';

export interface LogsQueryOptions {
  readonly world: World;
  readonly tokens: AccessTokens;
  readonly logs: LogStore;
  /** Whether a caller may read the logs of a workspace. */
  readonly mayQuery: (caller: Caller, workspaceId: string) => boolean;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const insufficient = (inner?: InnerError) =>
  queryError(
    403,
    'InsufficientAccessError',
    'The provided credentials have insufficient access to perform the requested operation',
    inner,
  );

function checkAccess(world: World, call: DataCall, workspace: Workspace): void {
  const { id, name, query } = workspace;
  const access = accessTo(world, call.arrival, {
    resourceId: id,
    publicAccess: query,
    use: 'query',
    keepsAccessMode: true,
  });
  if (access === 'granted') return;
  const where = `(workspace resource ID: ${id.toLowerCase()})`;
  if (access === 'public access denied') {
    // As reported, but for the id: there it has lost its subscription.
    const cure =
      'To allow access from public networks, change the workspace Networking settings or add it to a Network Security Perimeter.';
    const message = `Access to workspace '${name}' from '${call.callerAddress}' is denied. ${cure} ${where}`;
    throw insufficient({ code: 'NspValidationFailedError', message });
  }
  // The code was reported more than once, its words nowhere: these are ours.
  const message = `Access to workspace '${name}' through this private link is denied. ${where}`;
  throw insufficient({ code: 'PrivateLinkValidationFailedError', message });
}

interface Asked {
  readonly query: string;
  readonly timespan: string | undefined;
}

const badArgument = (message: string) =>
  queryError(400, 'BadArgumentError', 'The request had some invalid properties', { code: 'ValidationError', message });

function askedOf(call: DataCall): Asked {
  const { query } = call;
  if (call.method === 'GET') return { query: query.get('query') ?? '', timespan: query.get('timespan') ?? undefined };
  let body: unknown;
  try {
    body = JSON.parse(call.body.toString('utf8'));
  } catch {
    body = undefined;
  }
  if (!isRecord(body)) throw badArgument('The request body is not a JSON object.');
  const { query: text, timespan } = body;
  if (typeof text !== 'string') throw badArgument("'query' must be a text.");
  if (timespan !== undefined && timespan !== null && typeof timespan !== 'string') {
    throw badArgument("'timespan' must be a text.");
  }
  return { query: text, timespan: timespan ?? undefined };
}

/** Answers one call under `/v1`. Throws DataError. */
export async function logsQuery(call: DataCall, options: LogsQueryOptions): Promise<DataAnswer> {
  const { world, logs } = options;
  const [, workspaces, customerId = '', action, ...more] = call.segments;
  const isQuery = workspaces === 'workspaces' && action === 'query' && more.length === 0;
  if (!isQuery || (call.method !== 'GET' && call.method !== 'POST')) throw pathNotFound();
  const caller = await queryCaller(call, options.tokens);
  if (!guid.test(customerId)) throw pathNotFound();
  const workspace = world.workspaces.all().find(each => each.customerId.toLowerCase() === customerId.toLowerCase());
  if (workspace === undefined) {
    throw queryError(404, 'WorkspaceNotFoundError', `The workspace '${customerId}' could not be found`);
  }
  checkAccess(world, call, workspace);
  if (!options.mayQuery(caller, workspace.id)) throw insufficient();
  const { query, timespan } = askedOf(call);
  const nowMs = world.clock.now();
  const range = timespan === undefined ? allTime : timeRange(timespan, nowMs);
  if (range === undefined) throw badArgument(`'timespan' is not valid: '${timespan}'`);
  const result = runQuery(query, {
    nowMs,
    table: name => workspaceTable(logs, workspace.customerId, { name, ...range }),
  });
  const { name, table } = result;
  return { status: 200, body: { tables: [{ name, columns: table.columns, rows: answerRows(table) }] } };
}
