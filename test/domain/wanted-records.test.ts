/**
 * What an object and the administrator say of the records beside Azure: extra aliases, the storage account's name left
 * out, and the lists of what a target lets in.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type RecordRules, recordsOf } from '../../src/domain/records.ts';

const RULES: RecordRules = {
  aliases: true,
  extraAliases: [],
  blobStorage: true,
  allowLists: {},
  subnetPrefixes: [],
  allowLoopback: false,
};
const API = 'api.monitor.azure.com';
const BLOB = 'scadvisorcontentpl.blob.core.windows.net';
const ENDPOINT = {
  customDnsConfigs: [
    { fqdn: API, addresses: ['10.13.1.4'] },
    { fqdn: 'live.monitor.azure.com', addresses: ['10.13.2.5'] },
    { fqdn: BLOB, addresses: ['10.13.1.6'] },
  ],
};
const found = (rules: Partial<RecordRules>) => {
  const { records, refused } = recordsOf({ endpoint: ENDPOINT }, { ...RULES, ...rules });
  return {
    names: records.map(({ name }) => name),
    records: new Map(records.map(record => [record.name, record])),
    refused: refused.map(({ name, why }) => `${name}: ${why}`),
  };
};
const ALL = found({}).names;

suite('an extra alias', () => {
  const asked = (name: string, sameAs = API, rules: Partial<RecordRules> = {}) =>
    found({ extraAliases: [{ name, sameAs }], ...rules });
  const letIn = {
    allowLists: { allowedSuffixes: ['azure.com', 'core.windows.net', 'loganalytics.io', 'example.com'] },
  };

  test('of Azure Monitor has the addresses of its sameAs, also where the known aliases are not wanted', () => {
    const { records, names } = asked('new.monitor.azure.com', API, { aliases: false });
    const [shared, source, addresses] = [true, 'Alias', ['10.13.1.4']] as const;
    assert.deepEqual(records.get('new.monitor.azure.com'), {
      ...{ name: 'new.monitor.azure.com', addresses, source, sameAs: API, shared },
    });
    assert.ok(!names.includes('api.loganalytics.io'));
  });

  test('of another name is published where the administrator’s suffixes have it, and named as refused where not', () => {
    const { names, refused } = asked('logs.example.com');
    assert.deepEqual(
      [names, refused],
      [ALL, ['logs.example.com: not a name of Azure Monitor, nor under the allowedSuffixes of the DNS target']],
    );
    assert.deepEqual(asked('logs.example.com', API, letIn).records.get('logs.example.com')?.addresses, ['10.13.1.4']);
    assert.deepEqual(asked('logs.example.com', API, letIn).refused, asked('x.monitor.azure.com', API, letIn).refused);
  });

  test('may stand for a twin or a known alias', () => {
    const { records } = asked('new.monitor.azure.com', 'api.loganalytics.io');
    assert.equal(records.get('new.monitor.azure.com')?.sameAs, 'api.loganalytics.io');
  });

  test('of what is no record is refused, and nothing else is', () => {
    const { names, refused } = asked('new.monitor.azure.com', 'nothing.monitor.azure.com');
    assert.deepEqual(names, ALL);
    assert.deepEqual(refused, [
      'new.monitor.azure.com: its sameAs nothing.monitor.azure.com is no record of the endpoint',
    ]);
  });

  test('takes no name of the endpoint, nor of its twins and aliases', () => {
    for (const name of ['live.monitor.azure.com', 'live.privatelink.monitor.azure.com']) {
      const { records, refused } = asked(name);
      assert.deepEqual(records.get(name)?.addresses, ['10.13.2.5']);
      assert.deepEqual(refused, [`${name}: the endpoint has a record of that name`]);
    }
  });

  test('that is a known alias anyway is no second word', () => {
    assert.deepEqual([asked('api.loganalytics.io').names, asked('api.loganalytics.io').refused], [ALL, []]);
  });
});

suite('the storage account’s name', () => {
  test('is left out with its twin when the object says so, and is then no refusal', () => {
    const { names, refused } = found({ blobStorage: false });
    assert.deepEqual(
      names,
      ALL.filter(name => !name.includes('.blob.')),
    );
    assert.ok(ALL.includes(BLOB));
    assert.deepEqual(refused, []);
  });

  test('that is left out can be no alias’ sameAs', () => {
    const { refused } = found({ blobStorage: false, extraAliases: [{ name: 'x.monitor.azure.com', sameAs: BLOB }] });
    assert.deepEqual(refused, [`x.monitor.azure.com: its sameAs ${BLOB} is no record of the endpoint`]);
  });
});

suite('the lists of a target', () => {
  test('refuse a name outside of the suffixes, derived ones too, each by its own name, and no other', () => {
    const { names, refused } = found({ allowLists: { allowedSuffixes: ['monitor.azure.com'] } });
    assert.deepEqual(
      names,
      ALL.filter(name => name.endsWith('.monitor.azure.com')),
    );
    assert.deepEqual(
      refused.map(text => text.split(':')[0]),
      ALL.filter(name => !name.endsWith('.monitor.azure.com')),
    );
    assert.match(
      refused[0] ?? '',
      /^api\.loganalytics\.azure\.com: not under monitor\.azure\.com, the allowedSuffixes/,
    );
  });

  test('let the privatelink twins in alone', () => {
    const { names } = found({ allowLists: { allowedSuffixes: ['privatelink.monitor.azure.com'] } });
    assert.deepEqual(names, ['api.privatelink.monitor.azure.com', 'live.privatelink.monitor.azure.com']);
  });

  test('refuse an address outside of the ranges with all names that have it', () => {
    const { names, refused } = found({ allowLists: { allowedAddressRanges: ['10.13.1.0/24'] } });
    assert.deepEqual(
      names,
      ALL.filter(name => !name.startsWith('live.')),
    );
    assert.deepEqual(
      refused.map(text => text.split(' is')[0]),
      ['live.monitor.azure.com: 10.13.2.5', 'live.privatelink.monitor.azure.com: 10.13.2.5'],
    );
  });

  test('are no word of Azure: a suffix lets no foreign name of the endpoint in', () => {
    const endpoint = { customDnsConfigs: [{ fqdn: 'www.example.com', addresses: ['10.13.1.4'] }] };
    const { records, refused } = recordsOf(
      { endpoint },
      { ...RULES, allowLists: { allowedSuffixes: ['example.com'] } },
    );
    assert.deepEqual([records, refused], [[], [{ name: 'www.example.com', why: 'not a name of Azure Monitor' }]]);
  });
});
