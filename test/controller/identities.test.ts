/**
 * Which adapter of Azure an object gets: one for each identity, another as soon as the identity is another.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdentities } from '../../src/controller/identities.ts';
import { desire } from '../../src/domain/desire.ts';
import { PortError } from '../../src/domain/failures.ts';
import { ABANDON_ANNOTATION, FINALIZER } from '../../src/domain/names.ts';
import type { Azure } from '../../src/ports.ts';
import type { NamespaceIdentity } from '../../src/ports-identity.ts';
import { azureModel } from '../model/azure.ts';
import { credentialsModel } from '../model/credentials.ts';
import { INSTALLATION, pms, SUBNET } from '../model/plant.ts';
import { randomness } from '../model/randomness.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const TENANT = '22222222-2222-4222-8222-222222222222';
const A = '66666666-6666-4666-8666-666666666666';
const B = '77777777-7777-4777-8777-777777777777';
const { signal } = new AbortController();

const account = (clientId: string, tenantId = TENANT) => ({
  'azure.workload.identity/client-id': clientId,
  'azure.workload.identity/tenant-id': tenantId,
});
const secret = (clientId: string, clientSecret: string, tenantId = TENANT) => ({
  AZURE_TENANT_ID: tenantId,
  AZURE_CLIENT_ID: clientId,
  AZURE_CLIENT_SECRET: clientSecret,
});

function stage(namespaces: readonly string[]) {
  const clock = steppingClock();
  const adapter = (): Azure =>
    azureModel({ clock, random: randomness(1), subnets: [SUBNET], location: 'japaneast' }).port;
  const global = adapter();
  const credentials = credentialsModel(clock);
  const connected: NamespaceIdentity[] = [];
  const identities = createIdentities({
    global,
    rules: { namespaces },
    credentials: credentials.port,
    clock,
    connect: identity => {
      connected.push(identity);
      return adapter();
    },
  });
  const of = (
    namespace: string,
    metadata: { readonly finalizers?: string[]; readonly deletionTimestamp?: string } = {},
  ) => {
    const object = pms({ spec: {}, name: 'plant-a' });
    const there = { ...object, metadata: { ...object.metadata, finalizers: [], ...metadata, namespace } };
    return identities.of(there, desire(there, INSTALLATION), signal);
  };
  const refused = async (namespace: string) => {
    const thrown = await of(namespace).catch((error: unknown) => error);
    assert.ok(thrown instanceof PortError);
    return thrown.failure;
  };
  return { of, refused, global, credentials, connected, identities, clock };
}

test('a named namespace acts as the operator, and what it brings is not looked at', async () => {
  const { of, global, credentials } = stage(['plant']);
  credentials.apply('ServiceAccount', 'plant', account(A));
  credentials.apply('Secret', 'plant', secret(A, 'its-own'));
  assert.equal(await of('plant', { finalizers: [FINALIZER] }), global);
  assert.deepEqual(credentials.calls, []);
});

test('another namespace has one adapter as long as its identity is the same', async () => {
  const { of, global, credentials, connected } = stage(['plant']);
  credentials.apply('ServiceAccount', 'press', account(A));
  const first = await of('press');
  assert.notEqual(first, global);
  assert.equal(await of('press'), first);
  assert.deepEqual(
    connected.map(({ tenantId, clientId }) => [tenantId, clientId]),
    [[TENANT, A]],
  );
  assert.equal(
    await connected[0]?.assertion?.(),
    'token 1 of ServiceAccount press/pms-workload for api://AzureADTokenExchange',
  );
});

test('two namespaces with one client id share nothing: they prove it by tokens of their own', async () => {
  const { of, credentials } = stage([]);
  credentials.apply('ServiceAccount', 'press', account(A));
  credentials.apply('ServiceAccount', 'paint', account(A));
  assert.notEqual(await of('press'), await of('paint'));
  credentials.apply('Secret', 'press', secret(A, 'shared'));
  credentials.apply('Secret', 'paint', secret(A, 'shared'));
  assert.notEqual(await of('press'), await of('paint'));
});

test('another client, another tenant, one made again, and a Secret in its place have a new adapter each', async () => {
  const { of, credentials } = stage([]);
  const adapters = new Set<Azure>();
  const next = async (change: () => void) => {
    change();
    adapters.add(await of('press'));
  };
  await next(() => credentials.apply('ServiceAccount', 'press', account(A)));
  await next(() => credentials.apply('ServiceAccount', 'press', account(B)));
  await next(() => credentials.apply('ServiceAccount', 'press', account(B, A)));
  await next(() => {
    credentials.remove('ServiceAccount', 'press');
    credentials.apply('ServiceAccount', 'press', account(B, A));
  });
  await next(() => credentials.apply('Secret', 'press', secret(B, 'first', A)));
  assert.equal(adapters.size, 5);
});

test('a new secret in the Secret is used from the next pass on, by the same adapter', async () => {
  const { of, credentials, connected } = stage([]);
  credentials.apply('Secret', 'press', secret(A, 'first'));
  const adapter = await of('press');
  assert.equal(connected[0]?.currentSecret?.(), 'first');
  assert.equal(connected[0]?.assertion, undefined);
  credentials.apply('Secret', 'press', secret(A, 'second\n'));
  assert.equal(await of('press'), adapter);
  assert.equal(connected[0]?.currentSecret?.(), 'second');
  assert.equal(connected.length, 1);
});

test('without either, and again after it has gone, the object is refused with all cures', async () => {
  const { of, refused, credentials } = stage(['plant']);
  const before = await refused('press');
  assert.deepEqual([before.kind, before.reason], ['Stalled', 'NamespaceNotAllowed']);
  assert.match(
    before.message,
    /globalIdentity\.namespaces.*Secret pms-credential.*ServiceAccount pms-workload.*client-id/,
  );
  credentials.apply('ServiceAccount', 'press', account(A));
  const first = await of('press');
  credentials.remove('ServiceAccount', 'press');
  assert.deepEqual(await refused('press'), before);
  credentials.apply('ServiceAccount', 'press', account(A));
  assert.notEqual(await of('press'), first);
});

test('what is missing in a ServiceAccount or a Secret is told by its name, and nothing that stands in a Secret', async () => {
  const { refused, credentials } = stage([]);
  const cases = [
    ['ServiceAccount', {}, /press\/pms-workload has no annotation azure\.workload\.identity\/client-id/],
    [
      'ServiceAccount',
      account('my-app'),
      /has "my-app" as annotation azure\.workload\.identity\/client-id: it must be/,
    ],
    ['ServiceAccount', account(A, ''), /has no annotation azure\.workload\.identity\/tenant-id/],
    ['Secret', {}, /Secret press\/pms-credential has no key AZURE_CLIENT_ID: it must be the UUID/],
    [
      'Secret',
      secret('a~mixed~up~secret', A),
      /^Secret press\/pms-credential has something else as key AZURE_CLIENT_ID: /,
    ],
    ['Secret', secret(A, ' \n'), /has no key AZURE_CLIENT_SECRET: add it, or do without the Secret/],
    [
      'Secret',
      { ...secret(A, ''), AZURE_CLIENT_CERTIFICATE: 'PEM' },
      /AZURE_CLIENT_CERTIFICATE of .* is not read here/,
    ],
  ] as const;
  for (const [kind, fields, message] of cases) {
    credentials.apply(kind, 'press', fields);
    const failure = await refused('press');
    assert.deepEqual([failure.kind, failure.reason], ['Stalled', 'IdentityIncomplete']);
    assert.match(failure.message, message);
  }
});

test('what tells the identity is held as soon as an object may have made something, and once', async () => {
  const { of, credentials } = stage([]);
  for (const [kind, fields] of [
    ['ServiceAccount', account(A)],
    ['Secret', secret(A, 'first')],
  ] as const) {
    credentials.apply(kind, 'press', fields);
    await of('press');
    assert.equal(credentials.isHeld(kind, 'press'), false);
    await of('press', { finalizers: [FINALIZER], deletionTimestamp: '2026-11-25T00:00:00Z' });
    assert.equal(credentials.isHeld(kind, 'press'), false);
    await of('press', { finalizers: [FINALIZER] });
    await of('press', { finalizers: [FINALIZER] });
    assert.equal(credentials.isHeld(kind, 'press'), true);
  }
  assert.deepEqual(
    credentials.calls.filter(call => call.startsWith('hold')),
    ['hold ServiceAccount press/pms-workload', 'hold Secret press/pms-credential'],
  );
});

test('one that is being deleted serves on, and gets no finalizer, which the API server would refuse', async () => {
  const { of, credentials } = stage([]);
  credentials.apply('Secret', 'press', secret(A, 'first'));
  const adapter = await of('press', { finalizers: [FINALIZER] });
  credentials.remove('Secret', 'press');
  assert.equal(await of('press', { finalizers: [FINALIZER] }), adapter);
  assert.equal(credentials.calls.filter(call => call.startsWith('hold')).length, 1);
});

test('one that is abandoned by its uid is let go, and the other one of the namespace counts', async () => {
  const { of, refused, credentials, connected } = stage([]);
  credentials.apply('Secret', 'press', secret(A, 'first'));
  await of('press', { finalizers: [FINALIZER] });
  credentials.apply('ServiceAccount', 'press', account(B));
  credentials.annotate('Secret', 'press', { [ABANDON_ANNOTATION]: 'of-somebody-else' });
  credentials.remove('Secret', 'press');
  await of('press');
  assert.equal(connected.at(-1)?.clientId, A);
  credentials.annotate('Secret', 'press', { [ABANDON_ANNOTATION]: credentials.sight('Secret', 'press')?.uid ?? '' });
  await of('press');
  assert.equal(connected.at(-1)?.clientId, B);
  assert.equal(credentials.sight('Secret', 'press'), undefined);
  credentials.annotate('ServiceAccount', 'press', {
    [ABANDON_ANNOTATION]: credentials.sight('ServiceAccount', 'press')?.uid ?? '',
  });
  assert.equal((await refused('press')).reason, 'NamespaceNotAllowed');
});

test('a namespace under deletion gives no token: the last one is shown until it runs out', async () => {
  const { of, credentials, connected, clock } = stage([]);
  credentials.apply('ServiceAccount', 'press', account(A));
  await of('press');
  const assertion = connected[0]?.assertion ?? assert.fail();
  assert.match(await assertion(), /^token 1 /);
  assert.match(await assertion(), /^token 2 /);
  credentials.terminate('press');
  assert.match(await assertion(), /^token 2 /);
  await clock.runFor(86_400_000);
  await assert.rejects(assertion(), (thrown: unknown) => {
    return thrown instanceof PortError && thrown.failure.reason === 'NamespaceTerminating';
  });
});

test('a namespace under deletion that gave no token to this process says so', async () => {
  const { of, credentials, connected } = stage([]);
  credentials.apply('ServiceAccount', 'press', account(A));
  credentials.terminate('press');
  await of('press');
  await assert.rejects(connected[0]?.assertion?.() ?? assert.fail(), /no new content/);
});
