/**
 * Who goes last: what tells a namespace's identity is let go right before the last object that needs it, and by nobody
 * else.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdentities } from '../../src/controller/identities.ts';
import { leave } from '../../src/controller/leave.ts';
import { createMemory, type Pass } from '../../src/controller/world.ts';
import { ConflictError, PortError, stalled } from '../../src/domain/failures.ts';
import { FINALIZER } from '../../src/domain/names.ts';
import { keyText, type PmsObject } from '../../src/domain/object.ts';
import type { Azure } from '../../src/ports.ts';
import type { Credentials } from '../../src/ports-identity.ts';
import { clusterModel } from '../model/cluster.ts';
import { credentialsModel } from '../model/credentials.ts';
import { pms } from '../model/plant.ts';
import { randomness } from '../model/randomness.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const { signal } = new AbortController();
const KINDS = ['Secret', 'ServiceAccount'] as const;

function stage(named: readonly string[] = [], change: (port: Credentials) => Credentials = port => port) {
  const clock = steppingClock();
  const cluster = clusterModel(clock, randomness(1));
  const credentials = credentialsModel(clock);
  const port = change(credentials.port);
  const global = {} as Azure;
  const identities = createIdentities({
    global,
    rules: { namespaces: named },
    credentials: port,
    clock,
    connect: () => global,
  });
  const woken: string[] = [];
  const pass = { world: { cluster: cluster.port, identities }, memory: createMemory(clock), signal } as unknown as Pass;
  const wake: Pass['wake'] = key => void woken.push(keyText(key));
  const add = (namespace: string, name: string, finalizers: readonly string[] = [FINALIZER]) => {
    const object = pms({ spec: {}, name });
    const metadata = { ...object.metadata, namespace, uid: `uid-${name}`, finalizers };
    cluster.create({ ...object, metadata: { ...metadata, deletionTimestamp: '2026-11-25T00:00:00Z' } });
    return cluster.port.object({ namespace, name }) ?? assert.fail();
  };
  const hold = async (namespace: string) => {
    for (const kind of KINDS) {
      credentials.apply(kind, namespace, {});
      const sight = credentials.sight(kind, namespace) ?? assert.fail();
      await credentials.port.hold(sight, true, signal);
    }
  };
  const held = (namespace: string) => KINDS.filter(kind => credentials.isHeld(kind, namespace));
  const go = async (...objects: readonly PmsObject[]) => {
    const gone = Promise.allSettled(objects.map(object => leave(object, { ...pass, wake })));
    await clock.runFor(60_000);
    return (await gone).map(({ status }) => status);
  };
  return { ...{ add, hold, held, go, woken, cluster, credentials } };
}

test('an object that leaves others of its namespace behind lets nothing go', async () => {
  const { add, hold, held, go } = stage();
  const [first, last] = [add('press', 'one'), add('press', 'two')];
  await hold('press');
  assert.deepEqual(await go(first), ['fulfilled']);
  assert.deepEqual(held('press'), [...KINDS]);
  assert.deepEqual(await go(last), ['fulfilled']);
  assert.deepEqual(held('press'), []);
});

test('those of other namespaces, and those that never made anything, need none of it', async () => {
  const { add, hold, held, go, cluster } = stage();
  const object = add('press', 'one');
  add('paint', 'two');
  cluster.create({
    ...object,
    metadata: { ...object.metadata, name: 'plan-only', uid: 'other', finalizers: ['some/body'] },
  });
  await hold('press');
  await hold('paint');
  await go(object);
  assert.deepEqual([held('press'), held('paint')], [[], [...KINDS]]);
});

test('two that go at the same moment do not both believe that the other one is left', async () => {
  const { add, hold, held, go, cluster } = stage();
  const both = [add('press', 'one'), add('press', 'two')];
  await hold('press');
  assert.deepEqual(await go(...both), ['fulfilled', 'fulfilled']);
  assert.deepEqual(held('press'), []);
  assert.deepEqual(cluster.port.objects(), []);
});

test('what is being deleted is gone as soon as it is let go; what is gone already is no trouble', async () => {
  const { add, hold, go, credentials } = stage();
  const object = add('press', 'one');
  await hold('press');
  credentials.remove('Secret', 'press');
  assert.equal(credentials.sight('Secret', 'press')?.isBeingDeleted, true);
  assert.deepEqual(await go(object), ['fulfilled']);
  assert.equal(credentials.sight('Secret', 'press'), undefined);
  assert.deepEqual(await go(add('paint', 'two')), ['fulfilled']);
});

test('the credentials go first: when they cannot, the object stays', async () => {
  const lost = stage([], port => ({ ...port, hold: () => Promise.reject(new ConflictError('changed')) }));
  const object = lost.add('press', 'one');
  lost.credentials.apply('Secret', 'press', {});
  const sight = lost.credentials.sight('Secret', 'press') ?? assert.fail();
  await lost.credentials.port.hold(sight, true, signal);
  assert.deepEqual(await lost.go(object), ['rejected']);
  assert.deepEqual(lost.cluster.port.object({ namespace: 'press', name: 'one' })?.metadata.finalizers, [FINALIZER]);
});

test('a named namespace needs no right on what it never brought; another one does', async () => {
  const forbidden = (port: Credentials): Credentials => ({
    ...port,
    read: () => Promise.reject(new PortError(stalled('Forbidden', 'reading Secret: 403'))),
  });
  const { add, go } = stage(['plant'], forbidden);
  assert.deepEqual(await go(add('plant', 'one')), ['fulfilled']);
  assert.deepEqual(await go(add('press', 'two')), ['rejected']);
});

test('one that came while the credentials were let go is looked at again, so that it holds them', async () => {
  let came = (): void => {};
  const { add, hold, go, woken } = stage([], port => ({
    ...port,
    hold: async (sight, wanted, given) => {
      await port.hold(sight, wanted, given);
      came();
    },
  }));
  const last = add('press', 'one');
  await hold('press');
  came = () => {
    came = () => {};
    add('press', 'newcomer');
  };
  assert.deepEqual(await go(last), ['fulfilled']);
  assert.deepEqual(woken, ['press/newcomer']);
});
