/**
 * The road of the mission with the real Azure CLI: log in, make a group, a workspace, a scope, a link, an endpoint, look
 * at it, lock it, take it down. Debian's az is enough (2.45 logs in through /adfs: facts/azure-sdk.md 7); what its
 * packages cannot load must fail on az's own side.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { requireTool } from '../env/require-tool.ts';
import { type Arm, arm } from './arm.ts';

const run = promisify(execFile);
const limit = 60_000;

interface Az {
  readonly azure: Arm;
  /** Standard output as data; rejects with the text of standard error. */
  json(...args: readonly string[]): Promise<unknown>;
  /** The text of standard error of a command that must fail. */
  fails(...args: readonly string[]): Promise<string>;
  /** Whether this az can load a command. Asserts that what it cannot load is the fault of its packages. */
  loads(t: TestContext, ...command: readonly string[]): Promise<boolean>;
}

/** A simulator, and an az of its own that is logged in to it; undefined after a skip. */
async function loggedIn(t: TestContext): Promise<Az | undefined> {
  const program = requireTool(t, 'az');
  if (program === undefined) return undefined;
  const azure = await arm(t);
  const { endpoint, caFile, clientId, clientSecret, tenantId } = azure.simulator;
  const folder = await mkdtemp(join(tmpdir(), 'pms-az-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const env = {
    ...process.env,
    AZURE_CONFIG_DIR: folder,
    AZURE_CORE_COLLECT_TELEMETRY: 'false',
    AZURE_CORE_NO_COLOR: 'true',
    REQUESTS_CA_BUNDLE: caFile,
  };
  const az = async (args: readonly string[]): Promise<string> => {
    const options = { env, timeout: limit, signal: t.signal, maxBuffer: 16 * 1024 * 1024 };
    return (await run(program, [...args, '--output', 'json'], options)).stdout;
  };
  const fails: Az['fails'] = async (...args) => {
    try {
      await az(args);
    } catch (error) {
      return String((error as { stderr?: string }).stderr);
    }
    throw new Error(`az ${args.join(' ')} did not fail`);
  };
  const json: Az['json'] = async (...args) => {
    const text = await az(args);
    return text.trim() === '' ? undefined : JSON.parse(text);
  };
  const loads: Az['loads'] = async (context, ...command) => {
    try {
      await run(program, [...command, '--help'], { env, timeout: limit });
      return true;
    } catch (error) {
      // Debian's az of the day: facts/peers.md 6. Only a Python traceback is taken for that.
      assert.match(String((error as { stderr?: string }).stderr), /Traceback \(most recent call last\)/);
      context.diagnostic(`this az cannot load az ${command.join(' ')}`);
      return false;
    }
  };

  const cloud = {
    'resource-manager': endpoint,
    'active-directory': `${endpoint}/adfs`,
    'active-directory-resource-id': 'https://management.core.windows.net/',
    'active-directory-graph-resource-id': endpoint,
  };
  const endpoints = Object.entries(cloud).flatMap(([name, value]) => [`--endpoint-${name}`, value]);
  await json('cloud', 'register', '--name', 'Simulator', ...endpoints);
  await json('cloud', 'set', '--name', 'Simulator');
  const secret = ['--username', clientId, '--password', clientSecret, '--tenant', tenantId];
  const accounts = (await json('login', '--service-principal', ...secret)) as { id: string; state: string }[];
  assert.deepEqual(
    accounts.map(({ id, state }) => [id, state]),
    [[azure.simulator.subscriptionId, 'Enabled']],
  );
  return { azure, json, fails, loads };
}

const named = (list: unknown): readonly string[] => (list as { name: string }[]).map(({ name }) => name);

const group = 'rg-az';
const subscription = (az: Az): string => `/subscriptions/${az.azure.simulator.subscriptionId}`;
const scopeId = (az: Az): string =>
  `${subscription(az)}/resourceGroups/${group}/providers/microsoft.insights/privateLinkScopes/ampls`;
const subnetId = (az: Az): string =>
  `${subscription(az)}/resourceGroups/rg-monitor/providers/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring`;

const full = (type: string, name: string, body: unknown) =>
  ['resource', 'create', '-g', group, '-n', name, '--resource-type', type].concat([
    '--is-full-object',
    '-p',
    JSON.stringify(body),
  ]);

test('az makes, finds, locks and deletes everything with its generic commands', async t => {
  const az = await loggedIn(t);
  if (az === undefined) return;
  await az.json('group', 'create', '-n', group, '-l', 'japaneast');
  assert.equal(await az.json('group', 'exists', '-n', group), true);
  await az.json(...full('Microsoft.OperationalInsights/workspaces', 'law-a', { location: 'japaneast' }));
  const modes = { queryAccessMode: 'Open', ingestionAccessMode: 'Open' };
  const scope = { location: 'global', properties: { accessModeSettings: modes } };
  await az.json(...full('microsoft.insights/privateLinkScopes', 'ampls', scope));
  const workspace = (await az.json(
    ...['resource', 'show', '-g', group, '-n', 'law-a', '--resource-type', 'Microsoft.OperationalInsights/workspaces'],
  )) as { id: string; properties: { provisioningState: string } };
  assert.equal(workspace.properties.provisioningState, 'Succeeded');
  const link = `${scopeId(az)}/scopedResources/law?api-version=2021-07-01-preview`;
  const linked = JSON.stringify({ properties: { linkedResourceId: workspace.id } });
  await az.json('rest', '--method', 'put', '--url', link, '--body', linked);
  const connection = { name: 'c', properties: { privateLinkServiceId: scopeId(az), groupIds: ['azuremonitor'] } };
  const endpoint = (await az.json(
    ...full('Microsoft.Network/privateEndpoints', 'pe', {
      location: 'japaneast',
      properties: { subnet: { id: subnetId(az) }, privateLinkServiceConnections: [connection] },
    }),
  )) as { properties: { provisioningState: string; customDnsConfigs: unknown[] } };
  assert.equal(endpoint.properties.provisioningState, 'Succeeded');
  assert.equal(endpoint.properties.customDnsConfigs.length, 11);
  assert.deepEqual(named(await az.json('resource', 'list', '--resource-type', 'Microsoft.Network/privateEndpoints')), [
    'pe',
  ]);

  await az.json('lock', 'create', '-n', 'keep', '--lock-type', 'CanNotDelete', '-g', group);
  assert.match(await az.fails('group', 'delete', '-n', group, '--yes'), /\(ScopeLocked\) The scope .* locked: '/);
  await az.json('lock', 'delete', '-n', 'keep', '-g', group);
  await az.json('group', 'delete', '-n', group, '--yes');
  assert.deepEqual(named(await az.json('group', 'list')), ['rg-monitor']);
  assert.ok(az.azure.simulator.journal.every(({ status }) => status < 500));
});

test('az monitor private-link-scope walks from create to delete', async t => {
  const az = await loggedIn(t);
  if (az === undefined) return;
  const command = ['monitor', 'private-link-scope'];
  if (!(await az.loads(t, ...command, 'create'))) return;
  await az.json('group', 'create', '-n', group, '-l', 'japaneast');
  const made = (await az.json(...command, 'create', '-g', group, '-n', 'ampls')) as Record<string, unknown>;
  assert.deepEqual([made.name, made.location, made.provisioningState], ['ampls', 'global', 'Succeeded']);
  await az.json(...full('Microsoft.OperationalInsights/workspaces', 'law-a', { location: 'japaneast' }));
  const target = `${subscription(az)}/resourceGroups/${group}/providers/Microsoft.OperationalInsights/workspaces/law-a`;
  const scoped = [...command, 'scoped-resource'];
  const inScope = ['-g', group, '--scope-name', 'ampls'];
  const link = (await az.json(...scoped, 'create', ...inScope, '-n', 'law', '--linked-resource', target)) as Record<
    string,
    unknown
  >;
  assert.equal(link.provisioningState, 'Succeeded');
  const [resource] = (await az.json(...command, 'private-link-resource', 'list', ...inScope)) as {
    requiredMembers: string[];
  }[];
  assert.ok(resource?.requiredMembers.includes('api'));
  assert.deepEqual(named(await az.json(...command, 'list', '-g', group)), ['ampls']);
  await az.json(...scoped, 'delete', ...inScope, '-n', 'law', '--yes');
  await az.json(...command, 'delete', '-g', group, '-n', 'ampls', '--yes');
  assert.match(await az.fails(...command, 'show', '-g', group, '-n', 'ampls'), /\(ResourceNotFound\)/);
});

test('az network makes an endpoint with its zone group', async t => {
  const az = await loggedIn(t);
  if (az === undefined) return;
  if (!(await az.loads(t, 'network', 'private-endpoint', 'create'))) return;
  await az.json('group', 'create', '-n', group, '-l', 'japaneast');
  const scope = {
    location: 'global',
    properties: { accessModeSettings: { queryAccessMode: 'Open', ingestionAccessMode: 'Open' } },
  };
  await az.json(...full('microsoft.insights/privateLinkScopes', 'ampls', scope));
  const inGroup = ['-g', group];
  const named1 = [...inGroup, '-n', 'pe'];
  const connection = [
    '--connection-name',
    'c',
    '--private-connection-resource-id',
    scopeId(az),
    '--group-id',
    'azuremonitor',
  ];
  const endpoint = ['network', 'private-endpoint'];
  const made = (await az.json(
    ...endpoint,
    'create',
    ...named1,
    '-l',
    'japaneast',
    '--subnet',
    subnetId(az),
    ...connection,
  )) as Record<string, unknown>;
  assert.equal(made.provisioningState, 'Succeeded');
  const zone = 'privatelink.monitor.azure.com';
  await az.json('network', 'private-dns', 'zone', 'create', ...inGroup, '-n', zone);
  const zoneGroup = [...endpoint, 'dns-zone-group'];
  const ofEndpoint = [...inGroup, '--endpoint-name', 'pe', '-n', 'default'];
  await az.json(...zoneGroup, 'create', ...ofEndpoint, '--private-dns-zone', zone, '--zone-name', 'monitor');
  const records = await az.json('network', 'private-dns', 'record-set', 'a', 'list', ...inGroup, '-z', zone);
  assert.ok(named(records).includes('api'));
  await az.json(...endpoint, 'delete', ...named1);
  assert.deepEqual(await az.json(...endpoint, 'list', ...inGroup), []);
});
