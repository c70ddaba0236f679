import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createHostsFileTarget } from '../../src/coredns/hosts-file-target.ts';
import { refusedBy } from '../../src/domain/allow-lists.ts';
import { API, claim, ODS, SERVERS, withReason } from './block-scene.ts';
import { configMapsInMemory } from './config-map-in-memory.ts';

const { signal } = new AbortController();
const record = (name: string, ...addresses: readonly string[]) => ({ name, addresses });
const suffixes = { allowedSuffixes: ['monitor.azure.com', 'opinsights.azure.com'] };
const ranges = { allowedAddressRanges: ['10.1.0.0/16', '192.168.7.0/24'] };

suite('what the administrator lets into a target', () => {
  const allowed = [
    { name: 'everything, without a list', lists: {}, record: record('a.example.com', '203.0.113.1') },
    { name: 'a name under a suffix', lists: suffixes, record: record(API, '10.1.2.4') },
    { name: 'the suffix itself', lists: suffixes, record: record('monitor.azure.com', '10.1.2.4') },
    { name: 'an address in one of the ranges', lists: ranges, record: record(API, '10.1.255.255', '192.168.7.1') },
  ];
  for (const { name, lists, record: one } of allowed) {
    test(`has ${name}`, () => assert.equal(refusedBy(lists, one), undefined));
  }

  const refused = [
    {
      name: 'a name that only ends alike',
      lists: suffixes,
      record: record('evilmonitor.azure.com', '10.1.2.4'),
      why: /^not under monitor\.azure\.com, opinsights/,
    },
    { name: 'a name above a suffix', lists: suffixes, record: record('azure.com', '10.1.2.4'), why: /^not under/ },
    {
      name: 'an address outside',
      lists: ranges,
      record: record(API, '10.1.2.4', '10.2.0.1'),
      why: /^10\.2\.0\.1 is not in 10\.1\.0\.0\/16/,
    },
    {
      name: 'an IPv6 address, where ranges are IPv4',
      lists: ranges,
      record: record(API, 'fd00::1'),
      why: /^fd00::1 is not in/,
    },
  ];
  for (const { name, lists, record: one, why } of refused) {
    test(`has not ${name}`, () => assert.match(refusedBy(lists, one) ?? '', why));
  }

  test('is held by the target itself, whoever asks', async () => {
    const store = configMapsInMemory();
    const config = {
      name: 'default',
      namespace: 'dns',
      configMap: 'records',
      allowedNamespaces: ['*'],
      ttlSeconds: 60,
    };
    const target = createHostsFileTarget(
      { ...config, kind: 'HostsFile', servers: SERVERS, ...suffixes, ...ranges },
      {
        installation: 'plant',
        store,
        endpoints: { addresses: async () => [] },
        log: { debug() {}, info() {}, warn() {}, error() {} },
      },
    );
    const publish = (records: Readonly<Record<string, string>>) => target.publish(claim('plant/a', records), signal);
    await assert.rejects(
      publish({ [API]: '10.1.2.4', 'x.blob.core.windows.net': '10.1.2.5' }),
      withReason('RecordsRefused', /^x\.blob\.core\.windows\.net is not under monitor\.azure\.com/),
    );
    await assert.rejects(publish({ [API]: '10.9.2.4' }), withReason('RecordsRefused', /10\.9\.2\.4 is not in/));
    assert.equal(store.writes(), 0);
    await publish({ [API]: '10.1.2.4', [ODS]: '192.168.7.9' });
    assert.equal(store.writes(), 1);
  });
});
