/**
 * A reflector of `/apis/example.com/v1/things` against a fake API server, on a clock that stands still. For the tests of
 * the reflector.
 */
import type { TestContext } from 'node:test';
import { createKubeClient } from '../../src/kubernetes/client.ts';
import { openConnection } from '../../src/kubernetes/connection.ts';
import { createObjectCache } from '../../src/kubernetes/object-cache.ts';
import { recordAt } from '../../src/kubernetes/raw-object.ts';
import { createReflector, type Reflector } from '../../src/kubernetes/reflector.ts';
import { type FakeApiServer, fakeApiServer } from './fake-api-server.ts';
import { type Logbook, logbook } from './logbook.ts';
import { type SteppedClock, steppedClock } from './stepped-clock.ts';

export const PATH = '/apis/example.com/v1/things';

/** A thing `default/NAME` at a version, with a text. */
export const thing = (name: string, resourceVersion: number, text = '', uid = `uid-${name}`) => ({
  metadata: { namespace: 'default', name, uid, resourceVersion: String(resourceVersion) },
  spec: { text },
});

export const event = (type: string, object: unknown) => ({ type, object });

export interface Reflected {
  readonly server: FakeApiServer;
  readonly clock: SteppedClock;
  readonly log: Logbook;
  readonly reflector: Reflector;
  /** `a=text` of each thing, sorted. */
  readonly things: () => readonly string[];
  /** `added default/a`, in order. */
  readonly changes: readonly string[];
  readonly stop: () => void;
  readonly running: Promise<void>;
}

export interface ReflectedOptions {
  /** What the fake server does. */
  readonly plan: (server: FakeApiServer) => void;
  /** Told of each change first. */
  readonly onChange?: () => void;
}

export async function reflected(t: TestContext, { plan, onChange }: ReflectedOptions): Promise<Reflected> {
  const server = await fakeApiServer(t);
  plan(server);
  const clock = steppedClock();
  const log = logbook();
  const connection = openConnection(server.kubeconfig);
  const client = createKubeClient({ connection, userAgent: 'test', clock });
  const changes: string[] = [];
  const cache = createObjectCache<string>(log);
  if (onChange) cache.onChange(onChange);
  cache.onChange((key, change) => changes.push(`${change} ${key}`));
  const reflector = createReflector<string>({
    client,
    collection: { path: PATH, query: { labelSelector: 'kind=thing' } },
    cache,
    read: raw => {
      const { text } = recordAt(raw, 'spec');
      if (typeof text !== 'string') throw new TypeError('a thing without text');
      return `${String(recordAt(raw, 'metadata').name)}=${text}`;
    },
    clock,
    random: () => 0.5,
    log,
  });
  const stop = new AbortController();
  const running = reflector.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
    await connection.close();
  });
  const things = () => cache.values().toSorted();
  return { server, clock, log, reflector, things, changes, stop: () => stop.abort(), running };
}
