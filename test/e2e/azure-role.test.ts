/**
 * The least role in Azure, docs/azure-role.json: with its actions alone an object that asks for everything is made, closed,
 * changed and taken down, and every action has its call, or is one that Azure asks for behind another call. Written anew
 * from the calls by --test-update-snapshots.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse, stringify } from 'yaml';
import type { JournalEntry } from '../../src/simulator/simulator.ts';
import { OPERATOR } from './azure-side.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';

const ROLE = join(import.meta.dirname, '../../docs/azure-role.json');
const SOMEBODY = '44444444-4444-4444-8444-444444444444';

/** What no call names: Azure asks for it where a call links one resource to another, or on another service. */
const BEHIND: readonly string[] = [
  'Microsoft.Insights/privateLinkScopes/privateEndpointConnectionsApproval/action',
  'Microsoft.Network/privateDnsZones/join/action',
  'Microsoft.Network/virtualNetworks/join/action',
  'Microsoft.Network/virtualNetworks/subnets/join/action',
  'Microsoft.OperationalInsights/workspaces/query/read',
];

const VERBS: Readonly<Record<string, string>> = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' };

/** The action of a call; `undefined` for the polling of an operation, which needs none. */
function actionOf({ method, path }: JournalEntry): string | undefined {
  const [, namespace = '', rest = ''] = /^.*\/providers\/([^/]+)\/?(.*)$/i.exec(path) ?? [];
  if (/operation/i.test(rest.split('/').slice(0, 3).join('/')) || namespace === '') return undefined;
  if (rest === '') return 'Microsoft.Resources/subscriptions/providers/read';
  const types = rest.split('/').filter((_, index) => index % 2 === 0);
  return `${namespace}/${types.join('/')}/${VERBS[method] ?? 'read'}`;
}

/** One form of each, whatever the letter case of a call: ids that Azure has shown are in lower case now and then. */
function distinct(actions: readonly string[]): readonly string[] {
  const isLower = (action: string) => action === action.toLowerCase();
  const sorted = actions.toSorted((one, other) => Number(isLower(other)) - Number(isLower(one)));
  return [...new Map(sorted.map(action => [action.toLowerCase(), action])).values()].sort();
}

/** As the formatter of the repository writes it. */
const textOf = (role: unknown): string =>
  `${JSON.stringify(role, undefined, 2).replace(/\[\s+("[^"]+")\s+\]/g, '[$1]')}\n`;

async function seedOf(_: unknown, directory: string): Promise<string> {
  const seed = parse(await readFile(join(import.meta.dirname, 'seed.yaml'), 'utf8'));
  const role = JSON.parse(await readFile(ROLE, 'utf8'));
  const roleAssignments = [
    { principal: OPERATOR, actions: role.Actions },
    { principal: SOMEBODY, role: 'Owner' },
  ];
  const file = join(directory, 'seed.yaml');
  const line = { resourceGroup: 'rg-monitor', location: 'japaneast', tags: { line: 'a' } };
  const machines = ['line-1', 'line-2'].map(name => ({ ...line, name }));
  await writeFile(file, stringify({ ...seed, machines, roleAssignments }));
  return file;
}

suite('the least role in Azure', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.05, seed: seedOf });
    await scene.startOperator();
  });
  after(() => scene?.stop());

  const component = () => `${scene.azure.group}/providers/Microsoft.Insights/components/web`;
  const object = (retentionInDays: number) => {
    const isolation = { query: 'Disabled' };
    const { subscriptionId, group } = scene.azure;
    const plant = pms({ subscriptionId, name: 'plant-a' });
    const network = `${group}/providers/Microsoft.Network/virtualNetworks/vnet-plant`;
    const createZones = { resourceGroup: 'rg-monitor', linkTo: [network] };
    return {
      ...plant,
      spec: {
        ...plant.spec,
        workspaces: [{ name: 'law-plant-a', retentionInDays, deletionPolicy: 'Delete', isolation }],
        applicationInsights: [{ name: 'web', resourceId: component(), isolation }],
        privateEndpoint: { ...plant.spec.privateEndpoint, zoneGroup: { createZones } },
        isolation: { onDelete: 'Reopen' },
        dataCollection: {
          endpoints: [{ name: 'dce-plant-a', publicNetworkAccess: 'Disabled' }],
          linuxPerformance: { preset: 'Recommended' },
          machines: {
            selector: { tags: { line: 'a' } },
            // Known by Resource Graph, or asked for by its id.
            resourceIds: [`${group}/providers/Microsoft.HybridCompute/machines/line-2`],
            installAgent: true,
          },
        },
      },
    };
  };
  const settled = async () => {
    await scene.kubectl('wait', '--timeout=150s', '--for=condition=Ready', 'pms/plant-a');
    const { metadata } = JSON.parse(await scene.kubectl('get', 'pms', 'plant-a', '-o', 'json'));
    const generation = `--for=jsonpath={.status.convergedGeneration}=${metadata.generation}`;
    await scene.kubectl('wait', '--timeout=150s', generation, 'pms/plant-a');
  };

  test('with it an object that asks for everything is made, closed, changed, opened and taken down', async () => {
    await scene.azure.call('PUT', component(), {
      location: 'japaneast',
      kind: 'web',
      properties: { Application_Type: 'web' },
    });
    await scene.apply(object(30));
    await settled();
    await scene.apply(object(60));
    await settled();
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=150s');
    const refused = (await scene.azure.calls()).filter(({ status }) => status === 403);
    assert.deepEqual(
      refused.map(({ method, path }) => `${method} ${path}`),
      [],
    );
  });

  test('every action of it had its use', async t => {
    const called = (await scene.azure.calls()).flatMap(call => actionOf(call) ?? []);
    const role = {
      Name: 'Private Monitoring Scope Operator',
      Description: 'What the operator of PrivateMonitoringScope needs at most; assign it where its objects are.',
      IsCustom: true,
      Actions: distinct([...called, ...BEHIND]),
      AssignableScopes: ['/subscriptions/11111111-1111-4111-8111-111111111111'],
    };
    t.assert.fileSnapshot(role, ROLE, { serializers: [textOf] });
  });
});
