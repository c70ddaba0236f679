/**
 * Asks the workspace what it has of the machines: one query for their heartbeats and one for their counters, with every
 * resync and no more often, through the private endpoint.
 */
import { isClosed } from '../domain/access.ts';
import type { Desired } from '../domain/desire.ts';
import { viewRecords } from '../domain/endpoint.ts';
import { failureOf } from '../domain/failures.ts';
import { bodyOf, entryOf, type Observed } from '../domain/observed.ts';
import { apiAddress } from '../domain/path-targets.ts';
import {
  countersQuery,
  HEARTBEAT_QUERY,
  type LogsAnswer,
  type LogsQuestion,
  readReports,
  type TelemetrySight,
} from '../domain/telemetry.ts';
import type { Pass } from './world.ts';

type Where = Omit<LogsQuestion, 'query'>;

/** What the workspace says, and when (epoch ms) it is asked again; nothing without machines, or before there is a way. */
export async function observeTelemetry(
  want: Desired,
  seen: Omit<Observed, 'path'>,
  pass: Pass,
): Promise<{ readonly telemetry?: TelemetrySight; readonly lookAgainAt?: number }> {
  const { memory, object, now } = pass;
  const { uid } = object.metadata;
  if (want.collection?.machines === undefined || want.deletedAt !== undefined) {
    memory.telemetry.delete(uid);
    return {};
  }
  const before = memory.telemetry.get(uid);
  const isFresh = before !== undefined && now - before.askedAt < want.intervalMs;
  const telemetry = isFresh ? before : await ask(want, seen, pass);
  if (telemetry === undefined) return {};
  memory.telemetry.set(uid, telemetry);
  return { telemetry, lookAgainAt: telemetry.askedAt + want.intervalMs };
}

async function ask(want: Desired, seen: Omit<Observed, 'path'>, pass: Pass): Promise<TelemetrySight | undefined> {
  const where = whereOf(want, seen, pass);
  if (where === undefined) return undefined;
  const { now } = pass;
  const heartbeats = await read({ ...where, query: HEARTBEAT_QUERY }, pass);
  const counters = (want.collection?.rules ?? []).flatMap(({ performance }) => performance?.counters ?? []);
  const samples =
    heartbeats.outcome !== 'Held' || counters.length === 0
      ? undefined
      : await read({ ...where, query: countersQuery(counters) }, pass);
  const { rows, ...result } = samples === undefined || samples.outcome === 'Held' ? heartbeats : samples;
  const reports = readReports(heartbeats.rows ?? [], samples?.rows ?? []);
  return { askedAt: now, result, reports, ...closedSince(want, seen, pass) };
}

/** The workspace that the rules send to, through the endpoint; `undefined` while one of the two is not there. */
function whereOf(want: Desired, seen: Omit<Observed, 'path'>, { world }: Pass): Where | undefined {
  const sight = seen.workspaces.get(want.collection?.workspaceKey ?? '');
  const customerId = (sight && bodyOf(sight.reading))?.customerId;
  const view = viewRecords(want, seen, world.rules);
  const isApproved = bodyOf(seen.endpoint.reading)?.connectionStatus === 'Approved';
  const address = view.complete && isApproved ? apiAddress(view) : undefined;
  return customerId === undefined || address === undefined ? undefined : { customerId, address };
}

/** A failure to ask is an answer that says nothing. */
async function read(question: LogsQuestion, { world, signal }: Pass): Promise<LogsAnswer> {
  try {
    return await world.azure.logs(question, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    return { outcome: 'Unclear', detail: failureOf(thrown).message };
  }
}

/** Since we closed the workspace's ingestion; where it was closed by others, since this process has seen it so. */
function closedSince(
  want: Desired,
  seen: Omit<Observed, 'path'>,
  { memory, object, now }: Pass,
): Pick<TelemetrySight, 'closedSince'> {
  const key = want.collection?.workspaceKey ?? '';
  const sight = seen.workspaces.get(key);
  const workspace = sight && bodyOf(sight.reading);
  if (!isClosed('workspace', workspace?.access.ingestion)) return {};
  const { closed } = entryOf(seen, key) ?? {};
  const byUs = closed?.before?.ingestion === undefined || closed.at === undefined ? undefined : Date.parse(closed.at);
  return { closedSince: byUs ?? memory.telemetry.get(object.metadata.uid)?.closedSince ?? now };
}
