/**
 * The question before each write to Azure: nothing that was asked too early, and nothing of a refused write arrives.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDefaultHttpClient, createPipelineRequest, type HttpMethods } from '@azure/core-rest-pipeline';
import { guardWrites } from '../../src/azure/last-moment.ts';
import { PortError } from '../../src/domain/failures.ts';
import { eventually } from '../env/eventually.ts';
import { holdConnections } from '../env/held-connection.ts';
import { bench, connect, quiet, settingsFor } from './bench.ts';
import { hostileServer, json } from './hostile-server.ts';
import { ids, workspaceWant } from './wants.ts';

const WHY = 'the lease was last renewed 12 s ago; 10 s are allowed';

const isRefused = (thrown: unknown): boolean => {
  assert.ok(thrown instanceof PortError);
  assert.deepEqual(thrown.failure, {
    kind: 'Waiting',
    reason: 'ClusterUnreachable',
    message: `not sent to Azure: ${WHY}`,
    retryAfterMs: 2_000,
  });
  return true;
};

test('a write to which the guard objects is refused as Waiting and never arrives; reads go on', async t => {
  const { simulator } = await bench(t);
  let objection: string | undefined;
  const { azure } = connect(settingsFor(simulator), undefined, () => objection);
  await azure.create(workspaceWant, quiet);
  objection = WHY;
  const before = simulator.journal.length;
  await assert.rejects(azure.create(workspaceWant, quiet), isRefused);
  await assert.rejects(azure.remove('workspace', ids.workspace, quiet), isRefused);
  await assert.rejects(
    azure.update(
      { ...workspaceWant, retentionInDays: 60 },
      [{ field: 'retentionInDays', found: '30', wanted: '60' }],
      quiet,
    ),
    isRefused,
  );
  assert.equal((await azure.get('workspace', ids.workspace, quiet))?.name, 'law-a');
  const methods = simulator.journal.slice(before).map(({ method }) => method);
  assert.deepEqual([...new Set(methods)], ['GET']);
});

test('it is asked after the wait for a token, not before', async t => {
  const { simulator } = await bench(t);
  const asked: number[] = [];
  const { azure } = connect(settingsFor(simulator), undefined, () => {
    asked.push(simulator.journal.filter(({ service }) => service === 'entra').length);
    return undefined;
  });
  const before = simulator.journal.filter(({ service }) => service === 'entra').length;
  await azure.create(workspaceWant, quiet);
  assert.ok(asked.length > 0 && asked.every(tokens => tokens > before), `${asked} answers of Entra ID before it`);
});

for (const method of ['PUT', 'PATCH', 'POST', 'DELETE'] as const satisfies readonly HttpMethods[]) {
  test(`a ${method} whose connection took its time is asked about once more, and not sent`, async t => {
    const server = await hostileServer(t, json(200, {}));
    const held = await holdConnections(t, Number(new URL(server.endpoint).port));
    let objection: string | undefined;
    const client = guardWrites(createDefaultHttpClient(), () => objection);
    const send = () => client.sendRequest(createPipelineRequest({ method, url: `https://127.0.0.1:${held.port}/x` }));
    const sending = assert.rejects(send(), /not sent to Azure: the lease was last renewed/);
    await eventually('it connects', () => held.waiting() === 1);
    objection = WHY;
    held.letOn();
    await sending;
    assert.deepEqual(server.received, []);
    objection = undefined;
    assert.equal((await send()).status, 200);
    assert.equal((await send()).status, 200);
    assert.equal(server.received.length, 2);
    assert.equal(held.waiting(), 2, 'the second connection served both');
  });
}

test('a server that nobody can reach is told as before', async () => {
  const client = guardWrites(createDefaultHttpClient(), () => undefined);
  const request = createPipelineRequest({ method: 'PUT', url: 'https://127.0.0.1:9/x' });
  await assert.rejects(client.sendRequest(request), { code: 'ECONNREFUSED' });
});
