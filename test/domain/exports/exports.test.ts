import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { EXPORT_FORMATS, type ExportFormat, exportRecords } from '../../../src/domain/exports/exports.ts';
import { API, CONTEXT, RECORDS } from './sample.ts';

const golden = (file: string) => join(import.meta.dirname, '../../golden/exports', file);
const filesOf = (format: ExportFormat, records: Parameters<typeof exportRecords>[1] = RECORDS) =>
  exportRecords(format, records, CONTEXT);

suite('the exports of records', () => {
  for (const format of EXPORT_FORMATS) {
    test(`${format} is as it was when somebody last looked at it`, t => {
      const text = filesOf(format)
        .map(file => `==> ${file.file} <==\n${file.text}`)
        .join('\n');
      t.assert.fileSnapshot(text, golden(`${format}.txt`), { serializers: [String] });
    });

    test(`${format} has the same bytes for the same records in any order`, () => {
      fc.assert(
        fc.property(fc.shuffledSubarray([...RECORDS], { minLength: RECORDS.length }), shuffled => {
          assert.deepEqual(filesOf(format, shuffled), filesOf(format));
        }),
      );
    });

    test(`${format} of no records is a whole file all the same`, () => {
      for (const { text } of filesOf(format, [])) assert.match(text, /\n$/);
    });

    test(`${format} takes no name and no address that is none: nothing can be smuggled into a configuration`, () => {
      const bad = [
        { name: 'evil"; };', addresses: ['10.1.2.4'] },
        { name: `${API}\n10.6.6.6 www.example.com`, addresses: ['10.1.2.4'] },
        { name: `${'a'.repeat(63)}.`.repeat(4) + API, addresses: ['10.1.2.4'] },
        { name: API.toUpperCase(), addresses: ['10.1.2.4'] },
        { name: API, addresses: ['10.1.2.4 ; rm -rf'] },
        { name: API, addresses: ['$(reboot)'] },
      ];
      for (const record of bad) {
        assert.throws(() => filesOf(format, [...RECORDS, record]), TypeError, JSON.stringify(record));
      }
    });
  }

  test('bind names every zone file that it comes with, and one for each set of addresses is enough', () => {
    const [conf, ...zones] = filesOf('bind');
    const named = new Set([...(conf?.text ?? '').matchAll(/file "(.+)"/g)].map(([, file]) => file));
    assert.deepEqual([...named].sort(), zones.map(({ file }) => file).sort());
    assert.ok(zones.length < RECORDS.length);
  });

  test('rpz says in a comment which name is too long for a policy zone, and the zone stays whole', () => {
    const name = `${`${'a'.repeat(60)}.`.repeat(4)}io`;
    assert.ok(name.length > 245 && name.length <= 253, String(name.length));
    const [zone] = filesOf('rpz', [{ name, addresses: ['10.1.2.4'] }]);
    assert.match(zone?.text ?? '', new RegExp(`^; too long here: ${name} A 10.1.2.4$`, 'm'));
  });

  test('dnsendpoint is one object with an endpoint for each name and type', () => {
    const object = parse(filesOf('dnsendpoint')[0]?.text ?? '');
    assert.deepEqual([object.apiVersion, object.kind], ['externaldns.k8s.io/v1alpha1', 'DNSEndpoint']);
    assert.deepEqual(object.metadata.namespace, 'plant');
    assert.equal(object.spec.endpoints.length, RECORDS.length);
    const two = object.spec.endpoints.find((one: { dnsName: string }) => one.dnsName.startsWith('global.in.ai'));
    assert.deepEqual(two, {
      dnsName: 'global.in.ai.monitor.azure.com',
      recordTTL: 60,
      recordType: 'A',
      targets: ['10.1.2.6', '10.1.2.7'],
    });
  });

  test('json has everything that the status tells of a record', () => {
    const records = JSON.parse(filesOf('json')[0]?.text ?? '');
    const api = records.find((record: { name: string }) => record.name === API);
    assert.deepEqual(api, { name: API, addresses: ['10.1.2.4'], source: 'NetworkInterface', member: 'api' });
    assert.deepEqual(
      records.map((record: { name: string }) => record.name),
      RECORDS.map(({ name }) => name).toSorted(),
    );
  });
});
