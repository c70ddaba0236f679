/**
 * The shipped files speak of the same things: what the operator writes is what CoreDNS reads, where it asks is where
 * CoreDNS answers, and nothing in them grants more than it names.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTargets, type TargetConfig } from '../../src/config/targets.ts';
import { HOSTS_KEY } from '../../src/coredns/config-map-claim.ts';
import { createTargets } from '../../src/coredns/targets.ts';
import { configMapsInMemory } from '../coredns/config-map-in-memory.ts';
import { shippedCorefile } from '../env/corefile.ts';
import { shippedTarget } from '../env/shipped-target.ts';
import { versions } from '../env/versions.ts';
import { deploy, type Manifest, manifestsIn, theOnly } from './shipped.ts';

const coreDns = await manifestsIn('coredns/coredns.yaml');
const rbac = await manifestsIn('operator-rbac.yaml');
const corefile = await shippedCorefile();
const deployment = theOnly('Deployment', coreDns).spec.template.spec;

const problems: string[] = [];
const configured = readTargets(await readFile(join(deploy, 'operator.yaml'), 'utf8'), 'operator.yaml', problem =>
  problems.push(problem),
);
const target = configured[0] as TargetConfig;

test('the operator takes the shipped configuration, which has one target, called default', () => {
  assert.deepEqual(problems, []);
  assert.deepEqual(
    configured.map(({ name }) => name),
    ['default'],
  );
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const endpoints = { addresses: async () => [] };
  const deps = { installation: 'plant', store: configMapsInMemory(), endpoints, log: quiet };
  const targets = createTargets(configured, deps);
  assert.equal(targets.allows('default', target.namespace), true);
  assert.equal(targets.allows('default', 'kube-system'), false);
});

test('everything is in one namespace', () => {
  const namespaces = [...coreDns, ...rbac]
    .filter(({ kind }) => !['Namespace', 'ClusterRole', 'ClusterRoleBinding'].includes(kind))
    .map(({ metadata }) => metadata.namespace);
  assert.deepEqual([...new Set(namespaces)], [target.namespace]);
  assert.equal(theOnly('Namespace', coreDns).metadata.name, target.namespace);
});

test('CoreDNS mounts the ConfigMap that the operator writes, as a folder, and starts without it', async () => {
  const volume = deployment.volumes.find((one: Manifest) => one.configMap?.name === target.configMap);
  assert.deepEqual(volume.configMap, { name: target.configMap, optional: true });
  const [container] = deployment.containers;
  const mount = container.volumeMounts.find((one: Manifest) => one.name === volume.name);
  assert.equal(mount.subPath, undefined);
  assert.ok(corefile.includes(`hosts ${mount.mountPath}/${HOSTS_KEY} {`));
  assert.deepEqual(await shippedTarget(), { namespace: target.namespace, configMap: target.configMap });
});

test('no file brings the ConfigMap of the records itself: applying it again would take them away', () => {
  assert.equal(
    coreDns.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === target.configMap),
    false,
  );
});

test('the operator asks the pods behind the Service that is shipped, by a port that it has', () => {
  const service = theOnly('Service', coreDns);
  assert.equal(service.metadata.name, target.service?.service);
  assert.equal(service.metadata.namespace, target.service?.namespace);
  const port = service.spec.ports.find((one: Manifest) => one.name === target.service?.port);
  assert.deepEqual([port.port, port.protocol], [53, 'UDP']);
  const [container] = deployment.containers;
  for (const { targetPort, protocol } of service.spec.ports) {
    const exposed = container.ports.find((one: Manifest) => one.name === targetPort);
    assert.deepEqual([exposed.containerPort, exposed.protocol], [53, protocol]);
  }
  const { matchLabels } = theOnly('Deployment', coreDns).spec.selector;
  assert.deepEqual(service.spec.selector, matchLabels);
  assert.deepEqual(theOnly('PodDisruptionBudget', coreDns).spec.selector.matchLabels, matchLabels);
});

test('the time to live that the operator waits out is the one that CoreDNS gives', () => {
  assert.equal(Number(/^\s+ttl (\d+)$/m.exec(corefile)?.[1]), target.ttlSeconds);
});

test('the Corefile hands on what it does not know, and has nothing after that word', () => {
  assert.match(corefile, /^ {8}fallthrough\n {4}\}$/m);
});

test('the CoreDNS that is shipped is the one that the tests run', () => {
  assert.equal(deployment.containers[0].image.split(':')[1], versions.coredns);
});

test('the upstream stands in one line, and the command in the file’s head replaces it', async () => {
  const text = await readFile(join(deploy, 'coredns/coredns.yaml'), 'utf8');
  assert.equal(text.split('192.0.2.53').length, 2);
  const [, pattern = '', address = ''] = /sed 's\/(.*?)\/(.*?)\/'/.exec(text) ?? [];
  assert.match(corefile.replace(new RegExp(pattern), address), new RegExp(`^ {4}forward \\. ${address}$`, 'm'));
});

test('no rule grants a verb, a resource or an API group by *', () => {
  const rules = rbac.flatMap(({ rules = [] }) => rules);
  assert.ok(rules.length >= 5);
  assert.equal(JSON.stringify(rules).includes('*'), false);
});
