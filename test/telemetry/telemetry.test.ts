/**
 * Log, metrics and probes as others see them: lines, the exposition text, HTTP answers.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { serveHealth, serveMetrics } from '../../src/telemetry/http.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

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
});

suite('metrics', () => {
  const create = () => createMetrics({ version: '1.2.3', concurrent: 4 });

  test('passes, queue and calls are counted under the names that dashboards know', async () => {
    const metrics = create();
    metrics.controller.reconciled('requeue_after', 0.2);
    metrics.controller.reconciled('error', 0.2);
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
      'workqueue_depth{name="privatemonitoringscope"} 3',
      'workqueue_adds_total{name="privatemonitoringscope"} 1',
      'azure_requests_total{resource="Microsoft.Network/privateEndpoints",method="PUT",code="429"} 1',
      'azure_throttled_total{resource="Microsoft.Network/privateEndpoints"} 1',
      'rest_client_requests_total{method="PATCH",code="<error>"} 1',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line}\nis not in\n${text}`);
    }
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
    assert.equal((await get(server.port, '/readyz')).status, 503);
    assert.equal((await get(server.port, '/readyz')).text, 'the cache is not filled\n');
    reasons.pop();
    assert.equal((await get(server.port, '/readyz')).status, 200);
  });

  test('a port that is taken is told', async t => {
    const server = await serveMetrics(AT, createMetrics({ version: '1.2.3', concurrent: 4 }));
    t.after(server.close);
    await assert.rejects(serveHealth({ ...AT, port: server.port }, { healthy: () => [], ready: () => [] }), {
      code: 'EADDRINUSE',
    });
  });
});
