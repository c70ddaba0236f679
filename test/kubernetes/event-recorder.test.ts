import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createKubeClient } from '../../src/kubernetes/client.ts';
import { openConnection } from '../../src/kubernetes/connection.ts';
import { createEventRecorder } from '../../src/kubernetes/event-recorder.ts';
import { microTime } from '../../src/kubernetes/kube-event.ts';
import { eventually } from '../env/eventually.ts';
import { type Answer, fakeApiServer, json, status } from './fake-api-server.ts';
import { logbook } from './logbook.ts';
import { steppedClock } from './stepped-clock.ts';

const soon = () => AbortSignal.timeout(30_000);
const created = json(201, {});

async function recorderWith(t: TestContext, ...answers: Answer[]) {
  const server = await fakeApiServer(t);
  server.script('other', ...answers);
  const clock = steppedClock();
  const log = logbook();
  const connection = openConnection(server.kubeconfig);
  const client = createKubeClient({ connection, userAgent: 'test', clock });
  const reporter = { controller: 'a-controller', instance: 'pod-1' };
  const recorder = createEventRecorder({ client, reporter, clock, random: () => 0.5, log });
  t.after(async () => {
    recorder.close();
    await connection.close();
  });
  const record = (note: string, name = 'thing', type: 'Normal' | 'Warning' = 'Normal') =>
    recorder.record({
      regarding: {
        apiVersion: 'example.com/v1',
        kind: 'Thing',
        namespace: 'default',
        name,
        uid: name,
        resourceVersion: '1',
      },
      type,
      reason: 'Testing',
      note,
      action: 'Test',
    });
  const sent = () => server.requests.map(({ method, body }) => `${method} ${body.note ?? body.series.count}`);
  return { server, clock, log, recorder, record, sent };
}

test('an event carries who, what, when and whom it is about', async t => {
  const { server, recorder, record, clock } = await recorderWith(t, created);
  record('a note');
  await recorder.flush(soon());
  const [request] = server.requests;
  assert.equal(request?.path, '/apis/events.k8s.io/v1/namespaces/default/events');
  const { metadata, eventTime, ...body } = request?.body ?? {};
  assert.match(metadata.name, /^thing\.[0-9a-f]+$/);
  assert.match(eventTime, /^2026-11-24T12:00:00\.000000Z$/);
  assert.equal(eventTime, microTime(clock.now()));
  assert.deepEqual(body, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    reportingController: 'a-controller',
    reportingInstance: 'pod-1',
    action: 'Test',
    reason: 'Testing',
    type: 'Normal',
    note: 'a note',
    regarding: {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      namespace: 'default',
      name: 'thing',
      uid: 'thing',
      resourceVersion: '1',
    },
  });
});

test('repeats are counted in one event; after six minutes a new one is made', async t => {
  const { recorder, record, sent, clock } = await recorderWith(t, created);
  record('same');
  await recorder.flush(soon());
  for (const _ of [1, 2, 3]) record('same');
  await recorder.flush(soon());
  clock.advance(359_999);
  record('same');
  await recorder.flush(soon());
  clock.advance(360_000);
  record('same');
  await recorder.flush(soon());
  assert.deepEqual(sent(), ['POST same', 'PATCH 2', 'PATCH 4', 'PATCH 5', 'POST same']);
});

test('a warning is told of an object that talked too much', async t => {
  const { recorder, record, sent } = await recorderWith(t, created);
  for (let n = 0; n < 40; n++) record(`made ${n}`);
  record('drift', 'thing', 'Warning');
  await recorder.flush(soon());
  assert.equal(sent().length, 26);
  assert.equal(sent().at(-1), 'POST drift');
});

test('an object that talks too much is cut short after 25 events, then one in 300 s; others are not', async t => {
  const { recorder, record, sent, clock } = await recorderWith(t, created);
  for (let i = 0; i < 40; i++) record(`note ${i}`);
  record('of another', 'other');
  await recorder.flush(soon());
  assert.equal(sent().length, 26);
  assert.equal(sent().at(-1), 'POST of another');
  clock.advance(300_000);
  for (let i = 40; i < 45; i++) record(`note ${i}`);
  await recorder.flush(soon());
  assert.deepEqual(sent().slice(26), ['POST note 40']);
});

test('a server that is ill is tried again under the same name, which may have arrived already', async t => {
  const { server, recorder, record, clock, log } = await recorderWith(
    t,
    status(503, 'ServiceUnavailable', { 'retry-after': '9' }),
    (_, response) => void response.destroy(),
    status(409, 'AlreadyExists'),
    json(200, {}),
  );
  record('a note');
  assert.equal(await clock.passPause(), 9_000);
  await clock.passPause();
  await recorder.flush(soon());
  record('a note');
  await recorder.flush(soon());
  const methods = server.requests.map(({ method }) => method);
  assert.deepEqual(methods, ['POST', 'POST', 'POST', 'PATCH']);
  assert.equal(new Set(server.requests.slice(0, 3).map(({ body }) => body.metadata.name)).size, 1);
  assert.deepEqual(log.lines, []);
});

test('a refusal is logged, not thrown, and does not hold up the next', async t => {
  const { recorder, record, sent, log } = await recorderWith(t, status(403, 'Forbidden'), created);
  record('refused');
  record('taken');
  await recorder.flush(soon());
  assert.deepEqual(sent(), ['POST refused', 'POST taken']);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.note]),
    [['warn', 'refused']],
  );
});

test('while nothing can be sent, a thousand events wait and the rest is given up', async t => {
  const { server, recorder, record, log } = await recorderWith(t, () => {});
  record('in flight', 'first');
  await eventually('the first is sent', () => server.requests.length === 1);
  for (let i = 0; i < 1_010; i++) record('waiting', `object-${i}`);
  assert.equal(log.lines.length, 10);
  const impatient = new AbortController();
  const flushed = recorder.flush(impatient.signal);
  impatient.abort();
  await flushed;
  recorder.close();
  await recorder.flush(soon());
  record('after the end');
  await recorder.flush(soon());
  assert.equal(server.requests.length, 1);
});
