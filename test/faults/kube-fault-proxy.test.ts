/**
 * The fault proxy itself, in front of a real API server: what it is not told to spoil passes unchanged, and what it is
 * told happens, to that call and no other.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, suite, test } from 'node:test';
import { Agent, fetch } from 'undici';
import { parse } from 'yaml';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { eventually } from '../env/eventually.ts';
import { type KubeFaultProxy, startKubeFaultProxy } from './kube-fault-proxy.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

suite('the fault proxy of the API server', () => {
  let controlPlane: ControlPlane;
  let proxy: KubeFaultProxy;
  let dispatcher: Agent;
  let authorization: string;
  before(async () => {
    controlPlane = await startControlPlane({ crds: false });
    proxy = await startKubeFaultProxy(controlPlane);
    const config = parse(await readFile(await proxy.kubeconfigThrough(controlPlane.kubeconfig), 'utf8'));
    assert.equal(config.clusters[0].cluster.server, proxy.url);
    const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString();
    dispatcher = new Agent({ connect: { ca } });
    authorization = `Bearer ${config.users[0].user.token}`;
  });
  after(async () => {
    await dispatcher?.destroy();
    await proxy?.close();
    await controlPlane?.stop();
  });
  afterEach(() => {
    proxy.faults([]);
    proxy.hook({});
  });

  const call = (method: string, path: string, body?: unknown, signal = AbortSignal.timeout(10_000)) =>
    fetch(`${proxy.url}${path}`, {
      method,
      dispatcher,
      signal,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const create = (name: string) => call('POST', MAPS, { metadata: { name }, data: { text: 'ä' } });
  const statusThere = async (name: string) => (await controlPlane.request('GET', `${MAPS}/${name}`)).status;

  /** A watch from now on: its lines so far, and how it ended. */
  const watch = async (t: { after(end: () => void): void }) => {
    const list = (await (await call('GET', MAPS)).json()) as { metadata: { resourceVersion: string } };
    const from = `${MAPS}?watch=true&resourceVersion=${list.metadata.resourceVersion}`;
    const stop = new AbortController();
    t.after(() => stop.abort());
    const response = await call('GET', from, undefined, stop.signal);
    const seen = { text: '', end: 'open' as 'open' | 'closed' | 'reset' };
    const reading = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) seen.text += decoder.decode(chunk, { stream: true });
    };
    reading().then(
      () => {
        seen.end = 'closed';
      },
      () => {
        seen.end = 'reset';
      },
    );
    return seen;
  };
  const eventsOf = (text: string) =>
    text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
      .map(({ type, object }) => `${type} ${object?.metadata?.name}`);

  test('passes calls and bodies on as they are', async () => {
    const created = await create('passed-on');
    assert.equal(created.status, 201);
    assert.deepEqual(((await created.json()) as { data: unknown }).data, { text: 'ä' });
  });

  test('meets the nth call of a verb and a path, and no other, with a status', async () => {
    proxy.faults([
      {
        match: { method: ['GET'], path: /\/namespaces$/, nth: 2, times: 2 },
        instead: { status: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 },
      },
    ]);
    const seen: string[] = [];
    for (let index = 0; index < 4; index++) {
      const response = await call('GET', '/api/v1/namespaces');
      seen.push([response.status, response.headers.get('retry-after')].join(' '));
      await response.body?.cancel();
      assert.equal((await call('GET', '/version')).status, 200);
    }
    assert.deepEqual(seen, ['200 ', '429 7', '429 7', '200 ']);
    assert.deepEqual(proxy.met(), [2]);
  });

  for (const { when, status } of [
    { when: 'before', status: 404 },
    { when: 'after', status: 200 },
  ] as const) {
    test(`resets a connection ${when} the API server has done what it was asked`, async () => {
      proxy.faults([{ match: { method: ['POST'] }, [when]: { reset: true } }]);
      await assert.rejects(create(`reset-${when}`));
      assert.equal(await statusThere(`reset-${when}`), status);
    });

    test(`hangs ${when} the API server has done what it was asked`, async () => {
      proxy.faults([{ match: { method: ['POST'] }, [when]: { hang: true } }]);
      const stop = new AbortController();
      let isSettled = false;
      const asked = call('POST', MAPS, { metadata: { name: `hang-${when}` } }, stop.signal).finally(() => {
        isSettled = true;
      });
      await eventually('it came', () => proxy.met()[0] === 1);
      if (when === 'after') await eventually('it is done', async () => (await statusThere('hang-after')) === 200);
      assert.equal(isSettled, false);
      assert.equal(await statusThere(`hang-${when}`), status);
      stop.abort();
      await assert.rejects(asked);
    });
  }

  test('tells of a call before it is seen, when it is done, and when it is answered', async () => {
    const told: string[] = [];
    proxy.hook({
      before: async ({ method }) => void told.push(`before ${method} ${await statusThere('hooked')}`),
      after: async (_, status) => void told.push(`after ${status} ${await statusThere('hooked')}`),
      answered: (_, status) => void told.push(`answered ${status}`),
    });
    assert.equal((await create('hooked')).status, 201);
    assert.deepEqual(told, ['before POST 404', 'after 201 200', 'answered 201']);
  });

  test('serves a list as it was when it was first asked for', async () => {
    const path = `${MAPS}?limit=500`;
    const names = async () =>
      ((await (await call('GET', path)).json()) as { items: { metadata: { name: string } }[] }).items.map(
        item => item.metadata.name,
      );
    const first = await names();
    await create('not-in-the-stale-list');
    proxy.faults([{ match: { path: /configmaps$/ }, instead: 'firstAnswer' }]);
    assert.deepEqual(await names(), first);
    proxy.faults([]);
    assert.ok((await names()).includes('not-in-the-stale-list'));
  });

  test('keeps one event of a watch back, and passes all others on', async t => {
    proxy.faults([{ match: { isWatch: true }, after: { dropEvent: { type: 'ADDED', name: 'dropped' } } }]);
    const seen = await watch(t);
    for (const name of ['first', 'dropped', 'last']) await create(name);
    await eventually('the last event', () => eventsOf(seen.text).includes('ADDED last'));
    assert.deepEqual(eventsOf(seen.text), ['ADDED first', 'ADDED last']);
  });

  test('puts lines before the events of a watch', async t => {
    const line = JSON.stringify({ type: 'ERROR', object: { code: 410, metadata: { name: 'gone' } } });
    proxy.faults([{ match: { isWatch: true }, after: { firstLines: [line] } }]);
    const seen = await watch(t);
    await eventually('the line', () => seen.text !== '');
    assert.equal(seen.text, `${line}\n`);
  });

  test('cuts a watch in the middle of a line', async t => {
    proxy.faults([{ match: { isWatch: true }, after: { cutAfterBytes: 40 } }]);
    const seen = await watch(t);
    await create('cut-off');
    await eventually('the end', () => seen.end !== 'open');
    assert.equal(seen.end, 'reset');
    assert.equal(seen.text.length, 40);
    assert.throws(() => eventsOf(seen.text));
  });

  for (const [how, end] of [
    ['close', 'closed'],
    ['reset', 'reset'],
  ] as const) {
    test(`ends the open watches when it is told to: ${how}`, async t => {
      const seen = await watch(t);
      await eventually('one is open', () => proxy.calls.at(-1)?.isWatch);
      assert.equal(await eventually('it is ended', () => proxy.endWatches(how)), 1);
      await eventually('the end', () => seen.end !== 'open');
      assert.equal(seen.end, end);
    });
  }

  test('passes a refusal of RBAC on, and the end of the API server as a broken connection', async () => {
    const theirs = { authorization: 'Bearer nobody' };
    const refused = await fetch(`${proxy.url}${MAPS}`, { dispatcher, headers: theirs });
    assert.equal(refused.status, 401);
    await refused.body?.cancel();
    await controlPlane.killApiServer();
    await assert.rejects(call('GET', '/version'));
    await controlPlane.startApiServer();
    assert.equal((await call('GET', '/version')).status, 200);
  });
});
