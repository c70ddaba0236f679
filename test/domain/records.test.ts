import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  ALIASES,
  aliasesOf,
  isPublishableName,
  PUBLIC_ZONES,
  twinOf,
  withoutPrivatelink,
} from '../../src/domain/aliases.ts';
import { type RecordRules, recordsHash, recordsOf } from '../../src/domain/records.ts';
import type { NamedAddresses } from '../../src/domain/resources.ts';

const RULES: RecordRules = {
  aliases: true,
  extraAliases: [],
  blobStorage: true,
  allowLists: {},
  subnetPrefixes: ['10.13.1.0/27'],
  allowLoopback: false,
};
const BARE: RecordRules = { ...RULES, aliases: false };
const ID = `/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/nic`;
const GUID = 'e97e0ed9-0000-4000-8000-2c3dab8054b9';

/** The endpoint of the vendor's screenshot: one workspace, one data collection endpoint (facts: ampls 2.3). */
const FOURTEEN: readonly NamedAddresses[] = [
  `${GUID}.oms.opinsights.azure.com`,
  `${GUID}.ods.opinsights.azure.com`,
  `${GUID}.agentsvc.azure-automation.net`,
  'api.monitor.azure.com',
  'global.in.ai.monitor.azure.com',
  'profiler.monitor.azure.com',
  'live.monitor.azure.com',
  'diagservices-query.monitor.azure.com',
  'snapshot.monitor.azure.com',
  'scadvisorcontentpl.blob.core.windows.net',
  'global.handler.control.monitor.azure.com',
  'dceforaapls-ab12.japaneast-1.handler.control.monitor.azure.com',
  'dceforaapls-ab12.japaneast-1.ingest.monitor.azure.com',
  'dceforaapls-ab12.japaneast-1.metrics.ingest.monitor.azure.com',
].map((fqdn, index) => ({ fqdn, addresses: [`10.13.1.${4 + index}`] }));

const nic = (...entries: readonly [string, string, ...string[]][]) => ({
  id: ID,
  entries: entries.map(([address, member, ...fqdns]) => ({ address, member, fqdns })),
});
const named = (sources: Parameters<typeof recordsOf>[0], rules = BARE) =>
  Object.fromEntries(recordsOf(sources, rules).records.map(({ name, addresses }) => [name, addresses.join()]));
const sourcesOf = (sources: Parameters<typeof recordsOf>[0], name: string) =>
  recordsOf(sources, BARE).records.find(record => record.name === name)?.source;

suite('records', () => {
  test('of the fourteen names of a real endpoint are those, their twins and their aliases', () => {
    const { records, refused } = recordsOf({ endpoint: { customDnsConfigs: FOURTEEN } }, RULES);
    assert.deepEqual(refused, []);
    const bySource = (source: string) => records.filter(record => record.source === source);
    assert.deepEqual(
      bySource('CustomDnsConfig').map(({ name, addresses }) => ({ fqdn: name, addresses })),
      [...FOURTEEN].sort((a, b) => (a.fqdn < b.fqdn ? -1 : 1)),
    );
    assert.deepEqual(
      bySource('Twin').map(record => record.name),
      FOURTEEN.map(({ fqdn }) => twinOf(fqdn)).sort(),
    );
    assert.deepEqual(
      bySource('Alias').map(({ name, addresses, sameAs }) => [name, addresses.join(), sameAs]),
      [
        ['api.loganalytics.azure.com', '10.13.1.7', 'api.monitor.azure.com'],
        ['api.loganalytics.io', '10.13.1.7', 'api.monitor.azure.com'],
        ['dc.applicationinsights.azure.com', '10.13.1.8', 'global.in.ai.monitor.azure.com'],
        ['dc.applicationinsights.microsoft.com', '10.13.1.8', 'global.in.ai.monitor.azure.com'],
        ['dc.services.visualstudio.com', '10.13.1.8', 'global.in.ai.monitor.azure.com'],
      ],
    );
    assert.equal(records.length, 33);
    assert.deepEqual(
      records.map(record => record.name),
      records.map(record => record.name).sort(),
    );
  });

  test('that only one workspace or data collection endpoint owns are told apart from those that every scope has', () => {
    const { records } = recordsOf({ endpoint: { customDnsConfigs: FOURTEEN } }, BARE);
    const own = records.filter(record => !record.shared);
    assert.equal(own.length, 12);
    const ofEndpoint = own.filter(record => !record.name.startsWith(GUID)).map(({ name }) => name.split('.')[0]);
    assert.deepEqual(ofEndpoint, Array(6).fill('dceforaapls-ab12'));
  });

  test('come from the interface first, then from the endpoint, then from zone groups, name by name', () => {
    const sources = {
      networkInterface: nic(['10.13.1.4', 'api', 'api.monitor.azure.com']),
      endpoint: {
        customDnsConfigs: [
          { fqdn: 'api.monitor.azure.com', addresses: ['10.13.1.5'] },
          { fqdn: 'live.monitor.azure.com', addresses: ['10.13.1.6'] },
        ],
      },
      zoneGroupRecords: [
        { fqdn: 'live.privatelink.monitor.azure.com', addresses: ['10.13.1.7'] },
        { fqdn: 'snapshot.privatelink.monitor.azure.com', addresses: ['10.13.1.8'] },
      ],
    };
    assert.deepEqual(named(sources), {
      'api.monitor.azure.com': '10.13.1.4',
      'api.privatelink.monitor.azure.com': '10.13.1.4',
      'live.monitor.azure.com': '10.13.1.6',
      'live.privatelink.monitor.azure.com': '10.13.1.6',
      'snapshot.monitor.azure.com': '10.13.1.8',
      'snapshot.privatelink.monitor.azure.com': '10.13.1.8',
    });
    assert.equal(sourcesOf(sources, 'api.monitor.azure.com'), 'NetworkInterface');
    assert.equal(sourcesOf(sources, 'live.monitor.azure.com'), 'CustomDnsConfig');
    assert.equal(sourcesOf(sources, 'snapshot.monitor.azure.com'), 'ZoneGroup');
  });

  test('of an address with many names, and of a name with many addresses, are all told', () => {
    const sources = {
      networkInterface: nic(
        ['10.13.1.9', 'oms', 'a.oms.opinsights.azure.com', 'b.oms.opinsights.azure.com'],
        ['10.13.1.8', 'oms', 'b.oms.opinsights.azure.com'],
      ),
    };
    const primary = recordsOf(sources, BARE).records.filter(record => record.source === 'NetworkInterface');
    assert.deepEqual(primary, [
      {
        name: 'a.oms.opinsights.azure.com',
        addresses: ['10.13.1.9'],
        shared: true,
        source: 'NetworkInterface',
        member: 'oms',
      },
      {
        name: 'b.oms.opinsights.azure.com',
        addresses: ['10.13.1.8', '10.13.1.9'],
        shared: true,
        source: 'NetworkInterface',
        member: 'oms',
      },
    ]);
  });

  test('are one name whatever the letter case and the trailing dot', () => {
    assert.deepEqual(Object.keys(named({ networkInterface: nic(['10.13.1.4', 'api', 'API.Monitor.Azure.com.']) })), [
      'api.monitor.azure.com',
      'api.privatelink.monitor.azure.com',
    ]);
  });

  test('that Azure itself lists are never overridden by a derived name', () => {
    const sources = {
      networkInterface: nic(
        ['10.13.1.4', 'api', 'api.monitor.azure.com'],
        ['10.13.1.9', 'x', 'api.loganalytics.io', 'api.privatelink.monitor.azure.com'],
      ),
    };
    const found = named(sources, RULES);
    assert.equal(found['api.loganalytics.io'], '10.13.1.9');
    assert.equal(found['api.privatelink.monitor.azure.com'], '10.13.1.9');
  });

  const refusals = [
    {
      name: 'a name of somebody else',
      fqdn: 'www.example.com',
      address: '10.13.1.4',
      why: /not a name of Azure Monitor/,
    },
    { name: 'no fully qualified name', fqdn: 'monitor', address: '10.13.1.4', why: /not a fully qualified/ },
    { name: 'a name with a line break', fqdn: 'a\n.monitor.azure.com', address: '10.13.1.4', why: /not a fully/ },
    { name: 'a wildcard', fqdn: '*.monitor.azure.com', address: '10.13.1.4', why: /not a fully qualified/ },
    {
      name: 'an overlong name',
      fqdn: `${'a.'.repeat(130)}monitor.azure.com`,
      address: '10.13.1.4',
      why: /not a fully/,
    },
    { name: 'a loopback address', fqdn: 'api.monitor.azure.com', address: '127.0.0.1', why: /loopback/ },
    {
      name: 'an address of elsewhere',
      fqdn: 'api.monitor.azure.com',
      address: '10.13.1.32',
      why: /not in the endpoint/,
    },
    { name: 'no address at all', fqdn: 'api.monitor.azure.com', address: 'localhost', why: /not an IP address/ },
  ];
  for (const { name, fqdn, address, why } of refusals) {
    test(`are refused for ${name}`, () => {
      const { records, refused } = recordsOf({ networkInterface: nic([address, 'm', fqdn]) }, RULES);
      assert.deepEqual(records, [], 'neither it nor a twin or an alias of it');
      assert.match(refused[0]?.why ?? '', why);
    });
  }

  test('may be loopback addresses where the operator is told that Azure is simulated', () => {
    const rules = { ...BARE, allowLoopback: true, subnetPrefixes: ['127.13.1.0/24'] };
    const { records } = recordsOf({ networkInterface: nic(['127.13.1.4', 'api', 'api.monitor.azure.com']) }, rules);
    assert.equal(records.length, 2);
  });

  test('are not refused for a subnet that could not be read', () => {
    const rules = { ...BARE, subnetPrefixes: [] };
    assert.equal(
      recordsOf({ networkInterface: nic(['10.99.0.4', 'api', 'api.monitor.azure.com']) }, rules).refused.length,
      0,
    );
  });

  test('have a hash that changes with a name and with an address, and with nothing else', () => {
    const one = [{ name: 'a.monitor.azure.com', addresses: ['10.0.0.1'] }];
    const hash = recordsHash(one);
    assert.equal(recordsHash([{ ...one[0], source: 'Twin' } as never]), hash);
    assert.notEqual(recordsHash([{ name: 'b.monitor.azure.com', addresses: ['10.0.0.1'] }]), hash);
    assert.notEqual(recordsHash([{ name: 'a.monitor.azure.com', addresses: ['10.0.0.2'] }]), hash);
    assert.match(hash, /^[0-9a-f]{16}$/);
  });
});

suite('twins and aliases', () => {
  test('are made inside the zone and undone again', () => {
    for (const zone of PUBLIC_ZONES) {
      const twin = twinOf(`x.y.${zone}`);
      assert.equal(twin, `x.y.privatelink.${zone}`);
      assert.equal(withoutPrivatelink(twin ?? ''), `x.y.${zone}`);
    }
    assert.equal(twinOf('a.privatelink.monitor.azure.com'), undefined);
    assert.equal(twinOf('www.example.com'), undefined);
    assert.equal(withoutPrivatelink('www.example.com'), 'www.example.com');
  });

  test('of storage accounts are Azure Monitor’s own and nobody else’s', () => {
    assert.ok(isPublishableName('scadvisorcontentpl.blob.core.windows.net'));
    assert.ok(isPublishableName('scadvisorcontentpl.privatelink.blob.core.windows.net'));
    for (const name of [
      'somebody.blob.core.windows.net',
      'a.scadvisorcontentpl.blob.core.windows.net',
      'blob.core.windows.net',
    ]) {
      assert.ok(!isPublishableName(name), name);
    }
  });

  test('exist for Application Insights regions too', () => {
    assert.deepEqual(aliasesOf('japaneast-1.in.ai.monitor.azure.com'), [
      'japaneast-1.in.applicationinsights.azure.com',
    ]);
    assert.deepEqual(aliasesOf('live.monitor.azure.com'), []);
  });

  test('are all names that may be published', () => {
    for (const { name, sameAs } of ALIASES) assert.ok(isPublishableName(name) && isPublishableName(sameAs), name);
    assert.ok(isPublishableName('japaneast-1.in.applicationinsights.azure.com'));
    assert.ok(!isPublishableName('notmonitor.azure.com'));
    assert.ok(!isPublishableName('evilmonitor.azure.com.example.com'));
  });
});
