/**
 * Who acts in Azure, on the real API server: the operator's own identity serves the namespaces that the configuration names,
 * in the places that it allows; every other namespace brings the identity of its ServiceAccount, by a token that the API
 * server signs, and sees what that identity sees.
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
import { NAMESPACE, type Scene, startScene } from './scene.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
const TENANT = '22222222-2222-4222-8222-222222222222';
const ONE = 'press-hall';
const OTHER = 'paint-shop';
const NOBODY = 'canteen';
const CLIENTS = {
  [ONE]: '66666666-6666-4666-8666-666666666666',
  [OTHER]: '77777777-7777-4777-8777-777777777777',
} as const;
const PATIENCE = { deadlineMs: 60_000, everyMs: 200 };

/** The seed of all, with an application for each of two namespaces, at home in a resource group of its own. */
async function seedOf(controlPlane: ControlPlane, directory: string): Promise<string> {
  const raw = async (path: string) => JSON.parse((await controlPlane.kubectl(['get', '--raw', path])).stdout);
  const [discovery, jwks] = [await raw('/.well-known/openid-configuration'), await raw('/openid/v1/jwks')];
  const seed = parse(await readFile(join(import.meta.dirname, 'seed.yaml'), 'utf8'));
  const principals = Object.entries(CLIENTS).map(([namespace, clientId]) => ({
    clientId,
    federated: { issuer: discovery.issuer, subject: `system:serviceaccount:${namespace}:pms-workload`, jwks },
  }));
  const owners = Object.entries(CLIENTS).map(([namespace, principal]) => ({
    principal,
    role: 'Owner',
    scope: `/resourceGroups/rg-${namespace}`,
  }));
  const file = join(directory, 'seed.yaml');
  const networks = [ONE, OTHER].map((namespace, index) => ({
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
        ...[ONE, OTHER].map(namespace => ({ name: `rg-${namespace}`, location: 'japaneast' })),
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

const identityOf = (namespace: keyof typeof CLIENTS) => ({
  'azure.workload.identity/client-id': CLIENTS[namespace],
  'azure.workload.identity/tenant-id': TENANT,
});

suite('who acts in Azure', () => {
  let scene: Scene;

  before(async () => {
    scene = await startScene({
      latencyScale: 0,
      seed: seedOf,
      namespaces: [ONE, OTHER, NOBODY],
      globalIdentity: {
        namespaces: [NAMESPACE],
        allowed: [{ subscriptionId: SUBSCRIPTION, resourceGroups: ['rg-monitor'] }],
      },
    });
    await scene.startOperator();
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
  /** Calls to Azure that name a resource group, by who made them. */
  const callersIn = async (group: string): Promise<readonly string[]> => {
    const calls = await scene.azure.everybodysCalls();
    const inGroup = calls.filter(({ path }) => path.toLowerCase().includes(`/resourcegroups/${group}/`));
    return [...new Set(inGroup.map(call => String(call.principal)))].sort();
  };

  test('an object of a namespace that is not named, and has no identity, is refused before Azure is asked', async () => {
    await apply(objectOf(NOBODY, { resourceGroup: 'rg-monitor' }));
    const told = await waitFor(NOBODY, 'Stalled', 'NamespaceNotAllowed');
    assert.match(told, /namespace canteen .*globalIdentity\.namespaces.*ServiceAccount pms-workload.*client-id/);
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

  test('what owns something and lost its identity stays and says so; with it again it goes', async () => {
    await inNamespace(ONE, 'delete', 'serviceaccount', 'pms-workload');
    await inNamespace(ONE, 'delete', 'pms', 'plant', '--wait=false');
    await waitFor(ONE, 'Stalled', 'NamespaceNotAllowed');
    assert.match(await inNamespace(ONE, 'get', 'pms/plant', '-o', 'jsonpath={.metadata.finalizers}'), /azure/);
    await apply(accountOf(ONE, identityOf(ONE)));
    await inNamespace(ONE, 'annotate', '--overwrite', 'pms', 'plant', 'privatemonitoring.dev/requestedAt=last');
    await inNamespace(ONE, 'wait', 'pms/plant', '--for=delete', '--timeout=90s');
  });

  test('the identity of the operator itself was never used, and the API server refused nothing', async () => {
    assert.deepEqual(await scene.azure.calls(), []);
    const mine = (await scene.controlPlane.auditEvents()).filter(({ user }) =>
      user?.username?.endsWith(':pms-operator'),
    );
    const refused = mine.filter(({ responseStatus }) => responseStatus?.code === 403);
    assert.deepEqual(
      refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`),
      [],
    );
    assert.ok(mine.some(({ requestURI }) => requestURI?.endsWith('/serviceaccounts/pms-workload/token')));
  });
});
