/**
 * What one agent says to the data plane: fetching its configuration as the real one does (the global handler first, then
 * wherever that sends it), an ingestion token, and the reports themselves. The loop around it is in agent.ts.
 */
import type { Machine } from '../../resources-machines.ts';
import { isRecord } from '../../seed-rules.ts';
import { heartbeat, readings } from './readings.ts';
import type { AgentAnswer, AgentRequest } from './requests.ts';

/** Sends one request by the way that the machine's DNS gives it. Rejects when there is none, or no answer. */
export type Call = (request: AgentRequest) => Promise<AgentAnswer>;

export interface Channel {
  readonly endpoint: string;
  readonly tokenUrl: string;
  readonly counters: readonly string[];
}

export interface Reporter {
  readonly machine: Machine;
  /** Of the machine's system identity. */
  readonly token: string;
  readonly nowMs: number;
}

const globalHandler = 'https://global.handler.control.monitor.azure.com';
const query = 'includeMeConfig=true&api-version=2022-06-02';

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
const records = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
const fields = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** The channels of a configuration answer, each with the counters that go there. */
function channelsOf(body: unknown): readonly Channel[] {
  return records(fields(body).configurations).flatMap(configuration => {
    const content = fields(configuration.content);
    return records(content.channels).map(({ id, endpoint, tokenEndpointUri }) => ({
      endpoint: String(endpoint),
      tokenUrl: String(tokenEndpointUri),
      counters: records(content.dataSources)
        .filter(source => texts(source.sendToChannels).includes(String(id)))
        .flatMap(source => texts(fields(source.configuration).counterSpecifiers)),
    }));
  });
}

const refusal = (what: string, { status, body }: AgentAnswer): Error =>
  new Error(`${what}: ${status} ${String(fields(fields(body).error).message ?? '')}`.trim());

/** `'https://...' endpoint which was configured for this resource`: where a 421 sends the agent. */
const redirected = ({ status, body }: AgentAnswer): string | undefined =>
  status === 421 ? /'(https:\/\/[^']+)'/.exec(String(fields(fields(body).error).message))?.[1] : undefined;

/** Where a machine is told to send, and what. Throws what the service refused it with. */
export async function configuration(call: Call, machine: Machine, token: string): Promise<readonly Channel[]> {
  const path = `/locations/${machine.location}${machine.id}/agentConfigurations?platform=${machine.osName}&${query}`;
  const ask = (base: string) => call({ method: 'GET', url: new URL(path, base), token });
  const first = await ask(globalHandler);
  const elsewhere = redirected(first);
  const answer = elsewhere === undefined ? first : await ask(elsewhere);
  if (answer.status !== 200) throw refusal('configuration', answer);
  return channelsOf(answer.body);
}

/** One heartbeat and the readings of now to one channel. Throws what the service refused. */
export async function report(call: Call, from: Reporter, channel: Channel): Promise<void> {
  const { machine, token, nowMs } = from;
  const granted = await call({ method: 'GET', url: new URL(channel.tokenUrl), token });
  if (granted.status !== 200) throw refusal('ingestion token', granted);
  const url = new URL('/OperationalData.svc/PostJsonDataItems?api-version=2016-04-01', channel.endpoint);
  for (const body of [heartbeat(machine, nowMs), readings(machine, channel.counters, nowMs)]) {
    if (body.DataItems.length === 0) continue;
    const sent = await call({ method: 'POST', url, token: String(fields(granted.body).ingestionAuthToken), body });
    if (sent.status !== 200) throw refusal('ingestion', sent);
  }
}
