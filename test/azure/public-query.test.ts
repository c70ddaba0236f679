/**
 * A query of a workspace from the public side, through a proxy: what a closed one, an open one, and ways that lead
 * elsewhere come to. The proxy is a real one; the public side is the simulator's.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ConnectProxy, type Destination, startConnectProxy } from '../env/connect-proxy.ts';
import { paths } from '../simulator/road.ts';
import { quiet } from './bench.ts';
import { azureOn, connected, HOST } from './logs-road.ts';

async function proxied(t: TestContext, to?: Destination): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(to);
  t.after(() => proxy.close());
  return proxy;
}

async function scene(t: TestContext) {
  const { data, asked } = await connected(t);
  const proxy = await proxied(t, data.publicSide);
  const close = () => {
    const body = { properties: { publicNetworkAccessForQuery: 'Disabled' } };
    return data.azure.call('PATCH', paths(data.azure.group).workspace('law-a'), { body });
  };
  const queryPublic = (over: Parameters<typeof azureOn>[1] = {}) =>
    azureOn(data, { publicEgressProxy: proxy.url, ...over }).queryPublic?.(asked, quiet);
  return { data, asked, proxy, close, queryPublic };
}

test('without an egress nobody can be asked from the public side', async t => {
  const { data } = await connected(t);
  assert.equal(azureOn(data).queryPublic, undefined);
});

test('an open workspace answers on the public side, and a closed one refuses there while the private path answers', async t => {
  const { data, asked, proxy, close, queryPublic } = await scene(t);
  assert.deepEqual(await queryPublic(), { outcome: 'Held' });
  await close();
  const refused = await queryPublic();
  assert.equal(refused?.outcome, 'Public');
  assert.match(refused?.detail ?? '', /^403 NspValidationFailedError/);
  assert.deepEqual(await azureOn(data).query(asked, quiet), { outcome: 'Held' });
  assert.deepEqual(proxy.asked(), Array(2).fill(`${HOST}:${data.port}`));
});

test('a proxy that leads to the private endpoint answers for a closed workspace too', async t => {
  const { data, asked, proxy, close, queryPublic } = await scene(t);
  await close();
  proxy.leadTo({ address: asked.address, port: data.port });
  assert.deepEqual(await queryPublic(), { outcome: 'Held' });
});

test('a proxy that lets nothing through, and one that is not there, are told as no answer about the workspace', async t => {
  const { proxy, queryPublic } = await scene(t);
  proxy.leadTo(undefined);
  const refused = await queryPublic();
  assert.notEqual(refused?.outcome, 'Held');
  assert.match(refused?.detail ?? '', /Proxy response \(403\)/);
  await proxy.close();
  assert.equal((await queryPublic())?.outcome, 'Unreachable');
});

test('a proxy that inspects HTTPS is sent no token', async t => {
  const { data, queryPublic, proxy } = await scene(t);
  const before = data.azure.simulator.journal.length;
  // Somebody else's authority: to this operator the certificate behind the proxy is a foreign one.
  const other = await connected(t);
  const result = await queryPublic({ ca: other.data.azure.simulator.caPem });
  assert.equal(result?.outcome, 'Untrusted');
  assert.equal(proxy.asked().length, 1);
  const sent = data.azure.simulator.journal.slice(before).filter(({ service }) => service === 'data-plane');
  assert.deepEqual(sent, []);
});

test('a proxy is told its user and password, and no message repeats them', async t => {
  const { proxy, queryPublic, data } = await scene(t);
  const publicEgressProxy = proxy.url.replace('//', '//plant:pst@');
  assert.equal((await queryPublic({ publicEgressProxy }))?.outcome, 'Held');
  assert.deepEqual(proxy.asked(), [`${HOST}:${data.port} plant`]);
  proxy.leadTo(undefined);
  assert.doesNotMatch((await queryPublic({ publicEgressProxy }))?.detail ?? '', /pst/);
});
