/**
 * The port `Azure` of src/azure against a simulator for one test, with the calls that it made. Used by test/azure.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createAzure } from '../../src/azure/azure.ts';
import type { RequestRecord } from '../../src/azure/pipeline.ts';
import type { AzureSettings } from '../../src/azure/settings.ts';
import { type Failure, PortError } from '../../src/domain/failures.ts';
import type { Azure, Clock, Log, WriteGuard } from '../../src/ports.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { type Arm, arm } from '../simulator/arm.ts';

/** From now on this process trusts the authority, as it would with NODE_EXTRA_CA_CERTS. */
export const trust = (caPem: string): void => setDefaultCACertificates([...getCACertificates('default'), caPem]);

const machineClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A signal that nobody aborts. */
export const quiet = new AbortController().signal;

/** The settings for a simulator's first principal. */
export const settingsFor = (simulator: Simulator): AzureSettings => ({
  tenantId: simulator.tenantId,
  clientId: simulator.clientId,
  clientSecret: simulator.clientSecret,
  authorityHost: simulator.authority,
  endpoint: simulator.endpoint,
  audience: 'https://management.azure.com',
  disableInstanceDiscovery: true,
  logsQuery: { host: 'api.loganalytics.azure.com', audience: 'https://api.loganalytics.io', port: 443 },
});

/** The port, and what it told of its requests. */
export interface Connected {
  readonly azure: Azure;
  /** What `onRequest` was told, in order. */
  readonly requests: readonly RequestRecord[];
}

/** The port on whatever the settings lead to. */
export function connect(settings: AzureSettings, clock: Clock = machineClock, guard?: WriteGuard): Connected {
  const requests: RequestRecord[] = [];
  const onRequest = (record: RequestRecord) => void requests.push(record);
  const fence = guard ? { guard } : {};
  return { azure: createAzure({ settings, log: silent, clock, onRequest, version: 'test', ...fence }), requests };
}

/** A simulator and the port on it. */
export interface Bench extends Connected {
  readonly simulator: Simulator;
  /** Calls without any SDK, for what somebody else does in Azure. */
  readonly raw: Arm;
  /** What is done, and the calls to the Resource Manager that it took: `GET workspaces/law-a 200`. */
  counted<T>(work: Promise<T>): Promise<{ readonly value: T; readonly calls: readonly string[] }>;
}

/** A simulator, trusted, and the port on it. */
export async function bench(
  t: TestContext,
  options: Partial<SimulatorOptions> = {},
  settings: Partial<AzureSettings> = {},
): Promise<Bench> {
  const raw = await arm(t, options);
  const { simulator } = raw;
  trust(simulator.caPem);
  const connected = connect({ ...settingsFor(simulator), ...settings });
  return {
    ...connected,
    simulator,
    raw,
    async counted(work) {
      const before = simulator.journal.length;
      const value = await work;
      const made = simulator.journal.slice(before).filter(entry => entry.service === 'arm');
      return { value, calls: made.map(({ method, path, status }) => `${method} ${tail(path)} ${status}`) };
    },
  };
}

/** The path behind the provider's name; `deletedWorkspaces` of a list. */
const tail = (path: string): string => path.replace(/^.*\/providers\/[^/]+\//i, '');

/** The failure that a call of the port ends in. Anything but a `PortError` fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const thrown: unknown = await call.then(
    value => assert.fail(`no failure, but ${JSON.stringify(value)}`),
    error => error,
  );
  if (!(thrown instanceof PortError)) throw thrown;
  assert.equal(thrown.message, thrown.failure.message);
  return thrown.failure;
}
