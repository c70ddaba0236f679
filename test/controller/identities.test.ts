/**
 * Which adapter of Azure an object gets: one for each identity, another as soon as the identity is another.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdentities } from '../../src/controller/identities.ts';
import { desire } from '../../src/domain/desire.ts';
import { PortError } from '../../src/domain/failures.ts';
import type { Azure } from '../../src/ports.ts';
import type { FederatedIdentity, ServiceAccountSight } from '../../src/ports-identity.ts';
import { azureModel } from '../model/azure.ts';
import { INSTALLATION, pms, SUBNET } from '../model/plant.ts';
import { randomness } from '../model/randomness.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const TENANT = '22222222-2222-4222-8222-222222222222';
const A = '66666666-6666-4666-8666-666666666666';
const B = '77777777-7777-4777-8777-777777777777';
const { signal } = new AbortController();

const account = (clientId: string, uid = 'one', tenantId = TENANT): ServiceAccountSight => ({
  uid,
  annotations: { 'azure.workload.identity/client-id': clientId, 'azure.workload.identity/tenant-id': tenantId },
});

function stage(namespaces: readonly string[]) {
  const clock = steppingClock();
  const adapter = (): Azure =>
    azureModel({ clock, random: randomness(1), subnets: [SUBNET], location: 'japaneast' }).port;
  const global = adapter();
  const accounts = new Map<string, ServiceAccountSight>();
  const asked: string[] = [];
  const connected: FederatedIdentity[] = [];
  const identities = createIdentities({
    global,
    rules: { namespaces },
    serviceAccounts: {
      get: async ({ namespace, name }) => {
        asked.push(`${namespace}/${name}`);
        return accounts.get(namespace);
      },
      token: async (ref, audience) => `token of ${ref.namespace}/${ref.name} for ${audience}`,
    },
    connect: identity => {
      connected.push(identity);
      return adapter();
    },
  });
  const of = (namespace: string) => {
    const object = pms({ spec: {}, name: 'plant-a' });
    const there = { ...object, metadata: { ...object.metadata, namespace } };
    return identities.of(there, desire(there, INSTALLATION), signal);
  };
  const refused = async (namespace: string) => {
    const thrown = await of(namespace).catch((error: unknown) => error);
    assert.ok(thrown instanceof PortError);
    return thrown.failure;
  };
  return { of, refused, global, accounts, asked, connected };
}

test('a named namespace acts as the operator, and its ServiceAccount is not looked at', async () => {
  const { of, global, accounts, asked } = stage(['plant']);
  accounts.set('plant', account(A));
  assert.equal(await of('plant'), global);
  assert.deepEqual(asked, []);
});

test('another namespace has one adapter as long as its identity is the same', async () => {
  const { of, global, accounts, connected } = stage(['plant']);
  accounts.set('press', account(A));
  const first = await of('press');
  assert.notEqual(first, global);
  assert.equal(await of('press'), first);
  assert.deepEqual(
    connected.map(({ tenantId, clientId }) => [tenantId, clientId]),
    [[TENANT, A]],
  );
  assert.equal(await connected[0]?.assertion(), 'token of press/pms-workload for api://AzureADTokenExchange');
});

test('two namespaces with one client id share nothing: they prove it by tokens of their own', async () => {
  const { of, accounts } = stage([]);
  accounts.set('press', account(A)).set('paint', account(A));
  assert.notEqual(await of('press'), await of('paint'));
});

test('another client, another tenant and a ServiceAccount that was made again have a new adapter', async () => {
  const { of, accounts } = stage([]);
  const adapters = new Set<Azure>();
  for (const sight of [account(A), account(B), account(B, 'one', A), account(B, 'two', A)]) {
    accounts.set('press', sight);
    adapters.add(await of('press'));
  }
  assert.equal(adapters.size, 4);
});

test('without a ServiceAccount, and again after it has gone, the object is refused with both cures', async () => {
  const { of, refused, accounts } = stage(['plant']);
  const before = await refused('press');
  assert.deepEqual([before.kind, before.reason], ['Stalled', 'NamespaceNotAllowed']);
  assert.match(before.message, /globalIdentity\.namespaces.*ServiceAccount pms-workload.*client-id.*tenant-id/);
  accounts.set('press', account(A));
  const first = await of('press');
  accounts.delete('press');
  assert.deepEqual(await refused('press'), before);
  accounts.set('press', account(A));
  assert.notEqual(await of('press'), first);
});

test('an annotation that is missing or no UUID is told by its name', async () => {
  const { refused, accounts } = stage([]);
  const cases = [
    [{ uid: 'one', annotations: {} }, /has no annotation azure\.workload\.identity\/client-id/],
    [account('my-app'), /has "my-app" as annotation azure\.workload\.identity\/client-id: it must be the UUID/],
    [account(A, 'one', ''), /has no annotation azure\.workload\.identity\/tenant-id/],
  ] as const;
  for (const [sight, message] of cases) {
    accounts.set('press', sight);
    const failure = await refused('press');
    assert.deepEqual([failure.kind, failure.reason], ['Stalled', 'IdentityIncomplete']);
    assert.match(failure.message, message);
  }
});
