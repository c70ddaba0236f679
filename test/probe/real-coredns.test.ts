/**
 * The resolver and the real CoreDNS with the Corefile that is shipped: what RecordsResolving will be judged by.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HOSTS_KEY } from '../../src/coredns/config-map-claim.ts';
import { renderHosts } from '../../src/coredns/hosts-text.ts';
import type { DnsServer } from '../../src/ports-dns.ts';
import { createResolver } from '../../src/probe/dns.ts';
import { writeVolume } from '../env/config-map-feed.ts';
import { type CoreDns, startCoreDns } from '../env/coredns.ts';
import { startUpstreamDns, type UpstreamDns } from '../env/upstream-dns.ts';

const owners = ['plant/plant-a'];
/** More than a datagram of 512 bytes holds. */
const many = Array.from({ length: 60 }, (_, index) => `10.1.3.${index + 1}`);
const text = renderHosts([
  { name: 'api.monitor.azure.com', addresses: ['10.1.2.4'], owners },
  { name: 'many.monitor.azure.com', addresses: many, owners },
]);
const { signal } = new AbortController();

describe('the resolver and the real CoreDNS', () => {
  let directory: string;
  let upstream: UpstreamDns;
  let coreDns: CoreDns;
  let server: DnsServer;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
    await writeVolume(directory, { [HOSTS_KEY]: text });
    upstream = await startUpstreamDns({
      'api.loganalytics.io': { CNAME: 'public.example.com' },
      'public.example.com': { A: ['192.0.2.10'], AAAA: ['2001:db8::10'] },
    });
    coreDns = await startCoreDns({ hostsDirectory: directory, upstream: upstream.server });
    server = { name: 'coredns', address: coreDns.address, port: coreDns.port };
  });
  after(async () => {
    await coreDns?.stop();
    await upstream?.stop();
    await rm(directory, { recursive: true });
  });

  const ask = async (name: string, type: 'A' | 'AAAA') => {
    const { rcode, addresses } = await createResolver().ask(server, name, type, signal);
    return { rcode, addresses };
  };

  it('a published name has our address, in any letter case, and no IPv6 address', async () => {
    for (const name of ['api.monitor.azure.com', 'API.Monitor.Azure.COM']) {
      assert.deepEqual(await ask(name, 'A'), { rcode: 'NOERROR', addresses: ['10.1.2.4'] });
      assert.deepEqual(await ask(name, 'AAAA'), { rcode: 'NOERROR', addresses: [] });
    }
  });

  it('the same over TCP, and both tell how long they may be kept', async () => {
    const expected = { rcode: 'NOERROR', addresses: ['10.1.2.4'], ttlSeconds: 30 };
    assert.deepEqual(await createResolver().ask(server, 'api.monitor.azure.com', 'A', signal), expected);
    assert.deepEqual(await createResolver().askOverTcp(server, 'api.monitor.azure.com', 'A', signal), expected);
  });

  it('an answer that no datagram holds comes over TCP, whole', async () => {
    const { addresses } = await ask('many.monitor.azure.com', 'A');
    assert.deepEqual([...addresses].sort(), [...many].sort());
  });

  it('a name that is not published has its public addresses, through its chain, both families', async () => {
    assert.deepEqual(await ask('api.loganalytics.io', 'A'), { rcode: 'NOERROR', addresses: ['192.0.2.10'] });
    assert.deepEqual(await ask('api.loganalytics.io', 'AAAA'), { rcode: 'NOERROR', addresses: ['2001:db8::10'] });
  });

  it('a name that nobody has does not exist', async () => {
    assert.deepEqual(await ask('nobody.example.com', 'A'), { rcode: 'NXDOMAIN', addresses: [] });
  });

  it('sixty questions at once are answered, each its own', async () => {
    const names = ['api.monitor.azure.com', 'api.loganalytics.io', 'nobody.example.com'];
    const expected = [['10.1.2.4'], ['192.0.2.10'], []];
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(names[index % 3] ?? '', 'A')));
    answers.forEach((answer, index) => {
      assert.deepEqual(answer.addresses, expected[index % 3]);
    });
  });
});
