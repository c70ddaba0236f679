/**
 * A stand-in for Azure Monitor Agent on the world's machines: asks for its configuration as the real one does (the global
 * handler first, then wherever that sends it), fetches an ingestion token and sends heartbeats and counters, all over TLS
 * through the data plane. It finds the way as a machine does whose DNS has the private endpoints' names, unless the
 * machine's own DNS lacks them, and takes the public side for other names. Nothing is sent for a machine that is not told to: no association, no data.
 */
import type { SimulatorClock } from '../../clock.ts';
import type { AccessTokens } from '../../entra/access-tokens.ts';
import type { Machine } from '../../resources-machines.ts';
import type { World } from '../../world.ts';
import { addressOf } from '../arrivals.ts';
import { type Call, configuration, report } from './conversation.ts';
import { type Destination, send } from './requests.ts';

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

/** Whether a machine has the agent: it is connected, and the extension has settled. */
const hasAgent = (world: World, machine: Machine): boolean =>
  machine.agent?.status === 'Connected' &&
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

  const callOf =
    ({ resolves }: Machine): Call =>
    async request => {
      const { hostname } = request.url;
      const isPublic = options.port === undefined || resolves === 'Public';
      const address = isPublic ? undefined : addressOf(world, hostname);
      const to = address === undefined ? options.publicSide : { address, port: options.port ?? 443 };
      if (to === undefined)
        throw new Error(`no way to ${hostname}: no private endpoint has it, and there is no public side`);
      return send(request, to, { caPem: options.caPem, signal: ending.signal });
    };

  const run = async (machine: Machine): Promise<void> => {
    const { principalId } = machine;
    const call = callOf(machine);
    const caller = { clientId: principalId, objectId: principalId, tenantId: world.tenantId };
    const { accessToken } = await tokens.issue(caller, 'https://monitor.azure.com');
    const channels = await configuration(call, machine, accessToken);
    if (channels.length === 0) throw new Error('nothing to send: no data collection rule with a workspace');
    const from = { machine, token: accessToken, nowMs: clock.now() };
    for (const channel of channels) await report(call, from, channel);
    sentAtMs.set(machine.id, clock.now());
  };

  const attempt = async (machine: Machine): Promise<string> => {
    try {
      await run(machine);
      return 'sends';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  const isDue = ({ id }: Machine): boolean => clock.now() - (sentAtMs.get(id) ?? Number.NEGATIVE_INFINITY) >= minuteMs;

  const round = async (): Promise<void> => {
    const machines = world.machines.all().filter(each => hasAgent(world, each));
    for (const id of status.keys()) if (!machines.some(each => each.id === id)) status.delete(id);
    for (const machine of machines.filter(isDue)) {
      if (ending.signal.aborted) return;
      status.set(machine.id, await attempt(machine));
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
