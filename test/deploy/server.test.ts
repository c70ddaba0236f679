/**
 * The shipped manifests on a real API server: accepted without a warning, also by its Pod Security admission, and
 * harmless when applied again.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { deploy, type Manifest, manifestsIn, theOnly } from './shipped.ts';

const files = ['install.yaml', 'coredns/coredns.yaml'];
const namespace = 'private-monitoring';
const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;

let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane({ crds: false });
  for (const file of files) {
    const { exitCode, stderr } = await cluster.kubectl(['apply', '-f', join(deploy, file)]);
    // A warning, of Pod Security or of a field that nobody knows, would be on stderr.
    assert.deepEqual([exitCode, stderr], [0, ''], file);
  }
});
after(() => cluster?.stop());

test('applying everything again changes nothing, least of all the records', async t => {
  const data = { 'pms.hosts': '10.1.2.4 api.monitor.azure.com # plant/a\n' };
  const made = await cluster.request('POST', configMaps, { metadata: { name: 'pms-records' }, data });
  assert.equal(made.status, 201);
  t.after(() => cluster.request('DELETE', `${configMaps}/pms-records`));
  const versions = async () => {
    const kinds = 'configmaps,deployments,services,poddisruptionbudgets,serviceaccounts,roles,rolebindings';
    const { stdout } = await cluster.kubectl(['get', kinds, '-n', namespace, '-o', 'json']);
    const items: Manifest[] = JSON.parse(stdout).items;
    return items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`);
  };
  const before = await versions();
  // Three ConfigMaps, Roles and RoleBindings, two Deployments and Services, one account, one disruption budget.
  assert.equal(before.length, 15);
  for (const file of files) await cluster.kubectl(['apply', '-f', join(deploy, file)]);
  assert.deepEqual(await versions(), before);
});

for (const file of files) {
  test(`the pods of ${file} are let into a namespace that enforces the restricted Pod Security Standard`, async () => {
    const { template } = theOnly('Deployment', await manifestsIn(file)).spec;
    const pod = (spec: Manifest) => ({ ...template, metadata: { name: 'one' }, spec });
    const make = (spec: Manifest) =>
      cluster.request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod(spec));
    const accepted = await make(template.spec);
    assert.equal(accepted.status, 201, accepted.body.message);
    const refused = await make({ ...template.spec, hostNetwork: true });
    assert.match(refused.body.message, /violates PodSecurity "restricted:latest": host namespaces/);
  });
}
