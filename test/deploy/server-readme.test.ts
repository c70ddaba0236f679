/**
 * README.md's "Install" followed word by word, every command of it: on a real API server, with the installed pods run as a
 * kubelet runs them, until the first object is Ready, gone again, and all of it uninstalled. From the installation for good
 * server-pages.test.ts goes on to docs/operations.md.
 */
import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { shellBlocks } from '../docs/shell-blocks.ts';
import { runInstalled } from '../e2e/installation.ts';
import { NAMESPACE, OPERATOR_ACCOUNT, rolesInForce } from '../e2e/rendering.ts';
import { removeAtExit } from '../env/child-process.ts';
import { feedConfigMap } from '../env/config-map-feed.ts';
import { type CoreDns, startCoreDns } from '../env/coredns.ts';
import { dnsQuery } from '../env/dns-query.ts';
import { buildImage, requireContainers } from '../env/image.ts';
import { startPodNetwork } from '../env/pod-network.ts';
import { startUpstreamDns } from '../env/upstream-dns.ts';
import { keepCalls } from '../rights/keep-calls.ts';
import { type Desk, desk, existing } from './desk.ts';

const API = 'api.monitor.azure.com';
const blocks = await shellBlocks('README.md', '## Install', '## The resource');
const inSection = (start: string): readonly string[] =>
  blocks.filter(({ section }) => section.startsWith(start)).map(({ text }) => text);

/** What is installed, as the API server has it. */
const read = async ({ cluster }: Desk, kind: string, name: string) =>
  JSON.parse((await cluster.kubectl(['get', kind, name, '-n', NAMESPACE, '-o', 'json'])).stdout);

/** The pod of the installed CoreDNS, with its Corefile and the ConfigMap of the records that it mounts. */
async function runCoreDns(t: TestContext, there: Desk): Promise<CoreDns> {
  const { data } = await read(there, 'configmap', 'pms-coredns');
  const hostsDirectory = await mkdtemp(join(tmpdir(), 'pms-readme-'));
  t.after(removeAtExit(hostsDirectory));
  const { request } = there.cluster;
  const feed = await feedConfigMap({ request, namespace: NAMESPACE, name: 'pms-records', directory: hostsDirectory });
  t.after(feed.stop);
  const upstream = await startUpstreamDns({ [API]: { A: ['192.0.2.10'] } });
  t.after(upstream.stop);
  const options = { hostsDirectory, upstream: upstream.server, corefile: data.Corefile, cacheSeconds: 1 };
  const coreDns = await startCoreDns(options);
  t.after(coreDns.stop);
  return coreDns;
}

/** The operator's pod, and what a cluster has around it. */
async function runOperator(t: TestContext, there: Desk, coreDns: CoreDns) {
  const { cluster } = there;
  const service = { namespace: NAMESPACE, service: 'pms-coredns', portName: 'dns', port: coreDns.port };
  const network = await startPodNetwork(cluster, service);
  t.after(network.close);
  const image = await buildImage();
  t.after(image.remove);
  const ground = { controlPlane: network.controlPlane, image, onStop: (end: () => unknown) => t.after(() => end()) };
  return runInstalled(ground, [await read(there, 'deployment', 'pms-operator')]);
}

suite('README.md, Install', () => {
  test('has no command that is not run', () => {
    assert.deepEqual(
      blocks.filter(({ notRun }) => notRun !== undefined).map(({ text }) => text),
      [],
    );
    assert.equal(blocks.length, 7);
  });

  test('the image is built and pushed, and a trial of it becomes Ready, goes again and is uninstalled', async t => {
    if (!requireContainers(t)) return;
    const there = await desk(t);
    const { cluster, run } = there;
    const [build, ...noMore] = inSection('Install');
    const [install, wait, remove, uninstall, ...nothing] = inSection('A trial on any cluster');
    assert.ok(build && install && wait && remove && uninstall);
    assert.deepEqual([...noMore, ...nothing], []);
    await run(build);
    const [[, , dockerfile, , tag] = [], push] = await there.docker();
    assert.equal(dockerfile, 'deploy/Dockerfile');
    assert.deepEqual(push, ['push', tag]);

    await run(install);
    assert.deepEqual(await existing(there, 'deployments,pms'), [
      'deployment.apps/pms-coredns',
      'deployment.apps/pms-operator',
      'privatemonitoringscope.privatemonitoring.dev/plant-a',
    ]);
    const { spec } = await read(there, 'deployment', 'pms-operator');
    assert.equal(spec.template.spec.containers[0].image, tag);
    const shipped = parseAllDocuments(await run('helm get manifest pms --namespace private-monitoring'))
      .map(document => document.toJS())
      .filter(object => object !== null);
    await rolesInForce(cluster, shipped);
    const coreDns = await runCoreDns(t, there);
    const pod = await runOperator(t, there, coreDns);
    await run(wait);
    assert.match(await run('kubectl -n private-monitoring get pms'), /^plant-a\s+True\s+Ready\s+27\s/m);
    const answers = async () => (await dnsQuery({ server: coreDns.server, name: API, type: 'A' })).answers.join();
    assert.match(await answers(), /^127\.13\.1\.\d+$/);

    await run(remove);
    assert.deepEqual(await existing(there, 'pms'), ['']);
    assert.equal(await answers(), '192.0.2.10');
    // What the kubelet does when the Deployment goes, which is the first that helm takes away.
    await pod.stop();
    assert.equal(await pod.main.ended, 0);
    assert.deepEqual(await Promise.all(pod.sidecars.map(({ ended }) => ended)), [0]);
    await keepCalls(cluster, { account: OPERATOR_ACCOUNT, shipped, planted: [] });
    await run(uninstall);
    assert.deepEqual(await existing(there, 'deployments'), ['']);
  });

  test('the plain YAML is the same, on a cluster that has nothing', async t => {
    const there = await desk(t);
    const [good, plain, ...noMore] = inSection('For good');
    assert.ok(good && plain);
    assert.deepEqual(noMore, []);
    await there.run(plain);
    const { spec } = await read(there, 'deployment', 'pms-operator');
    assert.match(spec.template.spec.containers[0].image, /^REGISTRY\/private-monitoring-scope:\d/);
  });
});
