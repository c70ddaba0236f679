/**
 * `pms demo` as a process: ready in one go with the calls that the design allows, its two outputs, its exit codes, and
 * its end by a signal.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createResolver } from '../../src/probe/dns.ts';
import { eventually } from '../env/eventually.ts';
import { requireTool } from '../env/require-tool.ts';
import { demo, running, sample, sampleWith } from './demo-process.ts';
import { type Ended, main } from './pms-process.ts';

const ESCAPE = '\x1b';
const ONCE = ['--once', '--latency-scale', '0'];
const FROM_STDIN = [...ONCE, '-f', '-'];

// biome-ignore lint/suspicious/noExplicitAny: what a process printed; the tests assert on its fields
const parsed = ({ stdout }: Ended): Record<string, any> => JSON.parse(stdout);

const PUBLIC_QUERY = { workspace: 'law-plant-a', before: '200', after: '403 NspValidationFailedError' };

interface Ready {
  readonly name: string;
  readonly args: readonly string[];
  readonly rest: object;
  readonly mostCalls: number;
}

/** The closing itself is the seventeenth. */
const becomesReady: readonly Ready[] = [
  { name: 'the sample of one workspace', args: ['-f', sample], rest: {}, mostCalls: 16 },
  { name: 'the same, proved and closed', args: [], rest: { publicQuery: PUBLIC_QUERY }, mostCalls: 17 },
  { name: 'the same at once', args: ['--latency-scale', '0'], rest: { publicQuery: PUBLIC_QUERY }, mostCalls: 17 },
];

for (const { name, args, rest: expected, mostCalls } of becomesReady) {
  test(`${name} becomes Ready with at most ${mostCalls} calls`, async t => {
    const ended = await demo(t, ['--once', '-o', 'json', ...args]);
    assert.equal(ended.stderr, '');
    assert.equal(ended.code, 0);
    const { object, plan, records, calls, ...rest } = parsed(ended);
    assert.deepEqual(rest, expected);

    assert.deepEqual([object.apiVersion, object.kind], ['privatemonitoring.dev/v1alpha1', 'PrivateMonitoringScope']);
    assert.equal(object.metadata.name, 'plant-a');
    const conditions: { type: string; status: string }[] = object.status.conditions;
    assert.deepEqual(
      conditions.filter(({ status }) => status !== 'True').map(({ type }) => type),
      ['Reconciling', 'Stalled'],
    );

    const own: { name: string; source: string }[] = records;
    const listed = own.filter(({ source }) => source === 'NetworkInterface');
    assert.equal(listed.length, 11);
    assert.ok(own.filter(({ source }) => source === 'Twin').length >= 11);
    assert.ok(own.some(({ name }) => name === 'api.loganalytics.io'));
    assert.equal(object.status.recordCount, own.length);

    assert.ok(calls.length <= mostCalls, `${calls.length} calls`);
    for (const call of calls) {
      assert.deepEqual(Object.keys(call), ['method', 'path', 'apiVersion', 'status', 'durationMs']);
      assert.match(call.path, /^\/subscriptions\//);
    }
    const made = calls.filter(({ method }: { method: string }) => method === 'PUT');
    assert.deepEqual(made.map(({ path }: { path: string }) => path.split('/').at(-2)).toSorted(), [
      'privateEndpoints',
      'privateLinkScopes',
      'scopedResources',
      'workspaces',
    ]);

    assert.equal(plan.mode, 'converge');
    const creations = plan.steps.flatMap((step: { actions: { verb: string; key: string }[] }) => step.actions);
    assert.deepEqual(
      creations.map(({ verb, key }: { verb: string; key: string }) => [verb, key]),
      [
        ['create', 'workspace/law-plant-a'],
        ['create', 'privateLinkScope'],
      ],
    );
  });
}

test('the public side is answered before the path is proved, and refused after the closing, the last thing done', async t => {
  const { code, stdout } = await demo(t, ONCE);
  assert.equal(code, 0);
  const order = [
    'a query of law-plant-a from the public side is answered: 200',
    'Answering: 68/68 answers of lan-dns are ours',
    'PathProved: the certificates of 3 addresses are right, law-plant-a answered through 127.13.1.7',
    'Isolated           Isolating: workspace law-plant-a: publicNetworkAccessForIngestion Enabled -> Disabled',
    'Isolated           Isolated: workspace law-plant-a: ingestion Disabled, query Disabled',
    'a query of law-plant-a from the public side is refused: 403 NspValidationFailedError',
    '$ kubectl -n default get pms',
  ].map(text => stdout.indexOf(text));
  assert.ok(order.every(at => at >= 0));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test('piped text is plain: the plan, a line for each change, then the report and three commands', async t => {
  const { code, stdout, stderr } = await demo(t, ONCE);
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(!stdout.includes(ESCAPE));
  assert.match(stdout, /^Plan:\n {2}= CredentialsReady/m);
  assert.match(stdout, /^ +\d+\.\d s {2}ResourcesLinked +law-plant-a-[0-9a-f]{8}: Provisioning$/m);
  assert.match(stdout, /^ +\d+\.\d s {2}RecordsResolving +Answering: \d+\/\d+ answers/m);
  assert.match(stdout, /^plant-a +True +Ready +27 +True +\d+s$/m);
  assert.match(stdout, /^ +127\.13\.1\.7 +api\.monitor\.azure\.com$/m);
  assert.match(stdout, /^ +Ready +True +Ready +27 records/m);
  assert.equal(stdout.slice(stdout.indexOf('\nNext:')).match(/^ {2}.+ {3}# /gm)?.length, 3);
  const repeated = stdout.split('\n').filter((line, index, all) => / s {2}/.test(line) && all.indexOf(line) < index);
  assert.deepEqual(repeated, []);
});

test("a file's own names, subscription and region are there in the simulated Azure", async t => {
  const subscription = 'ABCDEF01-2345-4678-9abc-def012345678';
  const text = await sampleWith(() => ({
    subscriptionId: subscription,
    resourceGroup: 'RG_(own)',
    location: 'westeurope',
    workspaces: [{ name: 'law-own' }, { name: 'law-north', location: 'northeurope' }],
    privateEndpoint: {
      subnetId: `/subscriptions/${subscription}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/hub/subnets/private`,
    },
    dns: { target: 'lan-1' },
  }));
  const ended = await demo(t, [...FROM_STDIN, '-o', 'json'], text);
  assert.equal(ended.stderr, '');
  assert.equal(ended.code, 0);
  const { records, calls } = parsed(ended);
  assert.equal(records.filter(({ source }: { source: string }) => source === 'NetworkInterface').length, 14);
  for (const { addresses } of records) assert.match(addresses[0], /^127\./);
  const paths = calls.map(({ path }: { path: string }) => path.toLowerCase());
  assert.ok(paths.some((path: string) => path.includes('/resourcegroups/rg-hub/')));
  assert.ok(paths.every((path: string) => path.startsWith(`/subscriptions/${subscription.toLowerCase()}`)));
});

test('a subnet without room ends it with 1 and the reason, and nothing is created', async t => {
  const regions = ['japaneast', 'japanwest', 'westus', 'eastus', 'uksouth', 'northeurope', 'westeurope'];
  const workspaces = regions.map(location => ({ name: `law-${location}`, location }));
  const text = await sampleWith(spec => ({ ...spec, workspaces }));
  const ended = await demo(t, [...FROM_STDIN, '-o', 'json'], text);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /^not Ready: SubnetFull: spec\.privateEndpoint\.subnetId: 29 addresses are needed/);
  const { object, calls } = parsed(ended);
  assert.equal(object.status.conditions.find(({ type }: { type: string }) => type === 'Stalled').status, 'True');
  assert.ok(calls.every(({ method }: { method: string }) => method === 'GET'));
});

test('a suspended object ends it with 1: nobody will make it Ready', async t => {
  const { code, stderr } = await demo(t, FROM_STDIN, await sampleWith(spec => ({ ...spec, suspend: true })));
  assert.equal(code, 1);
  assert.match(stderr, /^not Ready: Suspended: /);
});

const other = '/subscriptions/21111111-1111-4111-8111-111111111111/resourceGroups/rg-monitor';
const foreignSubnet = `${other}/providers/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring`;

const refusals: readonly {
  readonly name: string;
  readonly args?: readonly string[];
  readonly file?: Promise<string> | string;
  readonly stderr: RegExp;
}[] = [
  {
    name: 'an unknown field',
    file: sampleWith(spec => ({ ...spec, workspace: 'law' })),
    stderr: /^error: standard input is not valid:\n {2}unknown field "spec.workspace"/,
  },
  {
    name: 'a wrong type',
    file: sampleWith(spec => ({ ...spec, suspend: 'yes' })),
    stderr: /spec.suspend in body must be of type boolean/,
  },
  {
    name: 'a missing field',
    file: sampleWith(({ resourceGroup: _, ...spec }) => spec),
    stderr: /spec.resourceGroup: Required value/,
  },
  {
    name: 'another kind',
    file: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    stderr: /kind: must be PrivateMonitoringScope, not "ConfigMap"/,
  },
  {
    name: 'a subnet in another subscription',
    file: sampleWith(spec => ({ ...spec, privateEndpoint: { subnetId: foreignSubnet } })),
    stderr: /spec.privateEndpoint.subnetId: the simulated Azure has one subscription/,
  },
  {
    name: 'a region that the simulated Azure does not know',
    file: sampleWith(spec => ({ ...spec, location: 'marsnorth' })),
    stderr: /spec.location or .*'marsnorth'/,
  },
  { name: 'a file that is not there', args: ['-f', '/nowhere/x.yaml'], stderr: /--file \/nowhere\/x.yaml.*ENOENT/ },
  { name: 'an unknown flag', args: ['--surprise'], stderr: /--surprise/ },
  { name: 'a scale below nothing', args: ['--latency-scale', '-1'], stderr: /--latency-scale.*0 or more/ },
  {
    name: 'a scenario that there is not',
    args: ['--scenario', 'flood'],
    stderr: /conflict, drift, full-subnet, wrong-scope/,
  },
  { name: 'a file beside a scenario', args: ['--scenario', 'drift', '-f', '-'], stderr: /--scenario .*--file/ },
  { name: 'an output that there is not', args: ['-o', 'yaml'], stderr: /--output.*text, json/ },
];

for (const { name, args = ['-f', '-'], file = '', stderr } of refusals) {
  test(`of no use, exit 2 with the field or flag: ${name}`, async t => {
    const ended = await demo(t, ['--once', ...args], await file);
    assert.deepEqual([ended.code, ended.stdout], [2, '']);
    assert.match(ended.stderr, stderr);
  });
}

test('it goes on after Ready, its DNS server answers the command that it shows, and Ctrl-C ends it with 0', async t => {
  const { child, stdout } = running(t, ['--latency-scale', '0']);
  await eventually('the report', () => stdout().includes('Ctrl-C ends it'));
  const [, address = '', port, name = ''] = /dig @(\S+) -p (\d+) \+short (\S+)/.exec(stdout()) ?? [];
  const server = { name: 'demo', address, port: Number(port) };
  const answer = await createResolver().ask(server, name, 'A', AbortSignal.timeout(5_000));
  assert.deepEqual(answer, { rcode: 'NOERROR', addresses: ['127.13.1.7'], ttlSeconds: 60 });
  assert.ok(child.isRunning());
  await child.stop('SIGINT', 4_000);
  assert.equal(await child.ended, 0);
});

test('a signal in the middle of a creation ends it in time: 0, and 1 where Ready was asked for', async t => {
  const ends = await Promise.all(
    [[], ['--once']].map(async flags => {
      const { child, stdout } = running(t, ['--latency-scale', '20', ...flags]);
      await eventually('a PUT in flight', () => stdout().includes('PUT sent'));
      const askedAt = performance.now();
      await child.stop('SIGTERM', 10_000);
      return { code: await child.ended, ms: performance.now() - askedAt };
    }),
  );
  assert.deepEqual(
    ends.map(({ code }) => code),
    [0, 1],
  );
  for (const { ms } of ends) assert.ok(ms < 4_000, `${ms} ms`);
});

test('it ends when nobody reads it any more', async t => {
  const child = spawn(process.execPath, [main, 'demo', '--latency-scale', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
  child.stdout.destroy();
  const [code] = await once(child, 'close', { signal: AbortSignal.timeout(20_000) });
  assert.equal(code, 0);
});

test('on a terminal the progress is drawn in place, and the cursor is there again at the end', async t => {
  const script = requireTool(t, 'script');
  if (script === undefined) return;
  const command = `'${process.execPath}' '${main}' demo --once --latency-scale 0`;
  const child = spawn(script, ['-qec', command, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '' },
  });
  t.after(() => child.kill('SIGKILL'));
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    screen += piece;
  });
  const [code] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) });
  assert.equal(code, 0);
  assert.ok(screen.includes(`${ESCAPE}[J`), 'nothing was drawn in place');
  assert.ok(screen.lastIndexOf(`${ESCAPE}[?25h`) > screen.lastIndexOf(`${ESCAPE}[?25l`));
  assert.match(screen, /10 of 10 steps/);
});
