/**
 * Our block inside the Corefile of a kubeadm cluster, driven by kubectl alone: taken up by CoreDNS, nothing else of the
 * Corefile different by a byte, brought back when the platform writes its own, gone with the object.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { pms } from './objects.ts';
import type { PlatformCoreDns } from './platform-coredns.ts';
import { NAMESPACE, type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 150_000, everyMs: 250 };
const API = 'api.monitor.azure.com';
const COREDNS = '/api/v1/namespaces/kube-system/configmaps/coredns';

suite('the Corefile of a cluster, end to end', () => {
  let scene: Scene;
  let platform: PlatformCoreDns;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1, platform: 'kubeadm' });
    assert.ok(scene.platform);
    platform = scene.platform;
    await scene.startOperator();
  });
  after(async () => scene?.stop());

  const corefile = async (): Promise<string> => (await scene.controlPlane.request('GET', COREDNS)).body.data.Corefile;
  const kept = async () =>
    (await scene.controlPlane.request('GET', `/api/v1/namespaces/${NAMESPACE}/configmaps/pms-corefile`)).body.data;
  const answerOf = async (name: string) => (await dnsQuery({ server: platform.server, name })).answers.join();

  test('has our block at its end and every other byte as it was, and the text before is kept', async () => {
    const { subscriptionId } = scene.azure;
    await scene.apply(pms({ subscriptionId, name: 'plant-a', spec: { dns: { target: 'kubeadm' } } }));
    await scene.kubectl('wait', '--for=condition=Ready', '--timeout=150s', 'pms/plant-a');
    const text = await corefile();
    assert.equal(text.slice(0, platform.corefile.length), platform.corefile);
    assert.match(text.slice(platform.corefile.length), new RegExp(`^[^{]*${API}:${platform.port}[^{]*\\{\n`));
    assert.equal((await kept())['Corefile.previous'], platform.corefile);
    assert.match(await answerOf(API), /^127\.13\.1\./);
    assert.equal(await answerOf('www.example.com'), '192.0.2.80');
  });

  test('is looked at by pms check, as the operator, which has every right that this needs', async () => {
    const { stdout } = await scene.pms(['check', '--simulated-azure']);
    assert.match(stdout, /✓ rights in the cluster +all \d+ that the operator needs are held$/m);
    assert.match(stdout, /✓ dns target kubeadm +\d+ records in it \(Corefile, /);
  });

  test('gets our block back when the platform writes its own text again', async () => {
    const before = await corefile();
    const patch = JSON.stringify({ data: { Corefile: platform.corefile } });
    await scene.kubectl('-n', 'kube-system', 'patch', 'configmap', 'coredns', '--type=merge', '-p', patch);
    await eventually('our block is back', async () => (await corefile()) === before, PATIENCE);
  });

  test('is as before, byte for byte, once the object is gone, and the names are public again', async () => {
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=150s');
    assert.equal(await corefile(), platform.corefile);
    await eventually('it is public', async () => (await answerOf(API)) === '192.0.2.10', PATIENCE);
  });
});
