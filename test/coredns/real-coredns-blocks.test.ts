/**
 * Our server block in the real CoreDNS, in the layouts of the platforms: taken up, changed, taken out again, and taken
 * back when CoreDNS refuses it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { startUpstreamDns, type UpstreamDns } from '../env/upstream-dns.ts';
import { API, CUSTOM, claim, ODS, STORE } from './block-scene.ts';
import { type ClusteredCoreDns, type ClusteredOptions, startClusteredCoreDns } from './clustered-coredns.ts';
import { AKS, K3S, KUBEADM } from './corefiles.ts';

const { signal } = new AbortController();
const OTHER = 'other.monitor.azure.com';
/** The public side. */
const PUBLIC = {
  [API]: { A: ['192.0.2.10'], AAAA: ['2001:db8::10'] },
  [ODS]: { A: ['192.0.2.11'] },
  [OTHER]: { A: ['192.0.2.12'] },
  'www.example.com': { A: ['192.0.2.80'] },
} as const;

const LAYOUTS: readonly ({ readonly name: string } & Omit<ClusteredOptions, 'upstream'>)[] = [
  { name: 'AKS, records in a mounted key', corefile: AKS, kind: 'CustomServer' },
  { name: 'AKS, records in the block', corefile: AKS, kind: 'CustomServer', records: 'Inline' },
  { name: 'k3s, whose own block has hosts', corefile: K3S, kind: 'CustomServer' },
  { name: 'kubeadm, in the Corefile', corefile: KUBEADM, kind: 'Corefile' },
];

let upstream: UpstreamDns;
before(async () => {
  upstream = await startUpstreamDns(PUBLIC);
});
after(() => upstream.stop());

const answersOf = (coreDns: ClusteredCoreDns, name: string) =>
  eventually(`${name} answers`, async () => (await dnsQuery({ server: coreDns.server, name })).answers, {});
const answered = (coreDns: ClusteredCoreDns, name: string, ...addresses: readonly string[]) =>
  eventually(`${name} has ${addresses.join()}`, async () => {
    const { answers } = await dnsQuery({ server: coreDns.server, name });
    return answers.join() === addresses.join();
  });

for (const layout of LAYOUTS) {
  describe(`CoreDNS of ${layout.name}`, () => {
    let coreDns: ClusteredCoreDns;
    const publish = async (owner: string, records: Readonly<Record<string, string>>) => {
      // A kubelet may see every state in between.
      coreDns.store.beforeApply = coreDns.sync;
      await coreDns.target.publish(claim(owner, records), signal);
      await coreDns.sync();
    };
    before(async () => {
      coreDns = await startClusteredCoreDns({ ...layout, upstream: upstream.server });
    });
    after(() => coreDns.stop());

    it('takes up the first names, with no IPv6 address of the public side, and asks upstream for all others', async () => {
      assert.deepEqual(await answersOf(coreDns, API), PUBLIC[API].A);
      await publish('plant/a', { [API]: '10.1.2.4', [ODS]: '10.1.2.5' });
      await answered(coreDns, API, '10.1.2.4');
      await answered(coreDns, ODS, '10.1.2.5');
      const ipv6 = await dnsQuery({ server: coreDns.server, name: API, type: 'AAAA' });
      assert.deepEqual([ipv6.code, ipv6.answers], ['NOERROR', []]);
      const tcp = await dnsQuery({ server: coreDns.server, name: API, protocol: 'tcp' });
      assert.deepEqual([tcp.answers, tcp.ttlSeconds], [['10.1.2.4'], 60]);
      for (const name of [OTHER, 'www.example.com'] as const) {
        assert.deepEqual(await answersOf(coreDns, name), PUBLIC[name].A);
      }
      assert.equal(await coreDns.failures(), 0);
    });

    it('takes up another object’s name and a changed address', async () => {
      await publish('plant/b', { [`y.${ODS}`]: '10.1.2.6' });
      await publish('plant/a', { [API]: '10.1.2.9', [ODS]: '10.1.2.5' });
      await answered(coreDns, `y.${ODS}`, '10.1.2.6');
      await answered(coreDns, API, '10.1.2.9');
    });

    it('starts anew with it', async () => {
      await coreDns.restart();
      await answered(coreDns, API, '10.1.2.9');
      assert.deepEqual(await answersOf(coreDns, OTHER), PUBLIC[OTHER].A);
    });

    it('gives the public answers again once all is taken out, and starts anew with that', async () => {
      await publish('plant/a', {});
      await publish('plant/b', {});
      await answered(coreDns, API, ...PUBLIC[API].A);
      await answered(coreDns, ODS, ...PUBLIC[ODS].A);
      await coreDns.restart();
      assert.equal(await coreDns.failures(), 0);
    });
  });
}

describe('a CoreDNS that refuses the block', () => {
  for (const layout of [LAYOUTS[0], LAYOUTS[3]]) {
    it(`gets the names taken out again, and keeps what it had (${layout?.name})`, async t => {
      assert.ok(layout);
      const coreDns = await startClusteredCoreDns({ ...layout, upstream: upstream.server });
      t.after(coreDns.stop);
      const { target, store } = coreDns;
      const publish = async (owner: string, name: string) => {
        await target.publish(claim(owner, { [name]: '10.1.2.4' }), signal);
        await coreDns.sync();
      };
      await publish('plant/a', ODS);
      await answered(coreDns, ODS, '10.1.2.4');
      const answers = { names: [ODS], servers: ['coredns'], wrong: [] };
      assert.equal(await target.confirm(answers, signal), undefined);

      // A plugin that published builds have and this one has not: what a reader of the text cannot know.
      const place = layout.kind === 'Corefile' ? { namespace: 'kube-system', name: 'coredns' } : CUSTOM;
      const theirs = `b.example.com:${coreDns.port} {\n    bind 127.0.0.1\n    autopath\n}\n`;
      const good = { ...store.data(place) };
      const arm = { Corefile: `${good.Corefile}${theirs}`, 'theirs.server': theirs };
      const key = layout.kind === 'Corefile' ? 'Corefile' : 'theirs.server';
      store.edit(place, map => Object.assign(map.data, { [key]: arm[key] }));
      await coreDns.sync();
      const failed = await eventually('CoreDNS refuses it', async () => (await coreDns.failures()) || undefined);
      await publish('plant/b', API);
      await eventually('CoreDNS refuses ours, too', async () => ((await coreDns.failures()) ?? 0) > failed);

      const wrong = [{ server: 'coredns', name: API, rcode: 'NOERROR' }];
      const failure = await target.confirm({ names: [API], servers: ['coredns'], wrong }, signal);
      assert.equal(failure?.reason, 'ReloadRefused');
      assert.match(failure?.message ?? '', /coredns_reload_failed_total grew at coredns/);
      assert.match(coreDns.output(), /Corefile changed but reload failed.*autopath/);
      assert.deepEqual(
        (await target.read(signal)).lines.map(line => line.name),
        [ODS],
      );
      await coreDns.sync();
      assert.deepEqual(await answersOf(coreDns, ODS), ['10.1.2.4']);

      // Mended by whoever broke it: the objects go on at once, and CoreDNS follows.
      store.edit(place, map => {
        if (key === 'Corefile') map.data.Corefile = (map.data.Corefile ?? '').replace(theirs, '');
        else delete map.data[key];
      });
      await target.repair(signal);
      await publish('plant/b', API);
      await answered(coreDns, API, '10.1.2.4');
      assert.deepEqual(await answersOf(coreDns, ODS), ['10.1.2.4']);
    });
  }

  it('has the Corefile from before our last write in our own ConfigMap', async t => {
    const coreDns = await startClusteredCoreDns({ corefile: KUBEADM, kind: 'Corefile', upstream: upstream.server });
    t.after(coreDns.stop);
    const before = coreDns.store.data({ namespace: 'kube-system', name: 'coredns' })?.Corefile;
    await coreDns.target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    assert.equal(coreDns.store.data(STORE)?.['Corefile.previous'], before);
  });
});
