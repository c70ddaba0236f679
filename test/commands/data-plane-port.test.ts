/**
 * The port of the demo's private endpoints, on real sockets of loopback addresses.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { holdDataPlanePort } from '../../src/commands/demo/data-plane-port.ts';

const ADDRESS = '127.97.1.4';

test('two demos at once have different ports, each free at the addresses', async t => {
  const held = [await holdDataPlanePort([ADDRESS]), await holdDataPlanePort([ADDRESS])];
  t.after(() => Promise.all(held.map(({ release }) => release())));
  const [first, second] = held.map(({ port }) => port);
  assert.notEqual(first, second);
  for (const { port } of held) {
    const server = createServer().listen(port, ADDRESS);
    await once(server, 'listening');
    server.close();
  }
});

test('443 is left alone when somebody listens there, or when this process may not', async t => {
  const somebody = createServer().listen(443, ADDRESS);
  t.after(() => somebody.close());
  // Without the right to that port nobody listens, and the outcome must be the same.
  await Promise.race([once(somebody, 'listening'), once(somebody, 'error')]).catch(() => {});
  const held = await holdDataPlanePort([ADDRESS]);
  await held.release();
  assert.notEqual(held.port, 443);
  assert.ok(held.port > 0);
});
