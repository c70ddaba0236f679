/**
 * The life of an object, driven by kubectl alone: suspended, changed by others, deleted against locks and outages, kept
 * and found again, abandoned. One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { isWrite } from '../simulator/is-write.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';
import { PATIENCE, watch } from './watch.ts';

suite('the life of a PrivateMonitoringScope', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    await scene.startOperator();
  });
  after(async () => scene?.stop());

  const { object, condition, told, ready, events, annotate, patch, remove, gone } = watch(() => scene, 'plant-a');
  const plantA = (spec: Readonly<Record<string, unknown>> = {}) =>
    pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a', spec: { tags: { plant: 'a' }, ...spec } });
  const workspace = () => `${scene.azure.group}/providers/Microsoft.OperationalInsights/workspaces/law-plant-a`;
  const lock = () => `${scene.azure.group}/providers/Microsoft.Authorization/locks/keep?api-version=2020-05-01`;
  const locked = () => scene.azure.call('PUT', lock(), { properties: { level: 'CanNotDelete' } });
  const unlocked = () => scene.azure.call('DELETE', lock());
  const ids = async () => (await scene.azure.ids()).filter(id => !id.includes('/locks/'));
  const calls = async () => (await scene.azure.calls()).length;
  const resolves = async () =>
    (await dnsQuery({ server: scene.coreDns.server, name: 'api.monitor.azure.com', type: 'A' })).answers[0];
  const edited = async () => {
    const { tags } = await scene.azure.call('GET', workspace());
    await scene.azure.call('PATCH', workspace(), { tags: { ...tags, plant: 'b' } });
  };
  const plantOf = async () => (await scene.azure.call('GET', workspace())).tags.plant;

  test('suspended, it is Unknown and left alone, its records stay, and what changed meanwhile is told when it goes on', async () => {
    await scene.apply(plantA());
    await ready();
    const address = await resolves();
    await patch({ suspend: true });
    const { status, message } = await told('Ready', 'Suspended');
    assert.equal(status, 'Unknown');
    assert.match(message, /published records stay/);
    await edited();
    const before = await calls();
    // Another object is looked at again and again meanwhile: a planned one, which only reads.
    const other = { subscriptionId: scene.azure.subscriptionId, name: 'plant-b', network: 'vnet-plant-b' };
    await scene.apply(pms({ ...other, spec: { mode: 'Plan', resourceGroup: 'rg-none' } }));
    const ofOther = async () => (await scene.azure.calls()).slice(before).filter(({ path }) => /rg-none/i.test(path));
    const first = await eventually('the other is read', async () => (await ofOther()).length || undefined, PATIENCE);
    await eventually('and again', async () => (await ofOther()).length > first, PATIENCE);
    const own = (await scene.azure.calls()).slice(before).filter(({ path }) => /plant-a/i.test(path));
    assert.deepEqual(own, [], 'no call about the suspended object');
    assert.equal(await plantOf(), 'b');
    assert.equal(await resolves(), address);
    await scene.kubectl('delete', 'pms', 'plant-b', '--timeout=20s');
    await patch({ suspend: false });
    await eventually('the tag is put back', async () => (await plantOf()) === 'a', PATIENCE);
    await ready();
  });

  test('a workspace that others link to its scope brings records by itself, which is an event', async () => {
    const { azure } = scene;
    const other = workspace().replace('law-plant-a', 'law-others');
    await azure.call('PUT', other, { location: 'japaneast', properties: { sku: { name: 'PerGB2018' } } });
    const link = `${azure.group}/providers/Microsoft.Insights/privateLinkScopes/plant-a/scopedResources/by-hand`;
    await azure.call('PUT', link, { properties: { linkedResourceId: other } });
    await eventually('it is told', async () => /RecordsChanged +\S+ +\+\d+ -0: /.test(await events()), PATIENCE);
    const { customerId } = (await azure.call('GET', other)).properties;
    assert.match((await scene.records())['pms.hosts'] ?? '', new RegExp(`${customerId}.ods.opinsights`, 'i'));
    await azure.call('DELETE', link);
    await eventually('and when they go', async () => /RecordsChanged +\S+ +\+0 -\d+: /.test(await events()), PATIENCE);
  });

  test('kept by policy, all stays with our tag, and the object applied again finds its own', async () => {
    await scene.apply(plantA({ deletionPolicy: 'Retain' }));
    await ready();
    const before = await ids();
    await remove();
    await gone();
    assert.deepEqual(await ids(), before);
    assert.match((await scene.azure.call('GET', workspace())).tags['pms-owner'], /\/private-monitoring\/plant-a$/);
    const since = await calls();
    await scene.apply(plantA());
    await ready();
    const writes = (await scene.azure.calls()).slice(since).filter(isWrite);
    assert.deepEqual(writes, []);
    const { resources = [] } = (await object()).status;
    assert.deepEqual(
      resources.map(({ key, origin }) => `${key} ${origin}`),
      [
        'privateEndpoint Created',
        'privateLinkScope Created',
        'scopedResource/law-plant-a Created',
        'workspace/law-plant-a Created',
      ],
    );
  });

  test('a lock in Azure keeps the finalizer and says what to do; without it the deletion goes on', async () => {
    await locked();
    await remove();
    const { message } = await told('EndpointReady', 'Locked');
    assert.match(message, /remove the lock|take the lock off/i);
    assert.equal((await condition('Ready'))?.status, 'False');
    assert.equal((await object()).metadata.finalizers?.length, 1);
    await unlocked();
    await annotate('privatemonitoring.dev/requestedAt', 'unlocked');
    await gone();
    assert.ok(!(await ids()).some(id => /privateendpoints/.test(id)));
  });

  test('deleted while Azure is out of reach and edited meanwhile, it waits, and goes when Azure is back', async () => {
    await scene.apply(plantA());
    await ready();
    await scene.azure.unreachable(true);
    await remove();
    await told('Ready', 'AzureUnreachable');
    await patch({ interval: '20s', tags: { plant: 'c' } });
    assert.equal((await object()).metadata.finalizers?.length, 1);
    await scene.azure.unreachable(false);
    await gone();
    assert.ok(!(await ids()).some(id => /privateendpoints|privatelinkscopes/.test(id)));
  });

  test('suspended, it is deleted all the same', async () => {
    await scene.apply(plantA());
    await ready();
    await patch({ suspend: true });
    await told('Ready', 'Suspended');
    await remove();
    await gone();
    assert.ok(!(await ids()).some(id => /privateendpoints|privatelinkscopes/.test(id)));
  });

  test('a scope that others hang on is left to them', async () => {
    await scene.apply(plantA());
    await ready();
    const scope = `${scene.azure.group}/providers/Microsoft.Insights/privateLinkScopes/plant-a`;
    const linkedResourceId = workspace().replace('law-plant-a', 'law-others');
    await scene.azure.call('PUT', `${scope}/scopedResources/by-hand`, { properties: { linkedResourceId } });
    await remove();
    await gone();
    const left = (await ids()).filter(id => /privateendpoints|privatelinkscopes/.test(id));
    assert.deepEqual(
      left.map(id => id.split('/').slice(-2).join('/')),
      ['privatelinkscopes/plant-a', 'scopedresources/by-hand'],
    );
    assert.match(await events(), /Released.*stays? in Azure: private link scope plant-a/);
  });

  test('a workspace that somebody else’s scope links keeps the finalizer until that link is gone', async () => {
    const insights = `${scene.azure.group}/providers/Microsoft.Insights/privateLinkScopes`;
    const accessModeSettings = { queryAccessMode: 'Open', ingestionAccessMode: 'Open' };
    await scene.azure.call('PUT', `${insights}/theirs`, { location: 'global', properties: { accessModeSettings } });
    await scene.apply(plantA({ workspaces: [{ name: 'law-short', deletionPolicy: 'Delete' }] }));
    await ready();
    const link = `${insights}/theirs/scopedResources/mine`;
    const linkedResourceId = workspace().replace('law-plant-a', 'law-short');
    await scene.azure.call('PUT', link, { properties: { linkedResourceId } });
    await remove();
    const { message } = await told('WorkspacesReady', /linked to PrivateLinkScope/);
    assert.match(message, /law-short/);
    assert.equal((await object()).metadata.finalizers?.length, 1);
    await scene.azure.call('DELETE', link);
    await annotate('privatemonitoring.dev/requestedAt', 'unlinked');
    await gone();
    assert.ok(!(await ids()).some(id => id.endsWith('/law-short')));
  });

  test('abandoned by its uid, it goes; Azure stays as it is, DNS forgets it, and the last event lists what stays', async () => {
    await scene.apply(plantA());
    await ready();
    await locked();
    await remove();
    await told('EndpointReady', 'Locked');
    const [before, since] = [await ids(), await calls()];
    await annotate('privatemonitoring.dev/abandon', 'the uid of another one');
    assert.equal((await object()).metadata.finalizers?.length, 1);
    await annotate('privatemonitoring.dev/abandon', (await object()).metadata.uid);
    await gone();
    assert.deepEqual(await ids(), before);
    assert.deepEqual((await scene.azure.calls()).slice(since).filter(isWrite), []);
    assert.doesNotMatch((await scene.records())['pms.hosts'] ?? '', /plant-a/);
    assert.match(
      await events(),
      /Released +\S+ +stay in Azure: private endpoint pe-plant-a, .*workspace law-plant-a in rg-monitor/,
    );
  });
});
