/**
 * Starting and ending: certificate, latency as the caller waits for it, close.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { arm } from './arm.ts';
import { openScope, paths } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const run = promisify(execFile);

test('the certificate holds for 127.0.0.1 and localhost and passes a strict verification', async t => {
  const simulator = await startSimulator({ latency: 'none' });
  t.after(() => simulator.close());
  const port = Number(new URL(simulator.endpoint).port);
  const folder = await mkdtemp(join(tmpdir(), 'pms-leaf-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const servername of ['localhost', undefined]) {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const host = { host: '127.0.0.1', port, ca: simulator.caPem, ...(servername === undefined ? {} : { servername }) };
    const socket = connect(host, () => resolve(socket.getPeerCertificate().raw)).on('error', reject);
    const raw = await promise;
    socket.destroy();
    const pem = `-----BEGIN CERTIFICATE-----\n${raw.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
    await writeFile(join(folder, 'leaf.pem'), pem);
  }
  const openssl = await run('openssl', ['version']).catch(() => undefined);
  if (openssl === undefined) return t.diagnostic('no openssl here: only the TLS handshake was tried');
  const verified = await run('openssl', [
    'verify',
    '-x509_strict',
    '-CAfile',
    simulator.caFile,
    join(folder, 'leaf.pem'),
  ]);
  assert.match(verified.stdout, /: OK/);
});

test('with real latency a call is answered after its time and not before', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyScale: 2, clock });
  const token = azure.token();
  while (clock.pending() === 0) await new Promise(setImmediate);
  clock.advance(200);
  const headers = { authorization: `Bearer ${await token}`, 'content-type': 'application/json' };
  let answered = false;
  const url = `${paths(azure.group).scope}?api-version=2023-06-01-preview`;
  const writing = azure.raw('PUT', url, { headers, body: JSON.stringify(openScope) }).finally(() => {
    answered = true;
  });
  while (clock.pending() === 0) await new Promise(setImmediate);
  clock.advance(4_999);
  await azure.raw('GET', '/_sim/state');
  assert.equal(answered, false);
  clock.advance(1);
  assert.equal((await writing).status, 201);
  assert.equal(azure.simulator.journal.find(entry => entry.method === 'PUT')?.durationMs, 5_000);
});

test('it goes by the name that it is given: in its line, its certificate and its answers', async t => {
  const azure = await arm(t, { endpoint: 'https://azure.plant.example:8443' });
  const { simulator } = azure;
  assert.equal(simulator.endpoint, 'https://azure.plant.example:8443');
  const port = Number(simulator.listens.split(':').at(-1));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const name = { host: '127.0.0.1', port, ca: simulator.caPem, servername: 'azure.plant.example' };
  const socket = connect(name, () => resolve(socket.getPeerCertificate().subjectaltname ?? '')).on('error', reject);
  assert.match(await promise, /DNS:azure\.plant\.example/);
  socket.destroy();
});

test('close ends everything and takes its file along, also by signal and twice', async () => {
  const ending = new AbortController();
  const simulator = await startSimulator({ latency: 'none', signal: ending.signal });
  assert.equal(await readFile(simulator.caFile, 'utf8'), simulator.caPem);
  ending.abort();
  await simulator.close();
  await simulator.close();
  assert.equal(existsSync(simulator.caFile), false);
  await assert.rejects(startSimulator({ latency: 'none', signal: ending.signal }), /abort/i);
});

test('close ends connections that never said a word, also in the middle of a handshake', async t => {
  const simulator = await startSimulator({ latency: 'none' });
  const port = Number(new URL(simulator.endpoint).port);
  const silent = Array.from({ length: 50 }, () => connectTcp({ host: '127.0.0.1', port }).on('error', () => {}));
  t.after(() => {
    for (const socket of silent) socket.destroy();
  });
  const ends = silent.map(socket => new Promise(resolve => socket.once('close', resolve)));
  await Promise.all(silent.map(socket => once(socket, 'connect')));
  await simulator.close();
  await Promise.all(ends);
});
