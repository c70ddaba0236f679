/**
 * Log, metrics and probes as others see them: lines, the exposition text, HTTP answers.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { serveHealth, serveMetrics } from '../../src/telemetry/http.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { requireTool } from '../env/require-tool.ts';

const KEY = { namespace: 'plant', name: 'plant-a' };
const condition = (status: 'True' | 'False') => ({
  type: 'Ready',
  status,
  reason: 'Ready',
  message: '',
  lastTransitionTime: '2026-11-24T12:00:00Z',
});

suite('log', () => {
  test('a line is one JSON object with level, time, message and fields', () => {
    const lines: string[] = [];
    createLog({ level: 'info', destination: { write: line => lines.push(line) } }).info('started', { port: 1 });
    const [entry] = lines.map(line => JSON.parse(line));
    assert.equal(lines.length, 1);
    assert.deepEqual({ ...entry, time: typeof entry.time }, { level: 'info', time: 'string', port: 1, msg: 'started' });
  });

  test('what is below the level is not written', () => {
    const lines: string[] = [];
    createLog({ level: 'warn', destination: { write: line => lines.push(line) } }).info('quiet');
    assert.deepEqual(lines, []);
  });

  test('fields that could hold a secret are blanked', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', destination: { write: line => lines.push(line) } });
    log.debug('call', { token: 'hunter2', headers: { authorization: 'Bearer hunter2' } });
    assert.match(lines.join(), /redacted/);
    assert.doesNotMatch(lines.join(), /hunter2/);
  });

  test('a secret two levels down is blanked too, whoever names it how', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', destination: { write: line => lines.push(line) } });
    log.debug('call', { request: { headers: { Authorization: 'Bearer hunter2', cookie: 'hunter2' } } });
    log.debug('token', { body: { client_assertion: 'hunter2', client_secret: 'hunter2', access_token: 'hunter2' } });
    assert.equal(lines.join().match(/\[redacted\]/g)?.length, 5);
    assert.doesNotMatch(lines.join(), /hunter2/);
  });

  test('what is logged within a scope, also later and one scope deeper, carries its fields, and nothing else does', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', destination: { write: line => lines.push(line) } });
    let later = (): void => {};
    const wait = new Promise<void>(resolve => {
      later = resolve;
    });
    let left: Promise<void> | undefined;
    await log.within({ object: 'plant/a', reconcileID: '1' }, async () => {
      left = wait.then(() => log.info('an answer that came late'));
      await log.within({ step: 'x' }, async () => log.info('inside', { object: 'plant/b' }));
    });
    log.info('outside');
    later();
    await left;
    const told = lines.map(line => {
      const { level: _, time: __, ...rest } = JSON.parse(line);
      return rest;
    });
    assert.deepEqual(told, [
      { object: 'plant/b', reconcileID: '1', step: 'x', msg: 'inside' },
      { msg: 'outside' },
      { object: 'plant/a', reconcileID: '1', msg: 'an answer that came late' },
    ]);
  });

  test('for a console a line is time, level, message and the rest as JSON, with tabs between', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', encoding: 'console', destination: { write: line => lines.push(line) } });
    log.warn('odd', { port: 1, token: 'hunter2', text: 'a\tb\nc' });
    log.info('plain');
    assert.equal(lines.length, 2);
    assert.match(
      lines[0] ?? '',
      /^\d{4}-\d\d-\d\dT[\d:.]+Z\tWARN\todd\t\{"port":1,"token":"\[redacted\]","text":"a\\tb\\nc"\}\n$/,
    );
    assert.match(lines[1] ?? '', /Z\tINFO\tplain\n$/);
  });
});

suite('metrics', () => {
  const create = () => createMetrics({ version: '1.2.3', concurrent: 4 });

  test('passes, queue and calls are counted under the names that dashboards know', async () => {
    const metrics = create();
    metrics.controller.reconciled('requeue_after', 0.2);
    metrics.controller.reconciled('error', 0.2);
    metrics.controller.timedOut();
    metrics.controller.queue.depth(3);
    metrics.controller.queue.added();
    metrics.azureRequest({
      resourceType: 'Microsoft.Network/privateEndpoints',
      method: 'PUT',
      status: 429,
      seconds: 1,
    });
    metrics.kubernetesRequest({ method: 'PATCH', code: '<error>', seconds: 1 });
    const text = await metrics.text();
    for (const line of [
      'controller_runtime_reconcile_total{controller="privatemonitoringscope",result="requeue_after"} 1',
      'controller_runtime_reconcile_errors_total{controller="privatemonitoringscope"} 1',
      'controller_runtime_reconcile_timeouts_total{controller="privatemonitoringscope"} 1',
      'workqueue_depth{name="privatemonitoringscope"} 3',
      'workqueue_adds_total{name="privatemonitoringscope"} 1',
      'azure_requests_total{resource="Microsoft.Network/privateEndpoints",method="PUT",code="429"} 1',
      'azure_throttled_total{resource="Microsoft.Network/privateEndpoints"} 1',
      'rest_client_requests_total{method="PATCH",code="<error>"} 1',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line}\nis not in\n${text}`);
    }
  });

  test('leadership and the work under way are told as they are at the moment of the scrape', async () => {
    const metrics = create();
    const series = async (start: string) =>
      (await metrics.text()).split('\n').filter(line => line.startsWith(start) && !line.startsWith('#'));
    assert.deepEqual(await series('leader_election'), [], 'nobody is asked, so nobody leads');
    metrics.leading('pms-operator', false);
    assert.deepEqual(await series('leader_election'), ['leader_election_master_status{name="pms-operator"} 0']);
    metrics.leading('pms-operator', true);
    assert.deepEqual(await series('leader_election'), ['leader_election_master_status{name="pms-operator"} 1']);
    let workingMs: readonly number[] = [];
    metrics.watchWork(() => workingMs);
    assert.deepEqual(await series('workqueue_unfinished'), [
      'workqueue_unfinished_work_seconds{name="privatemonitoringscope"} 0',
    ]);
    workingMs = [1_500, 4_000];
    assert.deepEqual(await series('workqueue_unfinished'), [
      'workqueue_unfinished_work_seconds{name="privatemonitoringscope"} 5.5',
    ]);
    assert.deepEqual(await series('workqueue_longest'), [
      'workqueue_longest_running_processor_seconds{name="privatemonitoringscope"} 4',
    ]);
  });

  test('promtool has nothing to say against any of them', async t => {
    const promtool = requireTool(t, 'promtool');
    if (promtool === undefined) return;
    const metrics = create();
    metrics.leading('pms-operator', true);
    metrics.watchWork(() => [1_000]);
    metrics.controller.conditions(KEY, { conditions: [condition('True')], recordCount: 27 });
    metrics.azureRequest({ resourceType: 'other', method: 'GET', status: 200, seconds: 1 });
    metrics.kubernetesRequest({ method: 'GET', code: '200', seconds: 1 });
    const told = execFileSync(promtool, ['check', 'metrics'], { input: await metrics.text(), encoding: 'utf8' });
    assert.equal(told, '');
  });

  test('a condition has one series, for the status that it has now, and none when its object is gone', async () => {
    const metrics = create();
    const series = async () => (await metrics.text()).split('\n').filter(line => line.startsWith('pms_'));
    metrics.controller.conditions(KEY, { conditions: [condition('False')], recordCount: 2 });
    metrics.controller.conditions(KEY, { conditions: [condition('True')], recordCount: 27 });
    assert.deepEqual((await series()).slice(1), [
      'pms_status_condition{type="Ready",status="True",reason="Ready",namespace="plant",name="plant-a"} 1',
      'pms_dns_records{namespace="plant",name="plant-a"} 27',
    ]);
    metrics.controller.conditions(KEY, undefined);
    assert.equal((await series()).length, 1);
  });
});

suite('HTTP', () => {
  const AT = { host: '127.0.0.1', port: 0 };
  const get = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };

  test('/metrics is the exposition text, and there is nothing else', async t => {
    const server = await serveMetrics(AT, createMetrics({ version: '1.2.3', concurrent: 4 }));
    t.after(server.close);
    const { status, type, text } = await get(server.port, '/metrics');
    assert.equal(status, 200);
    assert.match(type ?? '', /^text\/plain/);
    assert.match(text, /pms_build_info\{version="1.2.3"/);
    assert.equal((await get(server.port, '/')).status, 404);
  });

  test('a probe is 503 with the reasons until nothing holds it back', async t => {
    const reasons = ['the cache is not filled'];
    const server = await serveHealth(AT, { healthy: () => [], ready: () => reasons });
    t.after(server.close);
    assert.deepEqual(await get(server.port, '/healthz'), {
      status: 200,
      type: 'text/plain; charset=UTF-8',
      text: 'ok\n',
    });
    assert.equal((await get(server.port, '/livez')).status, 200);
    assert.equal((await get(server.port, '/readyz')).status, 503);
    assert.equal((await get(server.port, '/readyz')).text, 'the cache is not filled\n');
    reasons.pop();
    assert.equal((await get(server.port, '/readyz')).status, 200);
  });

  test('/livez and /healthz are one, and fail with each reason on a line of its own', async t => {
    const healthy = () => ['the lease is overdue', 'a pass is stuck'];
    const server = await serveHealth(AT, { healthy, ready: () => [] });
    t.after(server.close);
    for (const path of ['/livez', '/healthz']) {
      const { status, text } = await get(server.port, path);
      assert.deepEqual([status, text], [503, 'the lease is overdue\na pass is stuck\n']);
    }
  });

  test('a port that is taken is told', async t => {
    const server = await serveMetrics(AT, createMetrics({ version: '1.2.3', concurrent: 4 }));
    t.after(server.close);
    await assert.rejects(serveHealth({ ...AT, port: server.port }, { healthy: () => [], ready: () => [] }), {
      code: 'EADDRINUSE',
    });
  });
});
