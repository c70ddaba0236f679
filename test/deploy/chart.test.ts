/**
 * The chart as helm sees it: it lints, renders what the golden files show, refuses what makes no sense with words that
 * help, and is the source of the plain YAML in deploy/.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { firstDifference, renderDeploy } from '../../scripts/generate.ts';
import { readTargets } from '../../src/config/targets.ts';
import { chart, helm, rendered, template } from '../env/helm.ts';
import { kubernetesMinor, versions } from '../env/versions.ts';
import type { Manifest } from './shipped.ts';
import { VALUE_SETS } from './value-sets.ts';

const root = join(import.meta.dirname, '../..');
const golden = join(root, 'test/golden/chart');
const objectsIn = (text: string): readonly Manifest[] =>
  parseAllDocuments(text)
    .map(document => document.toJS())
    .filter(object => object !== null);

test('helm is the version that is pinned', async () => {
  const { stdout } = await helm(['version', '--template', '{{.Version}}']);
  assert.equal(stdout.split('.').slice(0, 2).join('.'), `v${versions.helm}`.split('.').slice(0, 2).join('.'));
});

test('the chart lints without a warning, with the defaults and with every set of values', async () => {
  for (const { name, values } of [{ name: 'defaults', values: '' }, ...VALUE_SETS]) {
    const args = ['lint', chart, '--strict', '--kube-version', `1.${kubernetesMinor}.0`, '--values', '-'];
    const { exitCode, stdout } = await helm(args, { input: values });
    assert.equal(exitCode, 0, `${name}: ${stdout}`);
    assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/, name);
  }
});

test('the plain YAML in deploy/ is what the chart renders', async () => {
  const files = await renderDeploy();
  assert.deepEqual([...files.keys()].sort(), [
    'deploy/coredns/coredns.yaml',
    'deploy/install.yaml',
    'deploy/operator-rbac.yaml',
    'deploy/operator.yaml',
  ]);
  for (const [path, text] of files) {
    assert.equal(
      firstDifference(await readFile(join(root, path), 'utf8'), text),
      undefined,
      `npm run generate: ${path}`,
    );
  }
});

test('version and CoreDNS of the chart are those of the product', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { version: chartVersion, appVersion } = parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'));
  assert.deepEqual([chartVersion, appVersion], [version, version]);
  const { coredns } = parse(await readFile(join(chart, 'values.yaml'), 'utf8'));
  assert.equal(coredns.image.split(':')[1], versions.coredns);
});

suite('the chart renders', () => {
  for (const { name, values } of VALUE_SETS) {
    test(name, async t => {
      const text = await rendered(['--set', 'crds.install=false'], values);
      t.assert.fileSnapshot(text, join(golden, `${name.replaceAll(/[^a-z]+/gi, '-')}.yaml`), {
        serializers: [value => String(value)],
      });
      const config = objectsIn(text).find(({ kind, data }) => kind === 'ConfigMap' && data['operator.yaml']);
      const problems: string[] = [];
      readTargets(config.data['operator.yaml'], name, problem => problems.push(problem));
      assert.deepEqual(problems, []);
    });
  }
});

test('no rendering grants a verb, a resource or an API group by *, or a Secret but those of one name', async () => {
  for (const { name, values } of [{ name: 'defaults', values: '' }, ...VALUE_SETS]) {
    const rules = objectsIn(await rendered([], values)).flatMap((object: Manifest) => object.rules ?? []);
    assert.ok(rules.length > 5, name);
    assert.doesNotMatch(JSON.stringify(rules), /\*/, name);
    assert.deepEqual(
      rules.filter(({ resources }: Manifest) => resources?.includes('secrets')),
      [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['pms-credential'], verbs: ['get', 'patch'] }],
      name,
    );
  }
});

test('helm uninstall leaves the CRD, unless it is told otherwise; it can be left out', async () => {
  const crdOf = async (...args: string[]) =>
    objectsIn(await rendered(args)).find(({ kind }) => kind === 'CustomResourceDefinition');
  const kept = await crdOf();
  assert.deepEqual(kept.metadata.annotations, { 'helm.sh/resource-policy': 'keep' });
  const { metadata, ...spec } = await crdOf('--set', 'crds.keep=false');
  const source = parse(await readFile(join(root, 'crds/privatemonitoringscopes.yaml'), 'utf8'));
  assert.deepEqual({ ...spec, metadata }, source);
  assert.equal(await crdOf('--set', 'crds.install=false'), undefined);
});

const refusals: readonly (readonly [string, string, RegExp])[] = [
  ['a key that is misspelt', 'coredns: {enabld: true}', /'\/coredns': additional properties 'enabld' not allowed/],
  ['a key that there is not', 'replicaCount: 2', /additional properties 'replicaCount' not allowed/],
  ['three replicas', 'replicas: 3', /'\/replicas': maximum: got 3, want 2/],
  ['a number as text', 'concurrent: "4"', /'\/concurrent': got string, want integer/],
  ['a name for a UUID', 'azure: {tenantId: contoso}', /'\/azure\/tenantId': 'contoso' does not match pattern/],
  ['an identity that there is not', 'azure: {identity: Managed}', /'\/azure\/identity': value must be one of 'Secret'/],
  ['plain HTTP to Azure', 'azure: {authorityHost: "http://a.example"}', /'\/azure\/authorityHost'.*does not match/],
  ['an image without a name', 'image: {repository: ""}', /'\/image\/repository'/],
  ['a name for an upstream', 'coredns: {upstream: [dns.example]}', /'\/coredns\/upstream\/0'/],
  [
    'a target without a ConfigMap',
    'targets: [{name: a, kind: HostsFile}]',
    /'\/targets\/0': missing property 'configMap'/,
  ],
  [
    'a kind that there is not',
    'targets: [{name: a, kind: Zone, configMap: b}]',
    /'\/targets\/0\/kind': value must be one of/,
  ],
  [
    'an identity without its ids',
    'azure: {identity: WorkloadIdentity}',
    /azure\.tenantId: needed with azure\.identity WorkloadIdentity; the UUID that/,
  ],
  [
    'a CoreDNS without an upstream',
    'coredns: {enabled: true}',
    /coredns\.upstream: needed with coredns\.enabled; the res/,
  ],
  [
    'two times to live for one file',
    'coredns: {enabled: true, upstream: [10.0.0.2], ttlSeconds: 30}',
    /targets\[0\]\.ttlSeconds: must be coredns\.ttlSeconds, 30/,
  ],
  [
    'a trial with two Azures',
    'simulator: {enabled: true}\nreplicas: 2',
    /replicas: a trial \(simulator\.enabled\) has one/,
  ],
  [
    'no account at all',
    'serviceAccount: {create: false}',
    /serviceAccount\.name: needed with serviceAccount\.create false/,
  ],
  [
    'a target that nobody can verify',
    'targets: [{name: a, kind: HostsFile, configMap: b}]',
    /targets\[0\]: exactly one of service and servers is needed/,
  ],
  [
    'a server block for a hosts file',
    'targets: [{name: a, kind: HostsFile, configMap: b, servers: [10.0.0.1], server: {port: 53}}]',
    /targets\[0\]\.server: a target of kind HostsFile writes no server block/,
  ],
  [
    'a shared Corefile without a store',
    'targets: [{name: a, kind: Corefile, configMap: coredns, servers: [10.0.0.1]}]',
    /targets\[0\]\.server\.store\.configMap: needed with kind Corefile/,
  ],
];

suite('the chart refuses', () => {
  for (const [what, values, message] of refusals) {
    test(what, async () => {
      const { exitCode, stderr } = await template([], values);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });
  }
});

test('every value of values.yaml is in the schema with its default, and nothing in the schema is open but maps of text', async () => {
  const schema = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8'));
  const values = parse(await readFile(join(chart, 'values.yaml'), 'utf8'));
  const known = Object.keys(schema.properties).filter(key => key !== 'global');
  assert.deepEqual(known.sort(), Object.keys(values).sort());
  const open: string[] = [];
  const walk = (node: Manifest, path: string): void => {
    if (node.type === 'object' && node.additionalProperties !== false) open.push(path);
    for (const [key, child] of Object.entries<Manifest>(node.properties ?? {})) walk(child, `${path}/${key}`);
    if (node.items) walk(node.items, `${path}/*`);
  };
  walk(schema, '');
  // Pod fields that the API server judges, maps of text, and `global`, which is a parent chart's.
  assert.deepEqual(
    open.filter(
      path => !/(Selector|Labels|labels|[aA]nnotations|tolerations\/\*|affinity|requests|limits|global)$/.test(path),
    ),
    [],
  );
});
