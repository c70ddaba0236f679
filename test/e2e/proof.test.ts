/**
 * Proof and isolation beyond the first closing, driven by kubectl alone: one by one, what others have closed, what the
 * public side says, and how each way of failing is told. One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { certificateAuthority } from '../../src/simulator/certificates.ts';
import { removeAtExit } from '../env/child-process.ts';
import { type ConnectProxy, startConnectProxy } from '../env/connect-proxy.ts';
import { eventually } from '../env/eventually.ts';
import { freePort } from '../env/free-port.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';
import { PATIENCE, watch } from './watch.ts';

const NSP = { code: 'NspValidationFailedError', message: "Access to workspace from '203.0.113.9' is denied." };
const REFUSED = { code: 'InsufficientAccessError', message: 'insufficient access', innererror: NSP };

suite('what is proved and what is closed', () => {
  let scene: Scene;
  let proxy: ConnectProxy;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    proxy = await startConnectProxy(scene.azure.publicSide);
    await scene.startOperator({ args: ['--public-egress-proxy', proxy.url] });
    for (const [name, access] of [
      ['law-shut', 'Disabled'],
      ['law-perimeter', 'SecuredByPerimeter'],
    ] as const) {
      const properties = { sku: { name: 'PerGB2018' }, publicNetworkAccessForQuery: access };
      await scene.azure.call('PUT', idOf(name), { location: 'japaneast', properties });
    }
  });
  after(async () => {
    await scene?.stop();
    await proxy?.close();
  });

  const { condition, told, ready, events, object, remove, gone } = watch(() => scene, 'plant-a');
  const idOf = (name: string) => `${scene.azure.group}/providers/Microsoft.OperationalInsights/workspaces/${name}`;
  const access = async (name: string): Promise<string> =>
    (await scene.azure.call('GET', idOf(name))).properties.publicNetworkAccessForQuery;
  const closing = (name: string) => ({ name, isolation: { query: 'Disabled' } });
  const plantA = (workspaces: readonly Record<string, unknown>[], spec: Readonly<Record<string, unknown>> = {}) =>
    pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a', workspaces, spec });
  const adopted = (name: string) => ({ ...closing(name), resourceId: idOf(name) });
  const MODES = { privateLinkScope: { accessModes: { query: 'PrivateOnly' } } };

  test('PrivateOnly is warned of before anything is made', async () => {
    await scene.apply(plantA([closing('law-a')], { mode: 'Plan', ...MODES }));
    const { message } = await told('PreflightPassed', 'PassedWithWarnings');
    assert.match(message, /warning: PrivateOnly cuts off what is not linked to this scope/);
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=20s');
  });

  test('closings come one by one, each after a query of its own, and the scope comes last', async () => {
    await scene.apply(plantA([closing('law-a'), closing('law-b')], MODES));
    await ready();
    const closings = (await scene.azure.calls()).filter(
      ({ method, path }) => method === 'PATCH' || (method === 'PUT' && /privatelinkscopes\/[^/]+$/i.test(path)),
    );
    assert.deepEqual(
      closings.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`),
      ['PUT plant-a', 'PATCH law-a', 'PATCH law-b', 'PUT plant-a'],
    );
    const answered = (await scene.azure.dataPlaneCalls()).filter(({ status }) => status === 200);
    for (const [index, { time }] of closings.slice(1).entries()) {
      const since = index === 0 ? '' : (closings[index]?.time ?? '');
      const between = answered.filter(query => query.time > since && query.time <= time);
      assert.ok(between.length >= 2, `both workspaces answered before closing ${index + 1}`);
    }
  });

  test('once it is closed the same query is tried on the public side, is refused there, and Isolated says so', async () => {
    const { message } = await told('Isolated', /a query from the public side is refused/);
    assert.equal(message.match(/a query from the public side is refused/g)?.length, 2, message);
    assert.match(proxy.asked().join(), /^api\.loganalytics\.azure\.com:\d+,/);
    const refused = (await scene.azure.dataPlaneCalls()).filter(({ status }) => status === 403);
    assert.ok(refused.length >= 2);
  });

  test('an egress that is not there leaves the matter open, and the object Ready', async () => {
    proxy.leadTo(undefined);
    const { status, message } = await told('Isolated', /whether the public side is refused is not known/);
    assert.equal(status, 'True');
    assert.match(message, /Proxy response \(403\)/);
    assert.equal((await condition('Ready'))?.status, 'True');
  });

  test('an egress that is answered is told, and nothing is opened for it', async () => {
    const [record] = (await scene.records())['pms.hosts']?.match(/^\S+(?= api\.monitor\.azure\.com )/m) ?? [];
    proxy.leadTo({ address: record ?? '', port: scene.azure.dataPlanePort });
    const { status } = await told('Isolated', /a query from the public side is still answered/);
    assert.equal(status, 'True');
    assert.deepEqual([await access('law-a'), await access('law-b')], ['Disabled', 'Disabled']);
    proxy.leadTo(scene.azure.publicSide);
    await told('Isolated', /a query from the public side is refused/);
  });

  test('a query that arrives from the public side though it went to the endpoint is told as PublicPath', async () => {
    const instead = { status: 403, body: { error: REFUSED } };
    await scene.azure.faults([{ match: { service: 'data-plane', path: '*/query' }, instead }]);
    const { message, status } = await told('PathVerified', 'PublicPath');
    await scene.azure.faults([]);
    assert.equal(status, 'False');
    assert.match(message, /query of law-a through 127\.13\.1\.\d+: 403 NspValidationFailedError .*203\.0\.113\.9/);
    assert.match(message, /proxy or NAT between operator and endpoint/);
    await ready();
    assert.equal(await access('law-a'), 'Disabled');
  });

  test('a closing undone by somebody is told as drift with field, expected and found, and done again', async () => {
    await scene.azure.call('PATCH', idOf('law-a'), { properties: { publicNetworkAccessForQuery: 'Enabled' } });
    await eventually(
      'the event tells it',
      async () =>
        /DriftDetected.*law-a: publicNetworkAccessForQuery is Enabled, expected Disabled/.test(await events()),
      PATIENCE,
    );
    await eventually('it is closed again', async () => (await access('law-a')) === 'Disabled', PATIENCE);
  });

  test('what somebody else closed, and what a perimeter secures, is told and left', async () => {
    const open = { privateLinkScope: { accessModes: { query: 'Open' } }, isolation: { onDelete: 'Reopen' } };
    const all = [closing('law-a'), closing('law-b'), adopted('law-shut'), adopted('law-perimeter')];
    await scene.apply(plantA(all, open));
    const { message } = await told('Isolated', /law-perimeter: .*a network security perimeter decides/);
    assert.match(message, /workspace law-shut: ingestion Enabled, query Disabled; query was closed by somebody else/);
    await ready();
    const { resources = [] } = (await object()).status;
    const kept = resources.flatMap(({ key, closed }) => (closed === undefined ? [] : [[key, closed.before]]));
    assert.deepEqual(kept, [
      ['workspace/law-a', { query: 'Enabled' }],
      ['workspace/law-b', { query: 'Enabled' }],
    ]);
  });

  test('a workspace that is taken out of the spec and kept is opened first, then unlinked', async () => {
    await scene.apply(plantA([closing('law-a'), adopted('law-shut')], { isolation: { onDelete: 'Reopen' } }));
    await eventually(
      'its link is gone',
      async () => !(await scene.azure.ids()).some(id => /\/scopedresources\/law-b-/.test(id)),
      PATIENCE,
    );
    assert.equal(await access('law-b'), 'Enabled');
  });

  test('with onDelete Leave a deletion leaves closed what is closed, and the event says that', async () => {
    await scene.apply(plantA([closing('law-a'), adopted('law-shut')], { isolation: { onDelete: 'Leave' } }));
    await remove();
    await gone();
    assert.deepEqual([await access('law-a'), await access('law-shut')], ['Disabled', 'Disabled']);
    assert.match(await events(), /Released.*workspace law-a \(query closed\).* in rg-monitor/);
  });
});

suite('what the operator sees from where it stands', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
  });
  after(async () => scene?.stop());

  const { told, condition, ready, object, patch, remove, gone } = watch(() => scene, 'plant-a');
  const plantA = (spec: Readonly<Record<string, unknown>>) =>
    pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a', spec });

  test('HTTPS inspection is told with the issuer of its certificate', async t => {
    const directory = await mkdtemp(join(tmpdir(), 'pms-e2e-'));
    t.after(removeAtExit(directory));
    const foreign = join(directory, 'ca.pem');
    await writeFile(foreign, (await certificateAuthority()).caPem);
    const operator = await scene.startOperator({ args: ['--data-plane-ca-file', foreign] });
    await scene.apply(plantA({ verification: { gate: 'TLS' } }));
    const { status, message } = await told('PathVerified', 'ForeignCertificate');
    assert.equal(status, 'False');
    assert.match(message, /the certificate was issued by CN=.+; HTTPS inspection\?/);
    await operator.stop('SIGTERM', 25_000);
  });

  test('the workspace’s own view of its link, and DNS over UDP and TCP, are all that gate DNS asks for', async () => {
    await scene.startOperator({ dataPlanePort: await freePort() });
    const workspaces = [{ name: 'law-plant-a', isolation: { query: 'Disabled' } }];
    const dns = { verifyServers: [scene.coreDns.server] };
    await scene.apply(plantA({ verification: { gate: 'DNS' }, workspaces, dns, isolation: { onDelete: 'Reopen' } }));
    await told('Isolated', 'Isolated');
    await ready();
    assert.equal((await condition('PathVerified'))?.message, 'the workspaces name plant-a among their scopes');
    // Two servers; every name A and AAAA over UDP, and up to nine of them over TCP.
    const [, right, all] = /^(\d+)\/(\d+) answers of /.exec((await condition('RecordsResolving'))?.message ?? '') ?? [];
    const { recordCount = 0 } = (await object()).status;
    assert.equal(right, all);
    assert.ok(Number(all) > 2 * 2 * recordCount, `${all} questions about ${recordCount} names`);
  });

  test('a component is closed after the workspaces, nothing else of it is changed, and it is opened before a deletion', async () => {
    const id = `${scene.azure.group}/providers/Microsoft.Insights/components/web`;
    const made = {
      location: 'japaneast',
      kind: 'web',
      tags: { team: 'web' },
      properties: { Application_Type: 'web', RetentionInDays: 90 },
    };
    await scene.azure.call('PUT', id, made);
    const found = await scene.azure.call('GET', id);
    const applicationInsights = [{ name: 'web', resourceId: id, isolation: { ingestion: 'Disabled' } }];
    await patch({ applicationInsights });
    await told('Isolated', /component web: ingestion Disabled, query Enabled/);
    await ready();
    const closed = await scene.azure.call('GET', id);
    const properties = { ...found.properties, publicNetworkAccessForIngestion: 'Disabled' };
    assert.deepEqual(
      { ...closed, etag: '', properties: { ...closed.properties, privateLinkScopedResources: undefined } },
      { ...found, etag: '', properties: { ...properties, privateLinkScopedResources: undefined } },
    );
    await remove();
    await gone();
    const opened = await scene.azure.call('GET', id);
    assert.equal(opened.properties.publicNetworkAccessForIngestion, 'Enabled');
    const puts = (await scene.azure.calls()).filter(({ path }) => /components\/web$/i.test(path));
    assert.deepEqual(
      puts.map(({ method }) => method).filter(method => method !== 'GET'),
      ['PUT', 'PUT'],
    );
  });
});
