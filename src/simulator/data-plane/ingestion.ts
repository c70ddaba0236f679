/**
 * Data coming in. Of an agent: `POST /OperationalData.svc/PostJsonDataItems` on `{customerId}.ods.opinsights.azure.com`,
 * deflated JSON under an ingestion token (form and headers as seen by a public traffic study of Azure Monitor Agent). Of
 * anybody else: `POST /dataCollectionRules/{immutableId}/streams/{stream}` on a data collection endpoint (Logs ingestion
 * API page). What either writes can be queried at once.
 */
import { inflateSync, unzipSync } from 'node:zlib';
import { isoTime } from '../clock.ts';
import type { AccessTokens } from '../entra/access-tokens.ts';
import type { Caller } from '../entra/principals.ts';
import type { Workspace } from '../resources.ts';
import type { DataCollectionEndpoint, DataCollectionRule } from '../resources-machines.ts';
import { isRecord } from '../seed-rules.ts';
import type { World } from '../world.ts';
import { accessTo } from './access.ts';
import { type DataAnswer, type DataCall, pipelineError } from './answers.ts';
import { monitorCaller } from './callers.ts';
import type { IngestionTokens } from './ingestion-tokens.ts';
import { INGESTED_AT } from './kql/table.ts';
import type { LogStore, Row } from './log-store.ts';
import { streamTargets } from './rules.ts';

export interface IngestionOptions {
  readonly world: World;
  readonly tokens: AccessTokens;
  readonly ingestionTokens: IngestionTokens;
  readonly logs: LogStore;
}

/** No body may grow beyond this when it is unpacked. */
const mostBytes = 16 * 1024 * 1024;

/** The JSON of a body, unpacked as its Content-Encoding says. Throws DataError 400. */
function jsonOf(call: DataCall): unknown {
  const encoding = call.header('content-encoding')?.toLowerCase();
  const unpack = { deflate: inflateSync, gzip: unzipSync }[encoding ?? ''];
  try {
    const bytes = unpack === undefined ? call.body : unpack(call.body, { maxOutputLength: mostBytes });
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw pipelineError(400, 'InvalidRequestBody', 'The request body is not valid JSON in the encoding it names.');
  }
}

/** Data types of an agent's blobs to tables. */
const blobTables: Readonly<Record<string, string>> = { HEALTH_ASSESSMENT_BLOB: 'Heartbeat', LINUX_PERF_BLOB: 'Perf' };

/** Of counters an agent sends one item for an object, with a collection of them; the table has a row for each. */
function rowsOf(item: Row, table: string): readonly Row[] {
  if (table !== 'Perf') return [item];
  const { Host, Collections, ...common } = item;
  const counters = Array.isArray(Collections) ? Collections.filter(isRecord) : [];
  return counters.map(({ CounterName, Value }) => ({
    ...common,
    Computer: Host,
    CounterName,
    CounterValue: Value,
    CounterPath: `\\\\${Host}\\${common.ObjectName}(${common.InstanceName})\\${CounterName}`,
  }));
}

function stamped(row: Row, table: string, nowMs: number): Row {
  const given = Date.parse(String(row.TimeGenerated ?? row.Timestamp ?? ''));
  const { Timestamp: _timestamp, ...rest } = row;
  return {
    ...rest,
    TimeGenerated: isoTime(Number.isNaN(given) ? nowMs : given),
    Type: table,
    [INGESTED_AT]: nowMs,
  };
}

function resourceColumns(id: string): Row {
  const [, , subscriptionId, , group, , provider, type, name] = id.split('/');
  return {
    SubscriptionId: subscriptionId,
    ResourceGroup: group,
    ResourceProvider: provider,
    ResourceType: type,
    Resource: name,
    ResourceId: id,
    _ResourceId: id.toLowerCase(),
  };
}

/** What a workspace answers to an agent. Refused: status 403 as reported, words ours. */
export async function workspaceIngestion(
  call: DataCall,
  workspace: Workspace,
  options: IngestionOptions,
): Promise<DataAnswer> {
  const { world, logs, ingestionTokens } = options;
  const [service = '', operation = '', ...more] = call.segments;
  const isPost = service.toLowerCase() === 'operationaldata.svc' && operation.toLowerCase() === 'postjsondataitems';
  if (!isPost || more.length > 0 || call.method !== 'POST') {
    throw pipelineError(404, 'NotFound', `There is nothing at '${call.host}/${call.segments.join('/')}'.`);
  }
  const grant = ingestionTokens.check(call.header('authorization'));
  if (grant === undefined || grant.customerId !== workspace.customerId) {
    throw pipelineError(
      403,
      'InvalidAuthorization',
      'The ingestion token is missing, expired or for another workspace.',
    );
  }
  const access = accessTo(world, call.arrival, {
    resourceId: workspace.id,
    publicAccess: workspace.ingestion,
    use: 'ingestion',
    keepsAccessMode: false,
  });
  if (access !== 'granted') {
    throw pipelineError(403, 'Forbidden', `Ingestion into workspace '${workspace.customerId}' is refused: ${access}.`);
  }
  const body = jsonOf(call);
  const items = isRecord(body) && Array.isArray(body.DataItems) ? body.DataItems.filter(isRecord) : undefined;
  const table = isRecord(body) ? blobTables[String(body.DataType)] : undefined;
  if (items === undefined || table === undefined) {
    throw pipelineError(
      400,
      'InvalidDataFormat',
      `DataType and DataItems are needed; known types are ${Object.keys(blobTables).join(', ')}.`,
    );
  }
  const nowMs = world.clock.now();
  const common = { TenantId: workspace.customerId, SourceSystem: 'Linux', ...resourceColumns(grant.machineId) };
  // Behind a private endpoint the table shows an address of the private link, not the machine's public one (cloudtrooper).
  const ip = call.arrival.kind === 'endpoint' ? 'fd40:0:0:1::1' : call.callerAddress;
  const own = table === 'Heartbeat' ? { ComputerIP: ip } : {};
  logs.add(
    workspace.customerId,
    table,
    items.flatMap(item => rowsOf(item, table)).map(row => ({ ...stamped(row, table, nowMs), ...common, ...own })),
  );
  return { status: 200 };
}

const notFoundRule = (immutableId: string) =>
  pipelineError(404, 'NotFound', `Data collection rule with immutable Id '${immutableId}' not found.`);

/** What a data collection endpoint answers to the Logs ingestion API. */
export async function endpointIngestion(
  call: DataCall,
  endpoint: DataCollectionEndpoint,
  options: IngestionOptions & { readonly mayIngest: (caller: Caller, rule: DataCollectionRule) => boolean },
): Promise<DataAnswer> {
  const { world, logs } = options;
  const [rules, immutableId = '', streams, stream = '', ...more] = call.segments;
  if (rules !== 'dataCollectionRules' || streams !== 'streams' || more.length > 0 || call.method !== 'POST') {
    throw pipelineError(404, 'NotFound', `There is nothing at '${call.host}/${call.segments.join('/')}'.`);
  }
  call.facts.apiVersion = call.query.get('api-version') ?? '';
  if (call.facts.apiVersion === '')
    throw pipelineError(400, 'MissingApiVersion', 'The api-version parameter is missing.');
  const caller = await monitorCaller(call, options.tokens);
  const access = accessTo(world, call.arrival, {
    resourceId: endpoint.id,
    publicAccess: endpoint.publicAccess,
    use: 'ingestion',
    keepsAccessMode: true,
  });
  if (access !== 'granted') {
    throw pipelineError(
      403,
      'Forbidden',
      `Data collection endpoint '${endpoint.name}' refuses this network: ${access}.`,
    );
  }
  const rule = world.dataCollectionRules.all().find(each => each.immutableId === immutableId);
  if (rule === undefined) throw notFoundRule(immutableId);
  if (!options.mayIngest(caller, rule)) {
    const message = `The authentication token provided does not have access to ingest data for the data collection rule with immutable Id '${immutableId}'.`;
    throw pipelineError(403, 'OperationFailed', message);
  }
  const targets = streamTargets(world, rule, stream);
  if (targets.length === 0) {
    throw pipelineError(400, 'InvalidStream', `The stream ${stream} was not configured in the Data Collection Rule.`);
  }
  const rows = jsonOf(call);
  if (!Array.isArray(rows) || !rows.every(isRecord)) {
    throw pipelineError(400, 'InvalidRequestBody', 'The request body must be a JSON array of objects.');
  }
  for (const { workspace, table } of targets) {
    const nowMs = world.clock.now();
    logs.add(
      workspace.customerId,
      table,
      rows.map(row => ({ TenantId: workspace.customerId, ...stamped(row, table, nowMs) })),
    );
  }
  return { status: 204 };
}
