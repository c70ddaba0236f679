/**
 * The targets that write a server block against the real API server, under the roles that docs/dns shows: field
 * ownership as it really is, and nothing of anybody else's touched. (Run with the slow tests by its name.)
 */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { configMapsOf, createTargets, type TargetConfig } from '../../src/coredns/targets.ts';
import { rolesOf } from '../docs/dns-pages.ts';
import { mergePatch } from '../env/api-client.ts';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { eventually } from '../env/eventually.ts';
import { connect, soon } from '../kubernetes/cluster/connected.ts';
import { API, claim, corefileConfig, customServer, ODS, withReason } from './block-scene.ts';
import { AKS, KUBEADM } from './corefiles.ts';

let controlPlane: ControlPlane;
before(async () => {
  controlPlane = await startControlPlane({ crds: false, namespaces: ['private-monitoring'] });
});
after(() => controlPlane.stop());

const path = (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
const stored = async (namespace: string, name: string) =>
  (await controlPlane.request('GET', path(namespace, name))).body;
const kubectl = async (input: string, ...args: readonly string[]) => {
  const { exitCode, stderr } = await controlPlane.kubectl(args, { input });
  assert.equal(exitCode, 0, stderr);
};

/** As kubeadm does: an Update of its own manager. */
async function platformMakes(data: Readonly<Record<string, string>>): Promise<void> {
  await controlPlane.request('DELETE', path('kube-system', 'coredns'));
  const body = { metadata: { name: 'coredns', labels: { 'k8s-app': 'kube-dns' } }, data };
  const reply = await controlPlane.request(
    'POST',
    '/api/v1/namespaces/kube-system/configmaps?fieldManager=kubeadm',
    body,
  );
  assert.equal(reply.status, 201);
}

async function targetOf(t: TestContext, config: TargetConfig) {
  const kubeconfig = await controlPlane.serviceAccountKubeconfig('private-monitoring', 'pms-operator');
  const kubernetes = connect(t, { kubeconfig, configMaps: configMapsOf(config) });
  const targets = createTargets([config], {
    installation: 'plant',
    store: kubernetes.configMaps,
    endpoints: kubernetes.endpoints,
    log: kubernetes.log,
    reload: { clock: { now: () => 0 }, failures: async () => 0 },
  });
  const [target] = targets.all;
  assert.ok(target);
  return { target, changes: kubernetes.configMapChanges };
}

describe('coredns-custom in the real API server', () => {
  it('gets our keys, loses them with the last record but for comments, and keeps everybody else’s', async t => {
    await platformMakes({ Corefile: AKS });
    await kubectl(await rolesOf('aks.md'), 'apply', '-f', '-');
    const theirs = { 'theirs.server': 'b.example.com:53 {\n    whoami\n}\n' };
    const edited = await controlPlane.request(
      'PATCH',
      path('kube-system', 'coredns-custom'),
      { data: theirs },
      mergePatch,
    );
    assert.equal(edited.status, 200);
    const { target } = await targetOf(t, customServer);
    await target.publish(claim('plant/a', { [API]: '10.1.2.4', [ODS]: '10.1.2.5' }), soon());
    await target.publish(claim('plant/a', { [ODS]: '10.1.2.5' }), soon());
    const watched = JSON.parse((await stored('kube-system', 'coredns-custom')).data['pms.unconfirmed']);
    assert.deepEqual(watched.names, [ODS]);
    assert.equal(await target.confirm({ names: [ODS], servers: ['coredns-a'], wrong: [] }, soon()), undefined);
    const { data, metadata } = await stored('kube-system', 'coredns-custom');
    assert.deepEqual(Object.keys(data).sort(), ['pms.hosts', 'pms.pending', 'pms.server', 'theirs.server']);
    assert.ok(data['pms.server'].includes(`\n${ODS}:53 {\n`) && !data['pms.server'].includes(API));
    assert.equal(data['theirs.server'], theirs['theirs.server']);
    assert.equal(metadata.annotations['privatemonitoring.dev/target'], 'plant/cluster');
    await target.publish(claim('plant/a', {}), soon());
    const { data: last } = await stored('kube-system', 'coredns-custom');
    assert.match(last['pms.hosts'], /^(#.*\n)+$/);
    assert.match(last['pms.server'], /^(#.*\n)+$/);
    const { data: corefile } = await stored('kube-system', 'coredns');
    assert.equal(corefile.Corefile, AKS);
  });
});

describe('a shared Corefile in the real API server', () => {
  it('changes in our block alone, forces no field of its platform, and is as before with the last record', async t => {
    await platformMakes({ Corefile: KUBEADM, other: 'theirs' });
    await kubectl(await rolesOf('kubeadm.md'), 'apply', '-f', '-');
    const { target, changes } = await targetOf(t, corefileConfig);
    await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), soon());
    const written = await stored('kube-system', 'coredns');
    assert.ok(written.data.Corefile.startsWith(KUBEADM) && written.data.Corefile.includes(`10.1.2.4 ${API}\n`));
    assert.deepEqual([written.data.other, written.metadata.labels], ['theirs', { 'k8s-app': 'kube-dns' }]);
    assert.equal(written.metadata.annotations, undefined);
    const own = await stored('private-monitoring', 'pms-corefile');
    assert.equal(own.data['Corefile.previous'], KUBEADM);

    // An upgrade puts the default back; the watch tells, and repair brings our block back.
    const upgraded = KUBEADM.replace('cache 30', 'cache 60');
    const body = { ...written, data: { Corefile: upgraded } };
    await controlPlane.request('PUT', `${path('kube-system', 'coredns')}?fieldManager=kubeadm`, body);
    const text = await eventually('our block is back', async () => {
      if (changes.includes('kube-system/coredns')) await target.repair(soon());
      const { data } = await stored('kube-system', 'coredns');
      return data.Corefile.includes(API) && (data.Corefile as string);
    });
    assert.ok(text.startsWith(upgraded));
    await target.publish(claim('plant/a', {}), soon());
    assert.equal((await stored('kube-system', 'coredns')).data.Corefile, upgraded);
  });

  it('is refused where the role does not name it', async t => {
    const { target } = await targetOf(t, { ...corefileConfig, configMap: 'coredns-of-others' });
    const refused = target.publish(claim('plant/a', { [API]: '10.1.2.4' }), soon());
    await assert.rejects(refused, withReason('Forbidden', /coredns-of-others/));
  });
});
