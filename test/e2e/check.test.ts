/**
 * `pms check` on the real control plane and CoreDNS: as the operator's own ServiceAccount, as an administrator, and with
 * things missing.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { stringify } from 'yaml';
import { pms } from './objects.ts';
import { NAMESPACE, RECORDS, type Scene, startScene } from './scene.ts';

suite('pms check', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0 });
  });
  after(async () => scene?.stop());

  const object = () => pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a' });
  const check = (args: readonly string[] = [], kubeconfig?: string) =>
    scene.pms(['check', '-f', '-', '--simulated-azure', ...args], object(), kubeconfig);

  test('as the operator itself everything gets a tick', async () => {
    const { exitCode, stdout } = await check();
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      new RegExp(
        `✓ api server +v\\d\\S+ at https://127\\.0\\.0\\.1:\\d+, as system:serviceaccount:${NAMESPACE}:pms-operator$`,
        'm',
      ),
    );
    assert.match(stdout, /✓ crd +v1alpha1 is served; it may not be read, so it was not compared$/m);
    assert.match(stdout, /✓ rights in the cluster +all \d+ that the operator needs are held$/m);
    assert.match(
      stdout,
      /✓ dns target default +0 records in it \(HostsFile, ConfigMap \S+\/pms-records\); 1 of 1 servers answer$/m,
    );
    assert.match(stdout, new RegExp(`✓ dns target of the object +default, which namespace ${NAMESPACE} may use$`, 'm'));
    assert.match(stdout, new RegExp(`✓ lease +Lease ${NAMESPACE}/pms-operator may be taken`, 'm'));
    assert.match(
      stdout,
      new RegExp(
        `✓ identity +namespace ${NAMESPACE} acts with the operator's own identity, wherever Azure lets it$`,
        'm',
      ),
    );
    assert.match(stdout, /\n18 passed, 2 skipped\n$/);
  });

  test('an administrator sees that the installed CRD is the one of this version, or that it is not', async () => {
    const admin = scene.controlPlane.kubeconfig;
    assert.match((await check([], admin)).stdout, /✓ crd +v1alpha1 is served and is the one of this version$/m);
    const description = {
      op: 'replace',
      path: '/spec/versions/0/schema/openAPIV3Schema/description',
      value: 'An older one.',
    };
    const name = 'privatemonitoringscopes.privatemonitoring.dev';
    await scene.controlPlane.kubectl(['patch', 'crd', name, '--type=json', '-p', JSON.stringify([description])]);
    const { exitCode, stdout } = await check([], admin);
    assert.equal(exitCode, 0, 'an older one still serves');
    assert.match(
      stdout,
      /! crd +v1alpha1 is served, and is not the one of this version\n +→ kubectl apply --server-side -f crds\//,
    );
  });

  test('who lacks rights in the cluster is told each of them', async () => {
    const nobody = await scene.controlPlane.userKubeconfig('nobody-in-particular');
    const { exitCode, stdout } = await check([], nobody);
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /✗ rights in the cluster +missing: get privatemonitoringscopes; list privatemonitoringscopes; /,
    );
    assert.match(stdout, new RegExp(`patch configmaps ${NAMESPACE}/${RECORDS}`));
    assert.match(stdout, /! lease +missing: get leases default\/pms-operator; create leases \S+; update leases \S+$/m);
  });

  test('a ConfigMap that is another’s, and a DNS server that is silent, are told with what to do', async () => {
    const annotation = { metadata: { annotations: { 'privatemonitoring.dev/target': 'another/default' } } };
    await scene.kubectl('create', 'configmap', RECORDS);
    await scene.kubectl('patch', 'configmap', RECORDS, '--type=merge', '-p', JSON.stringify(annotation));
    const foreign = await check();
    assert.equal(foreign.exitCode, 1);
    assert.match(
      foreign.stdout,
      /✗ dns target default +ConfigMap \S+ is written by another\/default, not by \S+: .*kubectl/,
    );
    await scene.kubectl('delete', 'configmap', RECORDS);
    const target = {
      name: 'default',
      kind: 'HostsFile',
      namespace: NAMESPACE,
      configMap: RECORDS,
      allowedNamespaces: ['other'],
    };
    const config = join(scene.controlPlane.directory, 'silent.yaml');
    await writeFile(config, stringify({ targets: [{ ...target, servers: ['127.0.0.1:9'] }] }));
    const silent = await check(['--config', config]);
    assert.equal(silent.exitCode, 1);
    assert.match(
      silent.stdout,
      /✗ dns target default +0 records in it \(HostsFile, ConfigMap \S+\); 0 of 1 servers answer: 127\.0\.0\.1:9: /,
    );
    assert.match(
      silent.stdout,
      new RegExp(`✗ dns target of the object +objects of namespace ${NAMESPACE} may not publish into default`),
    );
  });

  test('without the CRD it is told, with the command that installs it', async () => {
    await scene.controlPlane.kubectl([
      'delete',
      'crd',
      'privatemonitoringscopes.privatemonitoring.dev',
      '--timeout=60s',
    ]);
    const { exitCode, stdout } = await check();
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /✗ crd +privatemonitoringscopes\.privatemonitoring\.dev\/v1alpha1 is not installed\n +→ kubectl apply --server-side -f crds\//,
    );
  });

  test('an API server that does not answer is told, and Azure is looked at all the same', async () => {
    await scene.controlPlane.killApiServer();
    const { exitCode, stdout } = await check();
    assert.equal(exitCode, 1);
    assert.match(stdout, /\? api server +asking for the version: /);
    assert.match(stdout, /✓ resource group /);
  });
});
