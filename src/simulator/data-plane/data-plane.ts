/**
 * The data plane as one thing that starts and ends: listeners of private endpoints, the public side, the fake agents.
 * Each of them only when asked for.
 */
import type { CertificateAuthority } from '../certificates.ts';
import type { AccessTokens } from '../entra/access-tokens.ts';
import { isAllowed } from '../frame/permissions.ts';
import type { FrontOptions } from '../front.ts';
import type { World } from '../world.ts';
import { type Agents, fakeAgents } from './agent/agent.ts';
import { dataPlaneApp } from './data-plane-app.ts';
import { ingestionTokens } from './ingestion-tokens.ts';
import { endpointListeners, type PublicListener, publicListener } from './listeners.ts';
import type { LogStore } from './log-store.ts';

export interface DataPlaneOptions {
  /** Port of every address of a private endpoint; undefined: they do not listen. */
  readonly port?: number;
  readonly publicAddress?: { readonly host: string; readonly port: number };
  /** Whether machines with the agent's extension send data. */
  readonly agent: boolean;
  /** Of the agent's minute. */
  readonly latencyScale: number;
  readonly world: World;
  readonly authority: CertificateAuthority;
  readonly tokens: AccessTokens;
  readonly logs: LogStore;
  readonly front: Omit<FrontOptions, 'serviceOf'>;
  readonly failed: (message: string) => void;
}

export interface DataPlane {
  /** `address:port` of the public side; undefined without one. */
  readonly publicAddress: string | undefined;
  /** Resolves when every open private endpoint listens, or could not. */
  ready(): Promise<void>;
  /** Addresses of private endpoints that listen now. */
  addresses(): readonly string[];
  /** What each machine's agent did or met last, by ARM id. */
  agents(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

const queryAction = 'Microsoft.OperationalInsights/workspaces/query/read';
/** A data action at the real Azure; the role model here knows actions alone. */
const ingestAction = 'Microsoft.Insights/Telemetry/Write';

/** Starts what was asked for. Throws the system's error when the public side cannot listen. */
export async function startDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const { world, authority, tokens, logs, front, failed } = options;
  const services = {
    world,
    tokens,
    logs,
    ingestionTokens: ingestionTokens(front.clock),
    mayQuery: (caller, workspaceId) => isAllowed(world, caller, queryAction, workspaceId),
    mayIngest: (caller, rule) => isAllowed(world, caller, ingestAction, rule.id),
    ...front,
  } satisfies Parameters<typeof dataPlaneApp>[0];
  const common = {
    world,
    authority,
    connections: front.connections,
    app: (arrivalOf: Parameters<typeof dataPlaneApp>[1]) => dataPlaneApp(services, arrivalOf),
  };
  const { port, publicAddress } = options;
  const open: PublicListener | undefined =
    publicAddress === undefined ? undefined : await publicListener(common, publicAddress);
  const listeners = port === undefined ? undefined : endpointListeners({ ...common, port, failed });
  const agents: Agents | undefined = options.agent
    ? fakeAgents({
        world,
        clock: front.clock,
        tokens,
        caPem: authority.caPem,
        port,
        publicSide: open?.destination,
        scale: options.latencyScale,
      })
    : undefined;
  return {
    publicAddress: open === undefined ? undefined : `${open.destination.address}:${open.destination.port}`,
    ready: async () => listeners?.ready(),
    addresses: () => listeners?.addresses() ?? [],
    agents: () => agents?.status() ?? new Map(),
    close: async () => {
      await agents?.stop();
      await Promise.all([listeners?.close(), open?.close()]);
    },
  };
}
