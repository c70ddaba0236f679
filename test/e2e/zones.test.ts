/**
 * Zones for clients inside Azure, on the real control plane: zones that are made and linked, and zones that are there.
 * One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '../env/eventually.ts';
import { pms } from './objects.ts';
import { NAMESPACE, type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 120_000, everyMs: 250 };
const WAIT = ['wait', '--timeout=120s'];
const ZONES = [
  'privatelink.agentsvc.azure-automation.net',
  'privatelink.blob.core.windows.net',
  'privatelink.monitor.azure.com',
  'privatelink.ods.opinsights.azure.com',
  'privatelink.oms.opinsights.azure.com',
];
/** What a path is about. */
const PARTS = [
  [/\/virtualNetworkLinks\//i, 'link'],
  [/\/privateDnsZoneGroups\//i, 'group'],
  [/\/privateDnsZones\//i, 'zone'],
  [/\/privateEndpoints\//i, 'endpoint'],
] as const;
const DNS = /\/privateDns/i;

suite('zones for clients inside Azure', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    await scene.startOperator();
  });
  after(async () => scene?.stop());

  const call = (method: string, path: string, body?: unknown) => scene.azure.call(method, path, body);
  const calls = () => scene.azure.calls();
  const at = (type: string, name: string, group = 'rg-monitor') =>
    `/subscriptions/${scene.azure.subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network/${type}/${name}`;
  const zoneAt = (name: string, group?: string) => at('privateDnsZones', name, group);
  const groupsOf = async (endpoint: string) =>
    (await call('GET', `${at('privateEndpoints', endpoint)}/privateDnsZoneGroups`)).value;
  const there = async () => (await scene.azure.ids()).filter(id => /\/privatednszones\//.test(id));
  const linksOf = async (zone: string) => (await call('GET', `${zoneAt(zone)}/virtualNetworkLinks`)).value;
  /** Writes of the operator to private DNS: `PUT privateDnsZones/...`. */
  const writes = async () =>
    (await calls())
      .filter(({ method, path }) => method !== 'GET' && DNS.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/^.*\/Microsoft\.Network\//i, '')}`);
  const conditionOf = async (name: string, type = 'ZoneGroupReady') => {
    const { status } = JSON.parse(await scene.kubectl('get', 'pms', name, '-o', 'json'));
    return status.conditions.find((condition: { type: string }) => condition.type === type);
  };
  const waitForReason = (name: string, reason: string) =>
    scene.kubectl(
      ...WAIT,
      `--for=jsonpath={.status.conditions[?(@.type=="ZoneGroupReady")].reason}=${reason}`,
      `pms/${name}`,
    );
  const settled = async (name: string) => {
    await scene.kubectl(...WAIT, '--for=condition=Ready', `pms/${name}`);
    const { metadata } = JSON.parse(await scene.kubectl('get', 'pms', name, '-o', 'json'));
    const generation = `--for=jsonpath={.status.convergedGeneration}=${metadata.generation}`;
    await scene.kubectl(...WAIT, generation, `pms/${name}`);
  };
  /** Everything is read again, and what that leads to is done. */
  const runAgain = async (name: string, request: string) => {
    await scene.kubectl('annotate', '--overwrite', 'pms', name, `privatemonitoring.dev/requestedAt=${request}`);
    await scene.kubectl(...WAIT, `--for=jsonpath={.status.lastHandledRequest}=${request}`, `pms/${name}`);
  };
  const published = async () => (await scene.records())['pms.hosts'] ?? '';

  const making = () => {
    const object = pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a' });
    const createZones = { resourceGroup: 'rg-monitor', linkTo: [at('virtualNetworks', 'vnet-plant')] };
    return {
      ...object,
      spec: { ...object.spec, privateEndpoint: { ...object.spec.privateEndpoint, zoneGroup: { createZones } } },
    };
  };
  const given = (zoneIds?: readonly string[], over: object = {}) => {
    const { subscriptionId } = scene.azure;
    const object = pms({ subscriptionId, name: 'plant-b', network: 'vnet-plant-b' });
    const zoneGroup = zoneIds === undefined ? {} : { zoneGroup: { zoneIds } };
    return {
      ...object,
      spec: { ...object.spec, ...over, privateEndpoint: { ...object.spec.privateEndpoint, ...zoneGroup } },
    };
  };

  test('pms plan tells zones, zone group and network links in their order, before there is anything', async () => {
    const { exitCode, stdout, stderr } = await scene.pms(
      ['plan', '-f', '-', '--simulated-azure', '--detailed-exitcode', '-o', 'json'],
      making(),
    );
    assert.equal(exitCode, 2, stderr);
    const { actions } = JSON.parse(stdout);
    const keys: string[] = actions.map(({ key }: { key: string }) => key.split('/')[0]);
    assert.deepEqual(keys.slice(4), [...ZONES.map(() => 'dnsZone'), 'zoneGroup', ...ZONES.map(() => 'zoneLink')]);
  });

  test('createZones makes the zones that the scope requires, then the group, then the links, all of them ours', async () => {
    await scene.apply(making());
    await settled('plant-a');
    const wrote = await writes();
    const kindOf = (line: string) => (/Links/.test(line) ? 'link' : /Groups/.test(line) ? 'group' : 'zone');
    assert.deepEqual(wrote.map(kindOf), [...ZONES.map(() => 'zone'), 'group', ...ZONES.map(() => 'link')]);
    for (const zone of ZONES) {
      const { tags } = await call('GET', zoneAt(zone));
      assert.match(tags['pms-owner'], new RegExp(`/${NAMESPACE}/plant-a$`));
      const [link, ...others] = await linksOf(zone);
      assert.deepEqual([others, link.properties.registrationEnabled], [[], false]);
      assert.match(link.tags['pms-owner'], /plant-a$/);
    }
    const [group, ...more] = await groupsOf('pe-plant-a');
    assert.deepEqual(more, []);
    assert.match(group.name, /^pms-[0-9a-f]{8}$/);
    assert.equal((await conditionOf('plant-a')).status, 'True');
  });

  test('records are read right while customDnsConfigs is empty under the zone group', async () => {
    const endpoint = await call('GET', at('privateEndpoints', 'pe-plant-a'));
    assert.deepEqual(endpoint.properties.customDnsConfigs, []);
    const { value } = await call('GET', `${zoneAt('privatelink.monitor.azure.com')}/A`);
    const api = value.find(({ name }: { name: string }) => name === 'api').properties.aRecords[0].ipv4Address;
    await runAgain('plant-a', 'empty');
    await settled('plant-a');
    assert.match(await published(), new RegExp(`^${api} api\\.monitor\\.azure\\.com `, 'm'));
    const { status } = JSON.parse(await scene.kubectl('get', 'pms', 'plant-a', '-o', 'json'));
    assert.equal(status.recordCount, 27);
  });

  test('what is settled is not written again, and pms plan has nothing to do', async () => {
    const before = await writes();
    await runAgain('plant-a', 'rest');
    await settled('plant-a');
    assert.deepEqual(await writes(), before);
    const { exitCode, stdout } = await scene.pms(
      ['plan', '-f', '-', '--simulated-azure', '--detailed-exitcode'],
      making(),
    );
    assert.match(stdout, /Plan: nothing to do\. Azure and DNS are as asked\./);
    assert.equal(exitCode, 0);
  });

  test('what others change of zones, links and group is told and put back', async () => {
    const zone = zoneAt('privatelink.monitor.azure.com');
    const [link] = await linksOf('privatelink.monitor.azure.com');
    const properties = { ...link.properties, registrationEnabled: true };
    await call('PUT', link.id, { location: 'global', tags: link.tags, properties });
    const [group] = await groupsOf('pe-plant-a');
    await call('DELETE', group.id);
    await eventually(
      'the group is gone or there again',
      async () => {
        const [now] = await groupsOf('pe-plant-a');
        return now?.etag !== group.etag;
      },
      PATIENCE,
    );
    await runAgain('plant-a', 'drift');
    await eventually(
      'all is as it was',
      async () => {
        const [again] = await linksOf('privatelink.monitor.azure.com');
        const [now] = await groupsOf('pe-plant-a');
        return again.properties.registrationEnabled === false && now?.properties.provisioningState === 'Succeeded';
      },
      PATIENCE,
    );
    await eventually(
      'it is told',
      async () =>
        /DriftDetected[^\n]*registrationEnabled is true, expected false/.test(
          await scene.kubectl('events', '--for', 'pms/plant-a'),
        ),
      PATIENCE,
    );
    assert.equal((await call('GET', zone)).properties.numberOfVirtualNetworkLinks, 1);
  });

  test('deleted, links go first, then group and endpoint, then the zones; one that serves others is left and told', async () => {
    const blob = zoneAt('privatelink.blob.core.windows.net');
    const properties = { ttl: 60, aRecords: [{ ipv4Address: '10.9.9.9' }] };
    await call('PUT', `${blob}/A/stgother`, { properties });
    const before = (await calls()).length;
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=180s');
    const gone = (await calls()).slice(before).filter(({ method }) => method === 'DELETE');
    const parts = gone.flatMap(({ path }) => PARTS.find(([form]) => form.test(path))?.[1] ?? []);
    assert.deepEqual(parts, [...ZONES.map(() => 'link'), 'group', 'endpoint', ...ZONES.slice(1).map(() => 'zone')]);
    assert.deepEqual(await there(), [blob.toLowerCase()]);
    assert.equal((await call('GET', `${blob}/A/stgother`)).name, 'stgother');
    const events = await scene.kubectl(
      'get',
      'events',
      '-o',
      'jsonpath={range .items[*]}{.reason} {.message}{.note}{"\\n"}{end}',
    );
    assert.match(
      events,
      /Released stays in Azure: private DNS zone privatelink\.blob\.core\.windows\.net \(in use by record set A stgother\) in rg-monitor/,
    );
  });

  test('without zoneGroup no private DNS is touched or even read', async () => {
    const before = (await calls()).length;
    await scene.apply(given());
    await settled('plant-b');
    const asked = (await calls()).slice(before).filter(({ path }) => DNS.test(path));
    assert.deepEqual(asked, []);
    assert.equal(await conditionOf('plant-b'), undefined);
  });

  test("somebody else's group that holds the asked zones is adopted, and nothing is written", async () => {
    await call('PUT', `/subscriptions/${scene.azure.subscriptionId}/resourceGroups/rg-old`, { location: 'japaneast' });
    for (const id of [
      zoneAt('privatelink.monitor.azure.com'),
      zoneAt('privatelink.monitor.azure.com', 'rg-old'),
      zoneAt('privatelink.oms.opinsights.azure.com'),
    ]) {
      await call('PUT', id, { location: 'global' });
    }
    const properties = { privateDnsZoneId: zoneAt('privatelink.monitor.azure.com') };
    const body = { properties: { privateDnsZoneConfigs: [{ name: 'monitor', properties }] } };
    await call('PUT', `${at('privateEndpoints', 'pe-plant-b')}/privateDnsZoneGroups/default`, body);
    const before = await writes();
    await scene.apply(given([zoneAt('privatelink.monitor.azure.com')]));
    await settled('plant-b');
    assert.match((await conditionOf('plant-b')).message, /zone group default of pe-plant-b holds the asked zones/);
    assert.deepEqual(await writes(), before);
  });

  test('zones of the group that are missing for what the scope requires are named, and hold nothing back', async () => {
    const { status, reason, message } = await conditionOf('plant-b', 'PreflightPassed');
    assert.deepEqual([status, reason], ['True', 'PassedWithWarnings']);
    assert.match(message, /not among them: privatelink\.oms\.opinsights\.azure\.com, /);
  });

  test("somebody else's group that lacks a zone is left, and never a second one is made", async () => {
    const before = await writes();
    await scene.apply(given([zoneAt('privatelink.monitor.azure.com'), zoneAt('privatelink.oms.opinsights.azure.com')]));
    await waitForReason('plant-b', 'OtherZoneGroup');
    assert.match(
      (await conditionOf('plant-b')).message,
      /default of pe-plant-b is somebody else's and holds privatelink\.monitor\.azure\.com and not/,
    );
    await runAgain('plant-b', 'other');
    assert.deepEqual(await writes(), before);
    assert.equal((await groupsOf('pe-plant-b')).length, 1);
  });

  test('once that group is gone ours is made, and the records stay published', async () => {
    const before = await published();
    await call('DELETE', `${at('privateEndpoints', 'pe-plant-b')}/privateDnsZoneGroups/default`);
    await settled('plant-b');
    const [group] = await groupsOf('pe-plant-b');
    assert.match(group.name, /^pms-[0-9a-f]{8}$/);
    assert.equal(group.properties.privateDnsZoneConfigs.length, 2);
    assert.equal(await published(), before);
  });

  test('a changed zone means delete and create of the group, which Azure would not change', async () => {
    const before = (await writes()).length;
    await scene.apply(
      given([zoneAt('privatelink.monitor.azure.com', 'rg-old'), zoneAt('privatelink.oms.opinsights.azure.com')]),
    );
    await settled('plant-b');
    assert.deepEqual(
      (await writes()).slice(before).map(line => line.split(' ')[0]),
      ['DELETE', 'PUT'],
    );
    const [group] = await groupsOf('pe-plant-b');
    const ids = group.properties.privateDnsZoneConfigs.map(
      (config: { properties: { privateDnsZoneId: string } }) => config.properties.privateDnsZoneId,
    );
    assert.ok(ids.includes(zoneAt('privatelink.monitor.azure.com', 'rg-old')));
  });

  test('a zone that is not there stalls with its id before a group is made of it', async () => {
    const before = await writes();
    await scene.apply(given(undefined));
    await eventually('our group is gone', async () => (await groupsOf('pe-plant-b')).length === 0, PATIENCE);
    await scene.apply(given([zoneAt('privatelink.nowhere.example')]));
    const reason = '--for=jsonpath={.status.conditions[?(@.type=="PreflightPassed")].reason}=ZoneNotFound';
    await scene.kubectl(...WAIT, reason, 'pms/plant-b');
    assert.deepEqual(
      (await writes()).slice(before.length).map(line => line.split(' ')[0]),
      ['DELETE'],
    );
  });

  test('with driftPolicy Report a changed group is told and left', async () => {
    const monitor = zoneAt('privatelink.monitor.azure.com');
    await scene.apply(given([monitor, zoneAt('privatelink.oms.opinsights.azure.com')], { driftPolicy: 'Report' }));
    await settled('plant-b');
    const [group] = await groupsOf('pe-plant-b');
    const [first] = group.properties.privateDnsZoneConfigs;
    await call('PUT', group.id, {
      properties: {
        privateDnsZoneConfigs: [
          { name: first.name, properties: { privateDnsZoneId: first.properties.privateDnsZoneId } },
        ],
      },
    });
    const before = await writes();
    await waitForReason('plant-b', 'DriftDetected');
    assert.match(
      (await conditionOf('plant-b')).message,
      /zones\.privatelink-\S+ is \(none\), expected .*spec\.driftPolicy is Report/,
    );
    assert.deepEqual(await writes(), before);
  });

  test('deleted, our group goes before the endpoint, and zones that were given are left as they are', async () => {
    const zones = (await there()).filter(id => !/\/(a|soa)\//.test(id));
    const before = (await writes()).length;
    await scene.kubectl('delete', 'pms', 'plant-b', '--timeout=180s');
    assert.match(
      (await writes()).slice(before).join(),
      /^DELETE privateEndpoints\/pe-plant-b\/privateDnsZoneGroups\/pms-[0-9a-f]{8}$/,
    );
    assert.deepEqual(
      (await there()).filter(id => !/\/(a|soa)\//.test(id)),
      zones,
    );
  });
});
