/**
 * Every rendering of the chart on a real API server: accepted by server-side apply, as GitOps and `kubectl apply
 * --server-side` do it, without a warning; its pods are let into a restricted namespace; and the guard lets no deletion
 * through that is not confirmed.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { manifest } from '../crd/fixtures/edits.ts';
import { mergePatch } from '../env/api-client.ts';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { eventually } from '../env/eventually.ts';
import { rendered, template } from '../env/helm.ts';
import type { Manifest } from './shipped.ts';
import { VALUE_SETS } from './value-sets.ts';

const namespace = 'private-monitoring';
const objects = '/apis/privatemonitoring.dev/v1alpha1/namespaces/default/privatemonitoringscopes';
const DEFAULTS = { name: 'the defaults', values: 'namespace: {create: true}\n' };
const GUARD = { name: 'the guard', values: 'deletionGuard: {enabled: true}\n' };

/** The kinds of the Prometheus operator, open: that they are taken says nothing of their fields. */
const monitors = ['ServiceMonitor', 'PodMonitor'].map(kind => {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.monitoring.coreos.com`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, of a test' },
    },
    spec: {
      group: 'monitoring.coreos.com',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
});

suite('on a real API server', () => {
  let cluster: ControlPlane;
  const serverSide = ['apply', '--server-side', '-f', '-'];
  const apply = async (text: string, ...more: readonly string[]) => {
    const { exitCode, stdout, stderr } = await cluster.kubectl([...serverSide, ...more], { input: text });
    // A warning, of Pod Security or of a field that nobody knows, would be on stderr.
    assert.deepEqual([exitCode, stderr], [0, '']);
    return stdout.trim().split('\n');
  };
  before(async () => {
    cluster = await startControlPlane({ crds: false, namespaces: ['dns'] });
    await apply(monitors.map(crd => JSON.stringify(crd)).join('\n---\n'));
    // A cluster that knows the CRD and has the namespace: what GitOps would dry-run against.
    await apply(await rendered([], DEFAULTS.values));
    await eventually('the resources are served', async () => {
      const paths = ['/apis/privatemonitoring.dev/v1alpha1', '/apis/monitoring.coreos.com/v1'];
      const replies = await Promise.all(paths.map(path => cluster.request('GET', path)));
      return replies.every(({ body }) => body.resources?.length > 0);
    });
  });
  after(() => cluster?.stop());

  for (const { name, values } of [DEFAULTS, GUARD, ...VALUE_SETS]) {
    test(`${name}: is accepted, dry and for good, and changes nothing the second time`, async () => {
      const text = await rendered([], values);
      const documents = parseAllDocuments(text).map(document => document.toJS());
      const expected = documents.filter(object => object !== null).length;
      assert.equal((await apply(text, '--dry-run=server')).length, expected);
      await apply(text);
      const versionsOf = async () => {
        const { stdout } = await cluster.kubectl(['get', '-f', '-', '-o', 'json'], { input: text });
        return JSON.parse(stdout).items.map(({ metadata }: Manifest) => `${metadata.uid} ${metadata.resourceVersion}`);
      };
      const versions = await versionsOf();
      assert.equal(versions.length, expected);
      await apply(text);
      assert.deepEqual(await versionsOf(), versions);
      for (const deployment of documents.filter(object => object?.kind === 'Deployment')) {
        const pod = { ...deployment.spec.template, metadata: { name: 'one' } };
        const made = await cluster.request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
        assert.equal(made.status, 201, made.body.message);
      }
    });
  }

  suite('with a target that is taken out', () => {
    const target = (name: string, more = '') =>
      `{name: ${name}, kind: HostsFile, configMap: pms-${name}, servers: [10.0.0.53]${more}}`;
    const both = `targets: [${target('default')}, ${target('old')}]`;
    const hold = async (text: string) => {
      const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'pms-old', namespace } };
      await apply(JSON.stringify({ ...map, data: { 'pms.hosts': text } }), '--force-conflicts');
    };
    /** As helm upgrade would render it, which asks the cluster. */
    const upgrade = (values: string) =>
      template(['--dry-run=server', '--kubeconfig', cluster.kubeconfig, '--set', 'crds.install=false'], values);
    before(async () => {
      await apply(await rendered([], both), '--force-conflicts');
      await hold('# ours\n10.1.0.7 api.monitor.azure.com # plant/a\n10.1.0.8 oms.example.com # plant/a\n');
    });

    test('helm refuses it while it holds records, and says what to do first', async () => {
      const { exitCode, stderr } = await upgrade(`targets: [${target('default')}]`);
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /targets: old is not among them any more, and ConfigMap private-monitoring\/pms-old still holds/,
      );
      assert.match(stderr, /holds 2 records, .* have it there with draining: true until its objects have moved/);
    });

    test('so it does when the target is there with another ConfigMap', async () => {
      const { stderr } = await upgrade(both.replace('pms-old', 'pms-new'));
      assert.match(stderr, /ConfigMap private-monitoring\/pms-old still holds 2 records/);
    });

    test('it takes a target that is draining, and one less once it is empty', async () => {
      const marked = await upgrade(`targets: [${target('default')}, ${target('old', ', draining: true')}]`);
      assert.equal(marked.exitCode, 0, marked.stderr);
      await hold('# ours\n');
      const { exitCode, stderr } = await upgrade(`targets: [${target('default')}]`);
      assert.equal(exitCode, 0, stderr);
    });
  });

  suite('with the guard', () => {
    const path = `${objects}/plant-a`;
    const uidOf = async () => (await cluster.request('GET', path)).body.metadata.uid;
    const confirm = (uid: string) =>
      cluster.request(
        'PATCH',
        path,
        { metadata: { annotations: { 'privatemonitoring.dev/confirm-deletion': uid } } },
        mergePatch,
      );
    before(async () => {
      const made = await cluster.request('POST', objects, manifest());
      assert.equal(made.status, 201, made.body.message);
      await eventually('the guard is in force', async () => {
        const { status } = await cluster.request('DELETE', `${path}?dryRun=All`);
        return status === 403;
      });
    });

    test('a deletion is refused, and the refusal says the command that confirms it', async () => {
      const { exitCode, stderr } = await cluster.kubectl(['delete', 'pms', 'plant-a', '--wait=false']);
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /deleting default\/plant-a deletes what it made in Azure; to confirm it: kubectl -n default ann/,
      );
      assert.ok(stderr.includes(`privatemonitoring.dev/confirm-deletion=${await uidOf()}`));
    });

    test('so is the deletion of all objects of a namespace, which is what deleting a namespace does', async () => {
      const { exitCode, stderr } = await cluster.kubectl(['delete', 'pms', '--all', '--wait=false']);
      assert.equal(exitCode, 1, stderr);
      const reply = await cluster.request('DELETE', objects);
      assert.equal(reply.status, 403, reply.body.message);
      assert.match(reply.body.message, /to confirm it/);
      assert.equal((await cluster.request('GET', path)).status, 200);
    });

    test('the uid of another object confirms nothing', async () => {
      assert.equal((await confirm('11111111-1111-4111-8111-111111111111')).status, 200);
      assert.equal((await cluster.request('DELETE', path)).status, 403);
    });

    test('the command of the refusal is enough, and what is being deleted is not asked about again', async () => {
      const finalizers = ['privatemonitoring.dev/test'];
      await cluster.request('PATCH', path, { metadata: { finalizers } }, mergePatch);
      const { stderr } = await cluster.kubectl(['delete', 'pms', 'plant-a', '--wait=false']);
      const [, command = ''] = /to confirm it: kubectl (.*)$/m.exec(stderr) ?? [];
      const confirmed = await cluster.kubectl(command.split(' '));
      assert.equal(confirmed.exitCode, 0, confirmed.stderr);
      assert.equal((await cluster.request('DELETE', path)).status, 200);
      // Somebody takes the annotation off meanwhile: the deletion goes on, and so does a second one.
      await cluster.request('PATCH', path, { metadata: { annotations: null } }, mergePatch);
      assert.equal((await cluster.request('DELETE', path)).status, 200);
      await cluster.request('PATCH', path, { metadata: { finalizers: null } }, mergePatch);
      assert.equal((await cluster.request('GET', path)).status, 404);
    });

    test('what is not deleted is not its business: an object can be made and changed', async () => {
      const made = await cluster.request('POST', objects, manifest());
      assert.equal(made.status, 201, made.body.message);
      const reply = await cluster.request('PATCH', path, { spec: { suspend: true } }, mergePatch);
      assert.equal(reply.status, 200, reply.body.message);
    });
  });
});
