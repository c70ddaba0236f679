import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { type ConfigMapFeed, feedConfigMap } from './config-map-feed.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type CoreDns, startCoreDns } from './coredns.ts';
import { onLoopback, shippedCorefile } from './corefile.ts';
import { dnsQuery } from './dns-query.ts';
import { eventually } from './eventually.ts';
import { startUpstreamDns, type UpstreamDns } from './upstream-dns.ts';

const records = '/api/v1/namespaces/private-monitoring/configmaps';

describe('the real CoreDNS, fed as a kubelet does', () => {
  let controlPlane: ControlPlane;
  let directory: string;
  let upstream: UpstreamDns;
  let coreDns: CoreDns;
  let feed: ConfigMapFeed;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
    stops.push(() => rm(directory, { recursive: true }));
    controlPlane = await startControlPlane({ crds: false, namespaces: ['private-monitoring'] });
    stops.push(controlPlane.stop);
    upstream = await startUpstreamDns({
      'www.example.com': { A: ['192.0.2.80'] },
      'alias.example.com': { CNAME: 'www.example.com' },
    });
    stops.push(upstream.stop);
    const { request } = controlPlane;
    feed = await feedConfigMap({ request, namespace: 'private-monitoring', name: 'pms-records', directory });
    stops.push(feed.stop);
    coreDns = await startCoreDns({ hostsDirectory: directory, upstream: upstream.server, cacheSeconds: 1 });
    stops.push(coreDns.stop);
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    assert.throws(() => process.kill(coreDns.pid, 0), { code: 'ESRCH' });
  });

  const ask = (name: string, type: 'A' | 'AAAA' = 'A', protocol: 'udp' | 'tcp' = 'udp') =>
    dnsQuery({ server: coreDns.server, name, type, protocol });
  const answered = (name: string, address: string) =>
    eventually(`${name} has ${address}`, async () => (await ask(name)).answers.includes(address));

  it('answers from upstream while there is no ConfigMap, by UDP and by TCP', async () => {
    for (const protocol of ['udp', 'tcp'] as const) {
      assert.deepEqual((await ask('alias.example.com', 'A', protocol)).answers, ['192.0.2.80']);
    }
    assert.equal((await ask('api.monitor.azure.com')).code, 'NXDOMAIN');
  });

  it('answers a name of the ConfigMap with its address, AAAA with nothing, and other names from upstream', async () => {
    const data = { 'pms.hosts': '127.13.1.4 api.monitor.azure.com\n' };
    const created = await controlPlane.request('POST', records, { metadata: { name: 'pms-records' }, data });
    assert.equal(created.status, 201);
    await answered('api.monitor.azure.com', '127.13.1.4');
    const ipv6 = await ask('api.monitor.azure.com', 'AAAA');
    assert.deepEqual([ipv6.code, ipv6.answers], ['NOERROR', []]);
    assert.deepEqual((await ask('www.example.com')).answers, ['192.0.2.80']);
    assert.ok(upstream.queries().includes('www.example.com A'));
  });

  it('follows an edit, and the folder is always swapped as a whole', async () => {
    const data = { 'pms.hosts': '127.13.1.5 api.monitor.azure.com\n127.13.1.6 x.ods.opinsights.azure.com\n' };
    const path = `${records}/pms-records`;
    await controlPlane.request('PATCH', path, { data }, 'application/merge-patch+json');
    await answered('api.monitor.azure.com', '127.13.1.5');
    await answered('x.ods.opinsights.azure.com', '127.13.1.6');
    assert.equal(await readFile(join(directory, '..data', 'pms.hosts'), 'utf8'), data['pms.hosts']);
    const folders = () => readdirSync(directory).filter(name => name.startsWith('..2')).length;
    await eventually('the folder before is removed', () => folders() === 1);
    assert.equal(feed.swaps(), 2);
  });

  it('keeps the answers when the ConfigMap goes', async () => {
    await controlPlane.request('DELETE', `${records}/pms-records`);
    assert.equal((await controlPlane.request('GET', `${records}/pms-records`)).status, 404);
    const looks = feed.looks();
    await eventually('the feed has looked and found none', () => feed.looks() >= looks + 2);
    assert.deepEqual((await ask('api.monitor.azure.com')).answers, ['127.13.1.5']);
    assert.ok(existsSync(join(directory, 'pms.hosts')));
  });
});

test('only addresses, ports, upstream, folder and the hosts file’s period differ from the shipped Corefile', async () => {
  const shipped = await shippedCorefile();
  const adapted = onLoopback(shipped, {
    port: 1053,
    healthPort: 1080,
    readyPort: 1081,
    metricsPort: 1153,
    upstream: '127.0.0.1:2053',
    directory: '/records',
    hostsReload: '250ms',
    cacheSeconds: undefined,
  });
  const directives = (text: string) =>
    text
      .split('\n')
      .map(line => line.trim().split(/\s+/)[0] ?? '')
      .filter(word => word !== '' && !word.startsWith('#') && !word.includes(':'));
  assert.deepEqual(
    directives(adapted).filter(word => word !== 'bind'),
    directives(shipped),
  );
  assert.match(adapted, /^\.:1053 \{\n {4}bind 127\.0\.0\.1\n/m);
  assert.match(adapted, /forward \. 127\.0\.0\.1:2053/);
});
