/**
 * What one identity was shown is never told to another: each has its own ledger, writes and proofs, and what a refused
 * pass would have read is forgotten with it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asItsIdentity } from '../../src/controller/as-identity.ts';
import { createAzureMemory, createMemory, type Pass } from '../../src/controller/world.ts';
import { ConflictError, PortError, stalled } from '../../src/domain/failures.ts';
import type { Azure } from '../../src/ports.ts';
import { INSTALLATION, pms } from '../model/plant.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const ID = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/privateLinkScopes/shared';

function stage() {
  const clock = steppingClock();
  const asked: string[] = [];
  const adapter = (who: string, sees: unknown): Azure =>
    ({
      get: async () => {
        asked.push(who);
        return sees;
      },
    }) as unknown as Azure;
  const global = adapter('operator', { kind: 'its own sight' });
  const adapters = new Map([
    ['press', adapter('press', { kind: 'of the press hall' })],
    // Azure shows it nothing.
    ['paint', adapter('paint', undefined)],
  ]);
  let refusal: Error | undefined;
  const identities = {
    of: async ({ metadata }: Pass['object']) => {
      if (refusal !== undefined) throw refusal;
      return adapters.get(metadata.namespace) ?? global;
    },
  };
  const memory = createMemory(clock);
  const { signal } = new AbortController();
  const passOf = (namespace: string): Promise<Pass> => {
    const object = pms({ spec: {}, name: 'plant-a' });
    const there = { ...object, metadata: { ...object.metadata, namespace } };
    const world = { azure: global, identities, clock, installation: INSTALLATION };
    return asItsIdentity({ world, memory, object: there, now: clock.now(), signal } as unknown as Pass);
  };
  /** A look at one resource that all three know of, which needs no second reading for an hour. */
  const look = async (namespace: string) => {
    const { world, memory: own } = await passOf(namespace);
    return own.ledger.look({
      id: ID,
      settled: () => true,
      pollMs: () => 1_000,
      resyncMs: 3_600_000,
      load: () => world.azure.get('privateLinkScope', ID, signal) as Promise<unknown>,
    });
  };
  const refuse = (thrown: Error | undefined) => {
    refusal = thrown;
  };
  return { look, passOf, memory, adapters, adapter, asked, refuse };
}

test('each identity reads for itself, once, and sees what Azure shows to it', async () => {
  const { look, asked } = stage();
  const seen = [];
  for (const namespace of ['plant', 'press', 'paint', 'plant', 'press', 'paint']) seen.push(await look(namespace));
  assert.deepEqual(asked, ['operator', 'press', 'paint']);
  const each = [
    { is: 'present', body: { kind: 'its own sight' } },
    { is: 'present', body: { kind: 'of the press hall' } },
    { is: 'absent' },
  ];
  assert.deepEqual(seen, [...each, ...each]);
});

test('a namespace whose identity became another one begins with nothing', async () => {
  const { look, adapters, adapter, asked } = stage();
  await look('press');
  adapters.set('press', adapter('its next one', undefined));
  assert.deepEqual(await look('press'), { is: 'absent' });
  assert.deepEqual(asked, ['press', 'its next one']);
});

test('writes and proofs are of one identity too, and of nobody that may not act', async () => {
  const { passOf, memory, refuse } = stage();
  const [own, press, again, paint] = [
    await passOf('plant'),
    await passOf('press'),
    await passOf('press'),
    await passOf('paint'),
  ];
  refuse(new PortError(stalled('NamespaceNotAllowed', 'nobody')));
  const refused = await passOf('press');
  for (const part of ['ledger', 'writes', 'paths', 'publicSides'] as const) {
    assert.equal(own.memory[part], memory[part]);
    assert.equal(press.memory[part], again.memory[part]);
    const parts = [own, press, paint, refused].map(pass => pass.memory[part]);
    assert.equal(new Set<unknown>(parts).size, 4, part);
  }
  await assert.rejects(refused.world.azure.get('workspace', ID, refused.signal), /nobody/);
  assert.notEqual((await passOf('press')).memory.ledger, refused.memory.ledger);
});

test('what all identities share holds no word of Azure', () => {
  const ofOne = Object.keys(createAzureMemory(steppingClock()));
  const shared = Object.keys(createMemory(steppingClock())).filter(part => !ofOne.includes(part));
  // DNS answers, times of our own, and the memories of the other identities: whoever adds a part has to think about this.
  assert.deepEqual(shared.sort(), ['abandonedSince', 'asked', 'membersChangedAt', 'ofOthers', 'unpublishedSince']);
});

test('a credential that changed under the pass throws it away instead of telling a failure', async () => {
  const { passOf, refuse } = stage();
  refuse(new ConflictError('the Secret changed'));
  await assert.rejects(passOf('press'), ConflictError);
});
