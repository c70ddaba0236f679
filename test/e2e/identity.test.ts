/**
 * Who acts in Azure, on the real API server: the operator's own identity serves the namespaces that the configuration names,
 * in the places that it allows; every other namespace brings the identity of its ServiceAccount, by a token that the API
 * server signs, or of its Secret, and sees what that identity sees. Both stay until nobody needs them.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse, stringify } from 'yaml';
import type { ControlPlane } from '../env/control-plane.ts';
import { eventually } from '../env/eventually.ts';
import { OPERATOR } from './azure-side.ts';
import { pms } from './objects.ts';
import { NAMESPACE, type OperatorProcess, type Scene, startScene } from './scene.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
const TENANT = '22222222-2222-4222-8222-222222222222';
const ONE = 'press-hall';
const OTHER = 'paint-shop';
const NOBODY = 'canteen';
/** Brings a Secret. */
const STORE = 'warehouse';
const HOMES = [ONE, OTHER, STORE] as const;
const CLIENTS = {
  [ONE]: '66666666-6666-4666-8666-666666666666',
  [OTHER]: '77777777-7777-4777-8777-777777777777',
  [STORE]: '88888888-8888-4888-8888-888888888888',
} as const;
const STORE_SECRET = 'the-warehouses-secret';
const PATIENCE = { deadlineMs: 120_000, everyMs: 200 };

/** The seed of all, with an application for each of three namespaces, at home in a resource group of its own. */
async function seedOf(controlPlane: ControlPlane, directory: string): Promise<string> {
  const raw = async (path: string) => JSON.parse((await controlPlane.kubectl(['get', '--raw', path])).stdout);
  const [discovery, jwks] = [await raw('/.well-known/openid-configuration'), await raw('/openid/v1/jwks')];
  const seed = parse(await readFile(join(import.meta.dirname, 'seed.yaml'), 'utf8'));
  const principals = Object.entries(CLIENTS).map(([namespace, clientId]) => ({
    clientId,
    ...(namespace === STORE
      ? { secret: STORE_SECRET }
      : { federated: { issuer: discovery.issuer, subject: `system:serviceaccount:${namespace}:pms-workload`, jwks } }),
  }));
  const owners = Object.entries(CLIENTS).map(([namespace, principal]) => ({
    principal,
    role: 'Owner',
    scope: `/resourceGroups/rg-${namespace}`,
  }));
  const file = join(directory, 'seed.yaml');
  const networks = HOMES.map((namespace, index) => ({
    resourceGroup: `rg-${namespace}`,
    name: `vnet-${namespace}`,
    location: 'japaneast',
    addressPrefix: `127.${15 + index}.0.0/16`,
    subnets: [{ name: 'monitoring', addressPrefix: `127.${15 + index}.1.0/27` }],
  }));
  await writeFile(
    file,
    stringify({
      ...seed,
      principals: [...seed.principals, ...principals],
      roleAssignments: [{ principal: OPERATOR, role: 'Owner' }, ...owners],
      resourceGroups: [
        ...seed.resourceGroups,
        ...HOMES.map(namespace => ({ name: `rg-${namespace}`, location: 'japaneast' })),
      ],
      virtualNetworks: [...seed.virtualNetworks, ...networks],
    }),
  );
  return file;
}

const subnetOf = (namespace: string): string =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${namespace}/providers/Microsoft.Network/virtualNetworks/vnet-${namespace}/subnets/monitoring`;

/** An object of a namespace, in a resource group; by default in the namespace's own. */
function objectOf(namespace: string, spec: Readonly<Record<string, unknown>> = {}) {
  const object = pms({ subscriptionId: SUBSCRIPTION, name: 'plant' });
  const own = { resourceGroup: `rg-${namespace}`, privateEndpoint: { subnetId: subnetOf(namespace) } };
  return { ...object, metadata: { name: 'plant', namespace }, spec: { ...object.spec, ...own, ...spec } };
}

const accountOf = (namespace: string, annotations: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'pms-workload', namespace, annotations },
});

const secretOf = (namespace: keyof typeof CLIENTS, clientSecret: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'pms-credential', namespace },
  stringData: { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENTS[namespace], AZURE_CLIENT_SECRET: clientSecret },
});

const identityOf = (namespace: keyof typeof CLIENTS) => ({
  'azure.workload.identity/client-id': CLIENTS[namespace],
  'azure.workload.identity/tenant-id': TENANT,
});

suite('who acts in Azure', () => {
  let scene: Scene;
  let operator: OperatorProcess;
  /** Calls that were made with the operator's own identity, by commands. */
  let byCommands = 0;

  before(async () => {
    scene = await startScene({
      latencyScale: 0,
      seed: seedOf,
      namespaces: [...HOMES, NOBODY],
      globalIdentity: {
        namespaces: [NAMESPACE],
        allowed: [{ subscriptionId: SUBSCRIPTION, resourceGroups: ['rg-monitor'] }],
      },
    });
    operator = await scene.startOperator();
  });
  after(() => scene?.stop());

  const inNamespace = async (namespace: string, ...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await scene.controlPlane.kubectl(['-n', namespace, ...args]);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };
  const apply = async (...objects: readonly unknown[]): Promise<void> => {
    const input = objects.map(object => stringify(object)).join('---\n');
    const { exitCode, stderr } = await scene.controlPlane.kubectl(['apply', '-f', '-'], { input });
    assert.equal(exitCode, 0, stderr);
  };
  const waitFor = (namespace: string, condition: string, reason: string): Promise<string> =>
    eventually(
      `${condition} of ${namespace} says ${reason}`,
      async () => {
        const path = `jsonpath={range .status.conditions[?(@.type=="${condition}")]}{.reason}: {.message}{end}`;
        const told = await inNamespace(namespace, 'get', 'pms/plant', '-o', path);
        return told.startsWith(`${reason}: `) ? told : undefined;
      },
      PATIENCE,
    );
  const HELD = '["privatemonitoring.dev/credentials"]';
  const finalizersOf = (namespace: string, what: string): Promise<string> =>
    inNamespace(namespace, 'get', what, '-o', 'jsonpath={.metadata.finalizers}');
  /** What a namespace controller does, and the test control plane has none: credentials first, objects last. */
  const deleteNamespace = async (namespace: string): Promise<void> => {
    const { request } = scene.controlPlane;
    for (const path of ['', '/secrets', '/serviceaccounts'])
      await request('DELETE', `/api/v1/namespaces/${namespace}${path}`);
    await request('DELETE', `/apis/privatemonitoring.dev/v1alpha1/namespaces/${namespace}/privatemonitoringscopes`);
  };
  const contentOf = async (namespace: string): Promise<readonly string[]> =>
    (await inNamespace(namespace, 'get', 'pms,secrets,serviceaccounts', '-o', 'name')).split('\n').filter(Boolean);
  const finalize = async (namespace: string): Promise<void> => {
    const path = `/api/v1/namespaces/${namespace}`;
    const { request } = scene.controlPlane;
    const { body } = await request('GET', path);
    assert.equal(body.status.phase, 'Terminating');
    await request('PUT', `${path}/finalize`, { ...body, spec: { finalizers: [] } });
    assert.equal((await request('GET', path)).status, 404);
  };
  /** What of a resource group can only have been made by us; workspaces are kept by default. */
  const madeIn = async (group: string): Promise<readonly string[]> =>
    (await scene.azure.ids()).filter(id => new RegExp(`/${group}/.*/(privatelinkscopes|privateendpoints)/`).test(id));
  /** Calls to Azure that name a resource group, by who made them. */
  const callersIn = async (group: string): Promise<readonly string[]> => {
    const calls = await scene.azure.everybodysCalls();
    const inGroup = calls.filter(({ path }) => path.toLowerCase().includes(`/resourcegroups/${group}/`));
    return [...new Set(inGroup.map(call => String(call.principal)))].sort();
  };

  test('an object of a namespace that is not named, and has no identity, is refused before Azure is asked', async () => {
    await apply(objectOf(NOBODY, { resourceGroup: 'rg-monitor' }));
    const told = await waitFor(NOBODY, 'Stalled', 'NamespaceNotAllowed');
    assert.match(
      told,
      /namespace canteen .*globalIdentity\.namespaces.*Secret pms-credential.*ServiceAccount pms-workload/,
    );
    assert.deepEqual(await scene.azure.everybodysCalls(), []);
  });

  test('it owns nothing, so it can be deleted', async () => {
    await inNamespace(NOBODY, 'delete', 'pms', 'plant', '--timeout=30s');
    assert.deepEqual(await scene.azure.everybodysCalls(), []);
  });

  test('an object of a named namespace is refused outside of the allowed places, by field, before Azure is asked', async () => {
    await apply(objectOf(NAMESPACE, { resourceGroup: 'rg-monitor', privateEndpoint: { subnetId: subnetOf(ONE) } }));
    const told = await waitFor(NAMESPACE, 'Stalled', 'PlaceNotAllowed');
    assert.match(told, /spec\.privateEndpoint\.subnetId: .*rg-press-hall.*globalIdentity\.allowed/);
    assert.deepEqual(await scene.azure.everybodysCalls(), []);
    await inNamespace(NAMESPACE, 'delete', 'pms', 'plant', '--timeout=30s');
  });

  test('a ServiceAccount without the annotations stalls with the one that is missing', async () => {
    await apply(accountOf(ONE, {}), objectOf(ONE));
    assert.match(await waitFor(ONE, 'Stalled', 'IdentityIncomplete'), /press-hall\/pms-workload has no annotation/);
    assert.deepEqual(await scene.azure.everybodysCalls(), []);
  });

  test('with the identity of its ServiceAccount it becomes Ready, and nobody else asked Azure about it', async () => {
    await apply(accountOf(ONE, identityOf(ONE)));
    await inNamespace(ONE, 'annotate', 'pms', 'plant', 'privatemonitoring.dev/requestedAt=now');
    await inNamespace(ONE, 'wait', 'pms/plant', '--for=condition=Ready', '--timeout=90s');
    assert.match(await waitFor(ONE, 'CredentialsReady', 'TokenObtained'), new RegExp(CLIENTS[ONE]));
    assert.deepEqual(await callersIn(`rg-${ONE}`), [CLIENTS[ONE]]);
    assert.equal(await finalizersOf(ONE, 'serviceaccount/pms-workload'), HELD);
  });

  test('with a Secret it tells what Entra ID does not take, and goes on after an edit of it, without a restart', async () => {
    await apply(secretOf(STORE, 'of-last-year'), objectOf(STORE));
    const told = await waitFor(STORE, 'CredentialsReady', 'AuthenticationFailed');
    assert.match(told, /AADSTS7000215/);
    assert.ok(!told.includes('of-last-year'), told);
    assert.deepEqual(await callersIn(`rg-${STORE}`), []);
    await apply(secretOf(STORE, STORE_SECRET));
    await inNamespace(STORE, 'annotate', 'pms', 'plant', 'privatemonitoring.dev/requestedAt=now');
    // Not Ready: the names of the one DNS target are those of the object above.
    await inNamespace(STORE, 'wait', 'pms/plant', '--for=condition=EndpointReady', '--timeout=120s');
    assert.deepEqual(await callersIn(`rg-${STORE}`), [CLIENTS[STORE]]);
    assert.equal(await finalizersOf(STORE, 'secret/pms-credential'), HELD);
    assert.ok(!operator.output().includes(STORE_SECRET));
  });

  test('what one identity has read is not told to another, which Azure refuses it', async () => {
    const law = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${ONE}/providers/Microsoft.OperationalInsights/workspaces/law-plant`;
    assert.ok((await scene.azure.ids()).includes(law.toLowerCase()));
    await apply(
      accountOf(OTHER, identityOf(OTHER)),
      // What was read within the hour would do, were it its own.
      objectOf(OTHER, { interval: '1h', workspaces: [{ name: 'law-plant', resourceId: law }] }),
    );
    await waitFor(OTHER, 'WorkspacesReady', 'Forbidden');
    const owned = await inNamespace(OTHER, 'get', 'pms/plant', '-o', 'jsonpath={.status.resources[*].id}');
    assert.ok(!owned.includes(`rg-${ONE}`), owned);
    assert.deepEqual(await callersIn(`rg-${ONE}`), [CLIENTS[ONE], CLIENTS[OTHER]]);
    const refused = (await scene.azure.everybodysCalls()).filter(
      ({ path, principal }) => principal === CLIENTS[OTHER] && path.includes(`/rg-${ONE}/`),
    );
    assert.deepEqual([...new Set(refused.map(({ status }) => status))], [403]);
  });

  test("a namespace cannot take another one's identity: Entra ID sees whose token it is", async () => {
    await apply(accountOf(OTHER, identityOf(ONE)));
    await inNamespace(OTHER, 'annotate', 'pms', 'plant', 'privatemonitoring.dev/requestedAt=again');
    const told = await waitFor(OTHER, 'CredentialsReady', 'AuthenticationFailed');
    assert.match(told, /AADSTS700213: .*system:serviceaccount:paint-shop:pms-workload/);
  });

  test('`pms check` and `pms plan` tell beforehand who may act, and as whom', async () => {
    assert.deepEqual(await scene.azure.calls(), []);
    const passes = async (command: string, object: object) => {
      const { stdout, stderr } = await scene.pms([command, '-f', '-', '--simulated-azure'], object);
      return stdout + stderr;
    };
    const [store, outside, nobody] = await Promise.all([
      passes('check', objectOf(STORE)),
      passes('check', objectOf(NAMESPACE, { resourceGroup: 'rg-press-hall' })),
      passes('plan', objectOf(NOBODY)),
    ]);
    assert.match(
      store,
      new RegExp(`✓ identity +namespace warehouse acts as client ${CLIENTS[STORE]} .* Secret pms-cred`),
    );
    assert.match(outside, /✗ identity +spec\.resourceGroup: resource group rg-press-hall .* is outside of what/);
    assert.match(nobody, /✗ identity +namespace canteen may not act .*ServiceAccount pms-workload/);
    assert.match(await passes('plan', objectOf(STORE)), /^note: namespace warehouse acts as client 8{8}-/m);
    byCommands = (await scene.azure.calls()).length;
  });

  test('F20: a deleted namespace leaves nothing of its objects in Azure, whichever identity it brought', async () => {
    for (const namespace of [ONE, STORE]) assert.ok((await madeIn(`rg-${namespace}`)).length > 0, namespace);
    for (const namespace of [ONE, STORE]) await deleteNamespace(namespace);
    for (const namespace of [ONE, STORE]) {
      await eventually(
        `everything of ${namespace} goes`,
        async () => (await contentOf(namespace)).length === 0,
        PATIENCE,
      );
      assert.deepEqual(await madeIn(`rg-${namespace}`), []);
      await finalize(namespace);
    }
  });

  test('one deleted while no operator ran has no tokens any more: it says so, and abandoning lets it go', async () => {
    await apply(accountOf(OTHER, identityOf(OTHER)), objectOf(OTHER, { workspaces: [{ name: 'law-own' }] }));
    await inNamespace(OTHER, 'annotate', '--overwrite', 'pms', 'plant', 'privatemonitoring.dev/requestedAt=own');
    await inNamespace(OTHER, 'wait', 'pms/plant', '--for=condition=Ready', '--timeout=120s');
    const made = await madeIn(`rg-${OTHER}`);
    assert.ok(made.length > 0);
    await operator.stop('SIGTERM');
    await deleteNamespace(OTHER);
    const { stderr } = await scene.controlPlane.kubectl(['-n', OTHER, 'create', 'token', 'pms-workload']);
    assert.match(stderr, /because it is being terminated/);
    operator = await scene.startOperator();
    const told = await waitFor(OTHER, 'Stalled', 'NamespaceTerminating');
    assert.match(told, /globalIdentity\.namespaces.*privatemonitoring\.dev\/abandon/);
    assert.equal(await finalizersOf(OTHER, 'serviceaccount/pms-workload'), HELD);
    const uid = await inNamespace(OTHER, 'get', 'pms/plant', '-o', 'jsonpath={.metadata.uid}');
    await inNamespace(OTHER, 'annotate', 'pms', 'plant', `privatemonitoring.dev/abandon=${uid}`);
    await eventually('everything goes', async () => (await contentOf(OTHER)).length === 0, PATIENCE);
    assert.deepEqual(await madeIn(`rg-${OTHER}`), made);
    // Where no event can be recorded the log has it.
    await eventually('what is left is told', () =>
      /"reason":"Released","note":"stay in Azure: private endpoint pe-plant/.test(operator.output()),
    );
    await finalize(OTHER);
  });

  test('the identity of the operator itself was never used but by those commands, and the API server refused nothing', async () => {
    assert.equal((await scene.azure.calls()).length, byCommands);
    const mine = (await scene.controlPlane.auditEvents()).filter(({ user }) =>
      user?.username?.endsWith(':pms-operator'),
    );
    // New content that nobody may bring into a namespace under deletion; and `pms check` looks whether it may read the CRD.
    const isToBe = ({ objectRef }: (typeof mine)[number]) =>
      objectRef?.subresource === 'token' || ['events', 'customresourcedefinitions'].includes(objectRef?.resource ?? '');
    const refused = mine.filter(call => call.responseStatus?.code === 403 && !isToBe(call));
    assert.deepEqual(
      refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`),
      [],
    );
    assert.ok(mine.some(({ requestURI }) => requestURI?.endsWith('/serviceaccounts/pms-workload/token')));
  });
});
