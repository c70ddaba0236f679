import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { stringify } from 'yaml';
import { readTargets, type TargetConfig } from '../../src/config/targets.ts';

type Fields = Readonly<Record<string, unknown>>;

const TARGET = { name: 'cluster', namespace: 'kube-system', allowedNamespaces: ['plant'], servers: ['10.0.0.53'] };
const CUSTOM = { ...TARGET, kind: 'CustomServer', configMap: 'coredns-custom' };
const STORE = { namespace: 'private-monitoring', configMap: 'pms-corefile' };
const COREFILE = { ...TARGET, kind: 'Corefile', configMap: 'coredns', server: { store: STORE } };

function read(...targets: readonly unknown[]) {
  const problems: string[] = [];
  const found = readTargets(stringify({ targets }), 'operator.yaml', problem => problems.push(problem));
  return { found, problems };
}

function only(target: unknown): TargetConfig {
  const { found, problems } = read(target);
  assert.deepEqual(problems, []);
  assert.ok(found[0]);
  return found[0];
}

suite('targets that write a server block', () => {
  test('CustomServer has what AKS and k3s need as defaults', () => {
    const target = only(CUSTOM);
    assert.ok(target.kind === 'CustomServer');
    assert.deepEqual(target.server, {
      port: 53,
      bind: [],
      forward: ['/etc/resolv.conf'],
      metricsPort: 9153,
      extraPlugins: [],
      directory: '/etc/coredns/custom',
      records: 'File',
      corefile: { configMap: 'coredns', key: 'Corefile' },
    });
  });

  test('every setting can be another', () => {
    const server = {
      port: 5353,
      bind: ['10.0.0.5', 'fd00::5'],
      forward: ['10.0.0.2', '10.0.0.3:5353', '[fd00::2]:53', '/etc/upstream/resolv.conf'],
      metricsPort: 9253,
      extraPlugins: ['k8s_gateway'],
      directory: '/etc/coredns/more',
      records: 'Inline',
      corefile: { configMap: 'rke2-coredns-rke2-coredns', key: 'Corefile.dns' },
    };
    const target = only({ ...CUSTOM, server });
    assert.ok(target.kind === 'CustomServer');
    assert.deepEqual(target.server, server);
  });

  test('Corefile needs to be told where our own ConfigMap is', () => {
    const target = only(COREFILE);
    assert.ok(target.kind === 'Corefile');
    assert.deepEqual(target.server.store, { namespace: 'private-monitoring', name: 'pms-corefile' });
    assert.equal(target.server.key, 'Corefile');
    assert.match(read({ ...COREFILE, server: {} }).problems.join(), /targets\[0\]\.server\.store is missing/);
  });

  const wrong: readonly { name: string; server: Fields; problem: RegExp }[] = [
    { name: 'a port out of range', server: { port: 0 }, problem: /server\.port is 0: .* from 1 to 65535/ },
    {
      name: 'an interface to bind',
      server: { bind: ['eth0'] },
      problem: /bind\[0\] is "eth0": it must be an IP address/,
    },
    { name: 'a name to forward to', server: { forward: ['dns.example'] }, problem: /forward\[0\] is "dns\.example"/ },
    { name: 'options behind an upstream', server: { forward: ['10.0.0.2 {'] }, problem: /forward\[0\]/ },
    { name: 'nowhere to forward to', server: { forward: [] }, problem: /forward is empty/ },
    { name: 'a plugin that is several words', server: { extraPlugins: ['a b'] }, problem: /extraPlugins\[0\]/ },
    { name: 'a relative folder', server: { directory: 'custom' }, problem: /directory is "custom"/ },
    { name: 'a folder with a brace', server: { directory: '/etc/{$X}' }, problem: /directory/ },
    { name: 'a folder that climbs', server: { directory: '/etc/coredns/../x' }, problem: /directory/ },
    { name: 'records elsewhere', server: { records: 'Zone' }, problem: /records is "Zone": it must be File or Inline/ },
    {
      name: 'a ConfigMap that is none',
      server: { corefile: { configMap: 'A' } },
      problem: /corefile\.configMap is "A"/,
    },
    { name: 'a setting of the other kind', server: { store: STORE }, problem: /server\.store is not a field here/ },
  ];
  for (const { name, server, problem } of wrong) {
    test(`${name} is refused: nothing unchecked gets into a Corefile`, () => {
      assert.match(read({ ...CUSTOM, server }).problems.join('\n'), problem);
    });
  }

  test('HostsFile writes no block and takes no settings for one', () => {
    const hosts = { ...TARGET, configMap: 'records', server: { port: 53 } };
    assert.match(read(hosts).problems.join(), /server: a target of kind HostsFile writes no server block/);
  });

  test('two targets may not share a ConfigMap, not even as the place of the lines', () => {
    const hosts = { ...TARGET, name: 'lan', namespace: STORE.namespace, configMap: STORE.configMap };
    const { problems } = read(COREFILE, hosts);
    assert.match(problems.join(), /ConfigMap private-monitoring\/pms-corefile is written by two targets/);
  });
});

suite('a target that is being retired', () => {
  test('is draining; one that is not says nothing of it', () => {
    assert.equal(only({ ...CUSTOM, draining: true }).draining, true);
    for (const target of [CUSTOM, { ...CUSTOM, draining: false }]) assert.ok(!('draining' in only(target)));
  });

  test('cannot be so in a word of its own', () => {
    const { problems } = read({ ...CUSTOM, draining: 'soon' });
    assert.deepEqual(problems, ['operator.yaml: targets[0].draining is "soon": it must be true or false']);
  });
});

suite('the allow-lists of a target', () => {
  test('are read as they are, and absent when they are not there', () => {
    const lists = { allowedSuffixes: ['monitor.azure.com'], allowedAddressRanges: ['10.0.0.0/8', '192.0.2.7/32'] };
    const { allowedSuffixes, allowedAddressRanges } = only({ ...CUSTOM, ...lists });
    assert.deepEqual({ allowedSuffixes, allowedAddressRanges }, lists);
    const without = only(CUSTOM);
    assert.ok(!('allowedSuffixes' in without || 'allowedAddressRanges' in without));
  });

  const wrong: readonly { name: string; lists: Fields; problem: RegExp }[] = [
    { name: 'no suffix at all', lists: { allowedSuffixes: [] }, problem: /allowedSuffixes is empty: leave it out/ },
    { name: 'no range at all', lists: { allowedAddressRanges: [] }, problem: /allowedAddressRanges is empty/ },
    { name: 'a top-level domain', lists: { allowedSuffixes: ['com'] }, problem: /allowedSuffixes\[0\] is "com"/ },
    { name: 'a star', lists: { allowedSuffixes: ['*.azure.com'] }, problem: /allowedSuffixes\[0\]/ },
    { name: 'capitals', lists: { allowedSuffixes: ['Azure.com'] }, problem: /in lower case/ },
    { name: 'an address', lists: { allowedAddressRanges: ['10.0.0.1'] }, problem: /an IPv4 range, as 10\.0\.0\.0\/8/ },
    { name: 'an IPv6 range', lists: { allowedAddressRanges: ['fd00::/8'] }, problem: /allowedAddressRanges\[0\]/ },
    {
      name: 'more bits than there are',
      lists: { allowedAddressRanges: ['10.0.0.0/33'] },
      problem: /allowedAddressRanges/,
    },
  ];
  for (const { name, lists, problem } of wrong) {
    test(`cannot have ${name}`, () => assert.match(read({ ...CUSTOM, ...lists }).problems.join('\n'), problem));
  }
});
