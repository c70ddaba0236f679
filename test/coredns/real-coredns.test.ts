/**
 * Our hosts server held to the real CoreDNS: the same text, the same questions, the same answers to the bit. It stands
 * in CoreDNS' place in the demo; the one difference is a name that the text does not have.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Packet } from 'dns-packet';
import { HOSTS_KEY } from '../../src/coredns/config-map-claim.ts';
import { type HostsServer, startHostsServer } from '../../src/coredns/hosts-server.ts';
import { renderHosts } from '../../src/coredns/hosts-text.ts';
import { writeVolume } from '../env/config-map-feed.ts';
import { type CoreDns, startCoreDns } from '../env/coredns.ts';
import { shippedCorefile } from '../env/corefile.ts';
import { eventually } from '../env/eventually.ts';
import { startUpstreamDns, type UpstreamDns } from '../env/upstream-dns.ts';
import { addressesIn, framed, overTcp, overUdp, queryOf, rcodeOf, tellingPartOf } from './exchange.ts';

const owners = ['plant/plant-a', 'plant/plant-b'];
const written = renderHosts([
  { name: 'api.monitor.azure.com', addresses: ['10.1.2.4', '10.1.2.5'], owners },
  { name: 'api.privatelink.monitor.azure.com', addresses: ['10.1.2.4'], owners },
  { name: 'x.ods.opinsights.azure.com', addresses: ['10.1.2.6', 'fd00::6'], owners },
  { name: 'six.monitor.azure.com', addresses: ['fd00::7'], owners },
]);
/** As somebody with kubectl might leave it. */
const edited = `${written}
10.1.2.8\tTabs.Example.COM  Second.example.com.   # both
no-address line.example.com
010.1.2.9 zeros.example.com
10.1.2.10
10.1.2.11 twice.example.com
10.1.2.11 twice.example.com
10.1.2.12 crlf.example.com\r
10.1.2.13 last.example.com`;

const names = [
  ...['api.monitor.azure.com', 'API.Monitor.Azure.COM', 'api.privatelink.monitor.azure.com'],
  ...['x.ods.opinsights.azure.com', 'six.monitor.azure.com', 'tabs.example.com', 'second.example.com'],
  ...['twice.example.com', 'crlf.example.com', 'last.example.com'],
];
const types = ['A', 'AAAA', 'TXT', 'CNAME', 'MX', 'SRV', 'NS', 'SOA', 'HTTPS'];
const absent = [
  ...['unknown.example.com', 'sub.api.monitor.azure.com', 'monitor.azure.com', 'line.example.com'],
  ...['zeros.example.com'],
];

const edns = (udpPayloadSize: number, flags: number): Packet => {
  const option = { type: 'OPT', name: '.', udpPayloadSize, flags, flag_do: flags !== 0, extendedRcode: 0 } as const;
  return queryOf('api.monitor.azure.com', 'A', { additionals: [{ ...option, ednsVersion: 0, options: [] }] });
};
const api = { name: 'api.monitor.azure.com', type: 'A' } as const;
const oddQueries: Readonly<Record<string, Packet>> = {
  'without the wish for recursion': queryOf(api.name, 'A', { flags: 0 }),
  'with checking disabled': queryOf(api.name, 'A', { flags: 0x110 }),
  'without a question': queryOf('', 'A', { questions: [] }),
  'with two questions': queryOf('', 'A', { questions: [api, api] }),
  'of another kind, inverse': queryOf(api.name, 'A', { flags: 1 << 11 }),
  'of another kind, update': queryOf(api.name, 'A', { flags: 5 << 11 }),
  'with EDNS': edns(1_232, 0),
  'with EDNS and DO': edns(4_096, 0x8000),
};

describe('our hosts server beside the real CoreDNS', () => {
  let directory: string;
  let upstream: UpstreamDns;
  let real: CoreDns;
  let ours: HostsServer;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
    await writeVolume(directory, { [HOSTS_KEY]: edited });
    const public192 = Object.fromEntries(absent.map(name => [name, { A: ['192.0.2.80'] }]));
    upstream = await startUpstreamDns(public192);
    // Without the cache, which would count the time to live down.
    const corefile = (await shippedCorefile()).replace(/^ +cache \d+\n/m, '');
    real = await startCoreDns({ hostsDirectory: directory, upstream: upstream.server, corefile });
    ours = await startHostsServer(edited, new AbortController().signal);
  });
  after(async () => {
    await ours?.close();
    await real?.stop();
    await upstream?.stop();
    await rm(directory, { recursive: true });
  });

  for (const name of names) {
    it(`answers alike, whatever is asked for: ${name}`, async () => {
      for (const type of types) {
        const query = queryOf(name, type);
        const [expected, found] = [await overUdp(real.port, query), await overUdp(ours.port, query)];
        assert.deepEqual(tellingPartOf(found), tellingPartOf(expected), type);
        assert.equal(rcodeOf(expected), 'NOERROR');
      }
    });
  }

  it('answers alike over TCP', async () => {
    for (const name of names) {
      const query = framed(queryOf(name, 'A'));
      const [[expected], [found]] = [await overTcp(real.port, [query]), await overTcp(ours.port, [query])];
      assert.ok(expected && found);
      assert.deepEqual(tellingPartOf(found), tellingPartOf(expected), name);
    }
  });

  for (const [what, query] of Object.entries(oddQueries)) {
    it(`answers alike a query ${what}`, async () => {
      const [expected, found] = [await overUdp(real.port, query), await overUdp(ours.port, query)];
      assert.deepEqual(tellingPartOf(found), tellingPartOf(expected));
    });
  }

  for (const name of absent) {
    it(`differs in a name that the text does not have, which CoreDNS asks its upstream for: ${name}`, async () => {
      assert.deepEqual(addressesIn(await overUdp(real.port, queryOf(name, 'A'))), ['192.0.2.80']);
      assert.equal(rcodeOf(await overUdp(ours.port, queryOf(name, 'A'))), 'REFUSED');
    });
  }

  it('differs in the name of an address in the same way', async () => {
    const query = queryOf('4.2.1.10.in-addr.arpa', 'PTR');
    assert.equal(rcodeOf(await overUdp(real.port, query)), 'NXDOMAIN');
    assert.ok(upstream.queries().includes('4.2.1.10.in-addr.arpa PTR'));
    assert.equal(rcodeOf(await overUdp(ours.port, query)), 'REFUSED');
  });

  it('follows a new text, and forgets all names when only the heading is left', async () => {
    const query = queryOf('api.monitor.azure.com', 'A');
    for (const text of [renderHosts([{ name: api.name, addresses: ['10.1.2.99'], owners }]), renderHosts([])]) {
      await writeVolume(directory, { [HOSTS_KEY]: text });
      ours.update(text);
      const wanted = text.includes('10.1.2.99') ? ['10.1.2.99'] : [];
      await eventually('CoreDNS has read the new text', async () => {
        const found = addressesIn(await overUdp(real.port, query));
        return found.join() === wanted.join();
      });
      assert.deepEqual(addressesIn(await overUdp(ours.port, query)), wanted);
    }
  });
});
