/**
 * What `pms doctor` reads: records in each of their forms, the resolver's files, the agent's configuration.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseChunk } from '../../../src/commands/doctor/agent-configuration.ts';
import { parseRecords, readRecords } from '../../../src/commands/doctor/records-input.ts';
import { lookUpAll, readResolverFiles } from '../../../src/commands/doctor/system-resolver.ts';
import { UsageError } from '../../../src/commands/manifest-file.ts';
import { renderHosts } from '../../../src/coredns/hosts-text.ts';
import { exportRecords } from '../../../src/domain/exports/exports.ts';
import { CONTEXT, RECORDS } from '../../domain/exports/sample.ts';
import { chunk, healthy, rootOf, withMore } from './recorded-machine.ts';

const { signal: never } = new AbortController();
const expected = [...RECORDS]
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ name, addresses }) => [name, [...addresses].sort()]);
const namesAndAddresses = (records: ReturnType<typeof parseRecords>) =>
  records.map(({ name, addresses }) => [name, [...addresses].sort()]);
const exported = (format: 'json' | 'hosts') => exportRecords(format, RECORDS, CONTEXT)[0]?.text ?? '';

test('the JSON and the hosts text of `pms records` are the same records; JSON knows the aliases too', () => {
  assert.deepEqual(namesAndAddresses(parseRecords(exported('json'), 'f')), expected);
  assert.deepEqual(namesAndAddresses(parseRecords(exported('hosts'), 'f')), expected);
  const detours = (format: 'json' | 'hosts') =>
    parseRecords(exported(format), 'f').flatMap(({ name, isDetour }) => (isDetour ? [name] : []));
  assert.deepEqual(detours('json'), ['api.loganalytics.io', 'api.privatelink.monitor.azure.com']);
  assert.deepEqual(detours('hosts'), ['api.privatelink.monitor.azure.com']);
});

test('the text of a DNS target is read as well', () => {
  const lines = RECORDS.map(({ name, addresses }) => ({ name, addresses, owners: ['plant/plant-a'] }));
  assert.deepEqual(namesAndAddresses(parseRecords(renderHosts(lines), 'f')), expected);
});

test('what is no records is told as wrong usage', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /there is no record in it/],
    ['# nothing\n', /there is no record in it/],
    ['[]', /there is no record in it/],
    ['{"items": []}', /it is not a list of records/],
    ['[{"name": "a.example.com"}]', /an entry has no `name` and `addresses`/],
    ['[7]', /an entry is not a record/],
    ['[{"name": "a.example.com", "addresses": []}]', /a\.example\.com has no address/],
    ['[{"name": "$(reboot)", "addresses": ["10.0.0.1"]}]', /"\$\(reboot\)" is not a domain name/],
    ['[{"name": "a.example.com", "addresses": ["b"]}]', /"b" is not an address/],
    ['[{"name"', /JSON/],
    ['<html>not found</html>\n', /is not a line of it/],
  ];
  for (const [text, message] of wrong) {
    const isTold = (thrown: unknown) => thrown instanceof UsageError && message.test(thrown.message);
    assert.throws(() => parseRecords(text, 'records.json'), isTold, text);
  }
});

test('records come from a file or from an address, and a failure names what was asked', async t => {
  const root = await rootOf(t, healthy);
  const file = join(root, 'records.json');
  await writeFile(file, exported('json'));
  assert.deepEqual(namesAndAddresses(await readRecords(file, never)), expected);
  await assert.rejects(readRecords(join(root, 'none'), never), /option '--records \S+none': cannot be read: ENOENT/);

  const server = createServer((request, response) => {
    response.statusCode = request.url === '/records.json' ? 200 : 404;
    response.end(exported('json'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  try {
    assert.deepEqual(namesAndAddresses(await readRecords(`${base}/records.json`, never)), expected);
    await assert.rejects(readRecords(`${base}/other`, never), /cannot be read: HTTP 404/);
  } finally {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
  // What the connection ended with, which Node.js hides in a cause.
  await assert.rejects(readRecords(`${base}/records.json`, never), /cannot be read: (?!fetch failed)\S/);
});

test('behind the stub of systemd-resolved the servers are those that it asks', async t => {
  const files = {
    '/etc/resolv.conf': 'nameserver 127.0.0.53\noptions edns0\n',
    '/run/systemd/resolve/resolv.conf': 'nameserver 10.0.0.53\nnameserver fd00::53\nnameserver $(reboot)\n',
    '/etc/hosts': '127.0.0.1 localhost # first\n\n10.0.0.9 A.example.com b.example.com\n10.0.0.9 b.example.com\n',
  };
  const found = await readResolverFiles(await rootOf(t, withMore(healthy, { files })));
  assert.deepEqual(found.servers, ['10.0.0.53', 'fd00::53']);
  assert.equal(found.file, '/run/systemd/resolve/resolv.conf');
  assert.equal(found.hosts.get('10.0.0.9 a.example.com'), 3);
  assert.equal(found.hosts.get('10.0.0.9 b.example.com'), 3);
  assert.deepEqual((await readResolverFiles('/nowhere')).servers, []);
});

test('a dead resolver is not asked for ever: after half a minute the names that are left are silent', async () => {
  let now = 0;
  const asked: string[] = [];
  const lookup = async (name: string) => {
    asked.push(name);
    now += 10_000;
    return { state: 'absent' } as const;
  };
  const names = Array.from({ length: 9 }, (_, index) => `n${index}.example.com`);
  const answers = await lookUpAll(names, { lookup, clock: { now: () => now, after: () => () => {} } }, never);
  assert.equal(answers.size, 9);
  assert.equal([...answers.values()].filter(({ state }) => state === 'silent').length, 9 - asked.length);
  assert.ok(asked.length < 9, String(asked.length));
});

test('a configuration is its channels, whatever else is in it', () => {
  assert.deepEqual(parseChunk(chunk('a.ods.opinsights.azure.com', 'b.example.com')), [
    { protocol: 'ods', endpoint: 'a.ods.opinsights.azure.com', handler: 'b.example.com' },
  ]);
  // To an ingestion endpoint, in the form of a published configuration.
  const template = 'https://d-ab12.japaneast-1.ingest.monitor.azure.com/dataCollectionRules/dcr-1/streams/<STREAM>?v=1';
  assert.deepEqual(parseChunk(JSON.stringify({ channels: [{ endpointUriTemplate: template, protocol: 'gig' }] })), [
    { protocol: 'gig', endpoint: 'd-ab12.japaneast-1.ingest.monitor.azure.com' },
  ]);
  assert.deepEqual(parseChunk('{"kind": "AgentSettings"}'), []);
  assert.deepEqual(parseChunk('{"channels": [7, {"protocol": "x", "endpoint": "no url"}]}'), [{ protocol: 'x' }]);
  for (const text of ['', '[', '7', 'null', '{"channels": {}}']) assert.equal(parseChunk(text), undefined, text);
});
