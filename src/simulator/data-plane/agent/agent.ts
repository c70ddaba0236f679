/**
 * A stand-in for Azure Monitor Agent on the world's machines: asks for its configuration as the real one does (the global
 * handler first, then wherever that sends it), fetches an ingestion token and sends heartbeats and counters, all over TLS
 * through the data plane. It finds the way as a machine does whose DNS has the private endpoints' names, and takes the
 * public side for other names. Nothing is sent for a machine that is not told to: no association, no data.
 */
import type { SimulatorClock } from '../../clock.ts';
import type { AccessTokens } from '../../entra/access-tokens.ts';
import type { Machine } from '../../resources.ts';
import { isRecord } from '../../seed-rules.ts';
import type { World } from '../../world.ts';
import { addressOf } from '../arrivals.ts';
import { heartbeat, readings } from './readings.ts';
import { type AgentAnswer, type AgentRequest, type Destination, send } from './requests.ts';

export interface AgentOptions {
  readonly world: World;
  readonly clock: SimulatorClock;
  readonly tokens: AccessTokens;
  readonly caPem: string;
  /** Of the private endpoints' addresses; undefined: they do not listen. */
  readonly port: number | undefined;
  readonly publicSide: Destination | undefined;
  /** Multiplies the agent's minute and its pauses; at 0 it goes on every second. */
  readonly scale: number;
}

export interface Agents {
  /** For each machine by ARM id, what its agent did or met last. */
  status(): ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

interface Channel {
  readonly endpoint: string;
  readonly tokenUrl: string;
  readonly counters: readonly string[];
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

/** The machines that have the agent: the extension, settled. */
const hasAgent = (world: World, machine: Machine): boolean =>
  world.machineExtensions
    .under(machine.id)
    .some(each => each.state === 'Succeeded' && /^AzureMonitor(Linux|Windows)Agent$/i.test(each.type));

export function fakeAgents(options: AgentOptions): Agents {
  const { world, clock, tokens, scale } = options;
  const ending = new AbortController();
  const status = new Map<string, string>();
  const sentAtMs = new Map<string, number>();
  const minuteMs = Math.max(1_000, 60_000 * scale);
  const pauseMs = Math.max(200, 10_000 * scale);

  const call = (request: AgentRequest): Promise<AgentAnswer> => {
    const { hostname } = request.url;
    const address = options.port === undefined ? undefined : addressOf(world, hostname);
    const to = address === undefined ? options.publicSide : { address, port: options.port ?? 443 };
    if (to === undefined)
      throw new Error(`no way to ${hostname}: no private endpoint has it, and there is no public side`);
    return send(request, to, { caPem: options.caPem, signal: ending.signal });
  };

  const configuration = async (machine: Machine, token: string): Promise<readonly Channel[]> => {
    const path = `/locations/${machine.location}${machine.id}/agentConfigurations?platform=${machine.osName}&${query}`;
    const ask = (base: string) => call({ method: 'GET', url: new URL(path, base), token });
    const first = await ask(globalHandler);
    const elsewhere = redirected(first);
    const answer = elsewhere === undefined ? first : await ask(elsewhere);
    if (answer.status !== 200) throw refusal('configuration', answer);
    return channelsOf(answer.body);
  };

  const report = async (machine: Machine, channel: Channel, token: string): Promise<void> => {
    const granted = await call({ method: 'GET', url: new URL(channel.tokenUrl), token });
    if (granted.status !== 200) throw refusal('ingestion token', granted);
    const url = new URL('/OperationalData.svc/PostJsonDataItems?api-version=2016-04-01', channel.endpoint);
    const nowMs = clock.now();
    for (const body of [heartbeat(machine, nowMs), readings(machine, channel.counters, nowMs)]) {
      if (body.DataItems.length === 0) continue;
      const sent = await call({ method: 'POST', url, token: String(fields(granted.body).ingestionAuthToken), body });
      if (sent.status !== 200) throw refusal('ingestion', sent);
    }
  };

  const run = async (machine: Machine): Promise<void> => {
    const { principalId } = machine;
    const caller = { clientId: principalId, objectId: principalId, tenantId: world.tenantId };
    const { accessToken } = await tokens.issue(caller, 'https://monitor.azure.com');
    const channels = await configuration(machine, accessToken);
    if (channels.length === 0) throw new Error('nothing to send: no data collection rule with a workspace');
    for (const channel of channels) await report(machine, channel, accessToken);
    sentAtMs.set(machine.id, clock.now());
  };

  const round = async (): Promise<void> => {
    const machines = world.machines.all().filter(each => hasAgent(world, each));
    for (const id of status.keys()) if (!machines.some(each => each.id === id)) status.delete(id);
    for (const machine of machines) {
      if (ending.signal.aborted) return;
      if (clock.now() - (sentAtMs.get(machine.id) ?? Number.NEGATIVE_INFINITY) < minuteMs) continue;
      try {
        await run(machine);
        status.set(machine.id, 'sends');
      } catch (error) {
        status.set(machine.id, error instanceof Error ? error.message : String(error));
      }
    }
  };

  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();
  const soon = () => {
    if (ending.signal.aborted) return;
    cancel = clock.after(pauseMs, () => {
      running = round().finally(soon);
    });
  };
  soon();
  return {
    status: () => status,
    stop: async () => {
      ending.abort();
      cancel();
      await running;
    },
  };
}
