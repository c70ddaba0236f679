/**
 * The demo's Azure: a simulator behind real TLS that this process trusts, the port of its private endpoints, its public
 * side, and somebody else who uses it. world.ts composes it with the operator.
 */
import { randomBytes } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Log } from '../../ports.ts';
import { type Seed, SeedError, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { holdDataPlanePort } from './data-plane-port.ts';
import { SeedGapError } from './seed-gap.ts';
import { createSomebody, type Somebody } from './somebody.ts';

export interface AzureSide {
  readonly simulator: Simulator;
  /** Of every address of a private endpoint. */
  readonly dataPlanePort: number;
  readonly somebody: Somebody;
  /** Cuts every connection; may be called more than once. */
  close(): Promise<void>;
}

export interface AzureSideOptions {
  readonly seed: Seed;
  /** Multiplies the times of the real Azure; 0 = at once. */
  readonly latencyScale: number;
  readonly log: Log;
}

const SOMEBODY = '44444444-4444-4444-8444-444444444444';

/** Throws SeedGapError for what the simulated Azure cannot have; `signal` ends the calls of `somebody`. */
export async function startAzureSide(
  { seed, latencyScale, log }: AzureSideOptions,
  signal: AbortSignal,
): Promise<AzureSide> {
  const credentials = { clientId: SOMEBODY, secret: randomBytes(24).toString('hex') };
  const held = await holdDataPlanePort(firstAddresses(seed));
  try {
    const simulator = await startSimulator({
      agent: true,
      latency: 'real',
      latencyScale,
      seed: { ...seed, principals: [...seed.principals, credentials] },
      dataPlanePort: held.port,
      publicAddress: { host: '127.0.0.1', port: 0 },
      warn: message => log.warn(message),
    });
    trust(simulator.caPem);
    return {
      simulator,
      dataPlanePort: held.port,
      somebody: createSomebody(simulator, credentials, signal),
      close: async () => {
        await Promise.all([simulator.close(), held.release()]);
      },
    };
  } catch (thrown) {
    await held.release();
    throw thrown instanceof SeedError ? gapOf(thrown) : thrown;
  }
}

/** What is checked no earlier: regions, which the simulator knows some of. */
function gapOf(cause: SeedError): SeedGapError {
  const problems = new Set(cause.problems.map(problem => problem.replace(/^\S+ /, '')));
  const text = `spec.location or spec.privateEndpoint.location: ${[...problems].join(', ')}`;
  return new SeedGapError(text, { cause });
}

/** The SDKs get no word of the simulator's authority: it is one that this process trusts, like any other. */
function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}

/** Azure keeps four addresses of a subnet; the next one is an endpoint's first. */
const RESERVED = 4;

const firstAddresses = ({ virtualNetworks }: Seed): readonly string[] =>
  virtualNetworks
    .flatMap(network => network.subnets)
    .map(({ addressPrefix }) => {
      const [a, b, c, d] = addressPrefix.split(/[./]/);
      return `${a}.${b}.${c}.${Number(d) + RESERVED}`;
    });

/** What the operator is told of this Azure. */
export const settingsOf = ({ simulator, dataPlanePort }: AzureSide) => ({
  tenantId: simulator.tenantId,
  clientId: simulator.clientId,
  clientSecret: simulator.clientSecret,
  authorityHost: simulator.authority,
  endpoint: simulator.endpoint,
  audience: simulator.endpoint,
  disableInstanceDiscovery: true,
  logsQuery: { host: 'api.loganalytics.azure.com', audience: 'https://api.loganalytics.io', port: dataPlanePort },
});
