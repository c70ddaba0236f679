/**
 * The chart's NetworkPolicy, read as a network plugin reads it: the operator's pod reaches what it needs with the values at
 * hand, and nothing else. No plugin runs here; what the pod needs is the list of docs/security.md.
 */
import assert from 'node:assert/strict';
import { BlockList, isIPv4 } from 'node:net';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { rendered } from '../env/helm.ts';
import type { Manifest } from './shipped.ts';

interface Call {
  readonly what: string;
  readonly protocol?: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
}

const policyOf = async (values: string): Promise<Manifest> =>
  parse(await rendered(['--show-only', 'templates/networkpolicy.yaml', '--set', 'networkPolicy.enabled=true'], values));

function isIn(address: string, cidr: string): boolean {
  const [network = '', bits] = cidr.split('/');
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return isIPv4(address) === isIPv4(network) && list.check(address, family);
}

/** An egress rule without `to` is everywhere. */
const lets = ({ spec }: Manifest, { protocol = 'TCP', address, port }: Call): boolean =>
  spec.egress.some(
    ({ ports, to }: Manifest) =>
      ports.some((one: Manifest) => one.protocol === protocol && one.port === port) &&
      (to === undefined || to.some(({ ipBlock }: Manifest) => isIn(address, ipBlock.cidr))),
  );

const DIRECT: readonly Call[] = [
  { what: 'the API server', address: '10.96.0.1', port: 443 },
  { what: 'the API server behind its Service', address: '192.0.2.10', port: 6443 },
  { what: 'Azure', address: '198.51.100.7', port: 443 },
  { what: 'a private endpoint', address: '10.1.0.7', port: 443 },
  { what: "the cluster's DNS", protocol: 'UDP', address: '10.96.0.10', port: 53 },
  { what: 'a DNS server whose answer was cut short', address: '10.0.0.53', port: 53 },
];
const TARGETS = `
targets:
  - {name: default, kind: HostsFile, configMap: a, servers: ["10.0.0.53:5353", "[fd00::53]:5354", "fd00::54"]}
  - {name: old, kind: CustomServer, configMap: b, servers: [10.0.0.54], server: {metricsPort: 9253}}
`;
const PROXY = `
proxy: {https: "http://proxy.example:3128", publicEgress: "http://egress.example"}
networkPolicy: {azure: {cidrs: [10.0.0.8/31]}, apiServer: {ports: [6443], cidrs: [10.0.0.10/32]}}
`;

const cases: readonly { name: string; values: string; open: readonly Call[]; shut: readonly Call[] }[] = [
  {
    name: 'that asks Azure directly',
    values: '',
    open: DIRECT,
    shut: [
      { what: 'a shell', address: '10.1.0.7', port: 22 },
      { what: "the cloud's metadata", address: '169.254.169.254', port: 80 },
      { what: 'a database', address: '10.1.0.9', port: 5432 },
      { what: 'the metrics of a CoreDNS that takes no block of ours', address: '10.0.0.54', port: 9153 },
    ],
  },
  {
    name: 'with DNS servers at other ports, and one that takes server blocks',
    values: TARGETS,
    open: [
      ...DIRECT,
      { what: 'a server at its port', protocol: 'UDP', address: '10.0.0.53', port: 5353 },
      { what: 'one of IPv6', protocol: 'UDP', address: 'fd00::53', port: 5354 },
      { what: 'whether CoreDNS took the block', address: '10.0.0.54', port: 9253 },
    ],
    // The last group of an address is no port.
    shut: [{ what: 'port 54', protocol: 'UDP', address: 'fd00::54', port: 54 }],
  },
  {
    name: 'that asks Azure by a proxy',
    values: PROXY,
    open: [
      { what: 'the proxy', address: '10.0.0.8', port: 3128 },
      { what: 'the way to the public side', address: '10.0.0.9', port: 80 },
      { what: 'the API server', address: '10.0.0.10', port: 6443 },
      { what: 'a private endpoint', address: '172.16.4.7', port: 443 },
    ],
    shut: [
      { what: 'the public internet', address: '198.51.100.7', port: 443 },
      { what: 'the proxy of somebody else', address: '10.0.0.12', port: 3128 },
      { what: 'another API server', address: '10.0.0.11', port: 6443 },
    ],
  },
];

suite('the network policy', () => {
  for (const { name, values, open, shut } of cases) {
    test(`of an installation ${name} lets out what it needs, and nothing else`, async () => {
      const policy = await policyOf(values);
      for (const call of open) assert.ok(lets(policy, call), call.what);
      for (const call of shut) assert.ok(!lets(policy, call), call.what);
    });
  }

  test('lets in to the probes and the metrics alone, and to these whom the values name', async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'monitoring' } } }];
    const { spec } = await policyOf(`networkPolicy: {metricsFrom: ${JSON.stringify(from)}}`);
    assert.deepEqual(spec.ingress, [
      { ports: [{ protocol: 'TCP', port: 'health' }] },
      { ports: [{ protocol: 'TCP', port: 'metrics' }], from },
    ]);
    assert.deepEqual(spec.policyTypes, ['Ingress', 'Egress']);
  });

  test('is about the pods of the Deployment, whose ports have these names; without it being asked for there is none', async () => {
    const [text, { spec }] = [await rendered(['--show-only', 'templates/deployment.yaml']), await policyOf('')];
    const { template, selector } = parse(text).spec;
    assert.deepEqual(spec.podSelector, selector);
    const names = template.spec.containers[0].ports.map(({ name }: Manifest) => name);
    assert.deepEqual(names.toSorted(), ['health', 'metrics']);
    assert.doesNotMatch(await rendered(), /kind: NetworkPolicy/);
  });

  test('of a trial lets nothing out to Azure, which is in the pod', async () => {
    const policy = await policyOf('simulator: {enabled: true}\nnetworkPolicy: {apiServer: {ports: [6443]}}');
    assert.ok(!lets(policy, { what: 'Azure', address: '198.51.100.7', port: 443 }));
  });
});
