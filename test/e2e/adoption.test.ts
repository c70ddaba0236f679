/**
 * What somebody else built, on the real control plane: imported and adopted without a write, isolated when asked, claimed
 * by two objects, and left as it was. One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { parse } from 'yaml';
import { eventually } from '../env/eventually.ts';
import { API, type ByHand, byHand, LAW, PATIENCE } from './by-hand.ts';
import { NAMESPACE, type Scene, startScene } from './scene.ts';

suite('what others built', () => {
  let scene: Scene;
  let hand: ByHand;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    await scene.startOperator();
    hand = byHand(scene);
  });
  after(async () => scene?.stop());

  const links = () => ['scoped-law', 'scoped-web'].map(name => `${hand.hub.scope}/scopedResources/${name}`);
  /** All of it, but for what tells of the latest write. */
  const everything = async () => {
    const bodies = await Promise.all([...Object.values(hand.hub), ...links()].map(hand.body));
    return bodies.map(({ etag: _, systemData: __, properties: { modifiedDate: ___, ...properties }, ...body }) => {
      return { ...body, properties };
    });
  };
  const query = async () => (await hand.body(hand.hub.workspace)).properties.publicNetworkAccessForQuery;
  const eventuallyQuery = (value: string) =>
    eventually(`query access is ${value}`, async () => (await query()) === value, PATIENCE);

  // biome-ignore lint/suspicious/noExplicitAny: YAML that the command printed
  let imported: any;
  let found: Awaited<ReturnType<typeof everything>>;
  const changed = (isolation: object | undefined, spec: object = {}) => ({
    ...imported,
    spec: {
      ...imported.spec,
      workspaces: [{ ...imported.spec.workspaces[0], ...(isolation ? { isolation } : {}) }],
      isolation: { onDelete: 'Reopen' },
      ...spec,
    },
  });
  /** Another object on the hub's workspace, scope and endpoint. */
  const rival = (query: 'Enabled' | 'Disabled') =>
    hand.own('rival', {
      workspaces: [{ name: 'theirs', resourceId: hand.hub.workspace, isolation: { query } }],
      privateLinkScope: { resourceId: hand.hub.scope },
      privateEndpoint: { resourceId: hand.hub.endpoint },
      isolation: { onDelete: 'Reopen' },
    });

  test('an import of a resource group tells each resource on a line of its own, and Azure is only read', async () => {
    await hand.build();
    const loose = hand.at(LAW, 'law-loose', 'rg-hub');
    await hand.put(loose, { location: 'japaneast', properties: { sku: { name: 'PerGB2018' } } });
    const group = ['--resource-group', 'rg-hub', '--subscription', scene.azure.subscriptionId];
    const told = await scene.pms(['import', ...group, '--name', 'by-hand', '-n', NAMESPACE]);
    assert.equal(told.exitCode, 0, told.stderr);
    const lines = told.stderr.trim().split('\n');
    for (const name of [
      'workspace law-hub',
      'Application Insights component web',
      'private link scope ampls-hub',
      'private endpoint pe-hub',
    ])
      assert.equal(lines.filter(line => line.startsWith(`Imported ${name} (/subscriptions/`)).length, 1, told.stderr);
    assert.match(told.stderr, /^Skipped workspace law-loose \(\S+\) because /m);
    imported = parse(told.stdout);
    assert.equal(imported.spec.workspaces[0].resourceId.toLowerCase(), hand.hub.workspace.toLowerCase());
    assert.deepEqual(await hand.writes(), []);
  });

  test('the result plans no write, and applied it becomes Ready with the records of what is there, without a write', async () => {
    found = await everything();
    const plan = await scene.pms(['plan', '-f', '-', '--simulated-azure'], imported);
    assert.match(plan.stdout, /= pe-hub is adopted as privateEndpoint/, plan.stderr);
    assert.doesNotMatch(plan.stdout, /^ *\d+\. [-+~]/m, 'nothing is written to Azure');

    await scene.apply(imported);
    await hand.ready('by-hand');
    assert.deepEqual(await hand.writes(), []);
    assert.deepEqual(await everything(), found);
    const nic = await hand.body((await hand.body(hand.hub.endpoint)).properties.networkInterfaces[0].id);
    const addresses: readonly string[] = nic.properties.ipConfigurations.map(
      (one: { properties: { privateIPAddress: string } }) => one.properties.privateIPAddress,
    );
    const [api = ''] = await hand.answer(API);
    assert.ok(addresses.includes(api), `${API} is ${api}`);
    const { customerId } = (await hand.body(hand.hub.workspace)).properties;
    assert.equal((await hand.answer(`${customerId}.ods.opinsights.azure.com`)).length, 1);
  });

  test('the links that were there under other names are listed as adopted, and not repeated', async () => {
    const { resources } = await hand.status('by-hand');
    const listed = resources.filter(({ key }: { key: string }) => key.startsWith('scopedResource/'));
    assert.deepEqual(
      listed.map(({ id, origin }: { id: string; origin: string }) => [id.split('/').at(-1), origin]).sort(),
      [
        ['scoped-law', 'Adopted'],
        ['scoped-web', 'Adopted'],
      ],
    );
    assert.equal((await hand.idsOf(/ampls-hub\/scopedresources\//)).length, 2);
  });

  test('an adopted thing that is not there is told with its id, is not created, and no other name is lost', async () => {
    const records = await scene.records();
    const id = hand.hub.workspace.replace('law-hub', 'law-late');
    const workspaces = [{ name: 'late', resourceId: id }];
    await scene.apply(hand.own('late', { workspaces, privateLinkScope: { resourceId: hand.hub.scope } }));
    const told = await hand.told('late', 'WorkspacesReady', 'AdoptedNotFound');
    assert.ok(told.message.includes(id), told.message);
    await hand.told('late', 'Ready', 'AdoptedNotFound');
    assert.deepEqual(await scene.records(), records);
    await hand.remove('late');
    assert.deepEqual(await hand.idsOf(/law-late/), []);
    assert.deepEqual(await hand.writes(), []);
  });

  test('an adopted workspace and an adopted scope are closed when that is asked, by their two switches alone, tags untouched', async () => {
    const accessModes = { query: 'PrivateOnly' };
    const privateLinkScope = { ...imported.spec.privateLinkScope, accessModes };
    await scene.apply(changed({ query: 'Disabled' }, { privateLinkScope }));
    await hand.told('by-hand', 'Isolated', 'Isolated', /on trial/);
    await hand.ready('by-hand');
    const now = await hand.body(hand.hub.workspace);
    assert.equal(now.properties.publicNetworkAccessForQuery, 'Disabled');
    assert.equal(now.properties.publicNetworkAccessForIngestion, 'Enabled');
    assert.deepEqual(now.tags, { team: 'hub' });
    const { accessModeSettings } = (await hand.body(hand.hub.scope)).properties;
    assert.deepEqual(
      [accessModeSettings.queryAccessMode, accessModeSettings.ingestionAccessMode],
      ['PrivateOnly', 'Open'],
    );
    const written = (await hand.writes()).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
    assert.equal(written.length, 2, written.join());
    assert.equal(written[0], 'PATCH law-hub');
    await scene.apply(
      changed({ query: 'Disabled' }, { privateLinkScope: { ...privateLinkScope, accessModes: { query: 'Open' } } }),
    );
    const isOpen = async () =>
      (await hand.body(hand.hub.scope)).properties.accessModeSettings.queryAccessMode === 'Open';
    await eventually('the scope is open again', isOpen, PATIENCE);
    await scene.apply(changed({ query: 'Disabled' }));
  });

  test('of two objects that ask for different access the one that Azure suits is Ready, the other says SettingConflict', async () => {
    await scene.apply(rival('Enabled'));
    const told = await hand.told('rival', 'Isolated', 'SettingConflict');
    assert.match(
      told.message,
      /workspace law-hub: publicNetworkAccessForQuery stays Disabled, as object private-monitoring\/by-hand asks, and this object asks for Enabled: let them ask for the same/,
    );
    await hand.told('rival', 'Ready', 'SettingConflict');
    await hand.ready('by-hand');
    assert.equal(await query(), 'Disabled');
    assert.match(await scene.kubectl('events', '--for', 'pms/rival'), /SettingConflict/);
  });

  test('the other gets its way when the first takes the field out, and both when they ask for the same', async () => {
    await scene.apply(changed(undefined));
    await eventuallyQuery('Enabled');
    await hand.ready('rival', 'by-hand');
    await scene.apply(changed({ query: 'Disabled' }));
    await hand.told(
      'by-hand',
      'Isolated',
      'SettingConflict',
      /stays Enabled, as object private-monitoring\/rival asks/,
    );
    assert.equal(await query(), 'Enabled');
    await scene.apply(rival('Disabled'));
    await eventuallyQuery('Disabled');
    await hand.ready('rival', 'by-hand');
  });

  test('a deletion does not open what the other asks to be closed; the last one opens it', async () => {
    await hand.remove('by-hand');
    assert.equal(await query(), 'Disabled');
    await hand.ready('rival');
    await hand.remove('rival');
    assert.equal(await query(), 'Enabled');
  });

  test('after all deletions nothing of ours is left in Azure or in DNS, and all is as it was', async () => {
    assert.deepEqual(await everything(), found);
    assert.doesNotMatch((await scene.records())['pms.hosts'] ?? '', /by-hand|rival/);
    const switches = /\/(workspaces\/law-hub|privateLinkScopes\/ampls-hub)$/i;
    const others = (await hand.writes()).filter(({ method, path }) => method === 'DELETE' || !switches.test(path));
    assert.deepEqual(others, []);
  });
});
