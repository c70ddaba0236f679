/**
 * The operator's configuration: defaults, and every problem told at once with its name and remedy.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type OperatorFlags, readOperatorConfig } from '../../src/config/operator.ts';
import { ConfigError } from '../../src/config/problems.ts';
import { parseServer, readTargets } from '../../src/config/targets.ts';
import { propertyRuns } from '../model/property-runs.ts';

const ID = '11111111-1111-4111-8111-111111111111';
const flags: OperatorFlags = { azureTenantId: ID, azureClientId: ID, azureClientSecret: 'pst' };
const TARGET = { name: 'default', kind: 'HostsFile', namespace: 'dns', configMap: 'records', allowedNamespaces: ['*'] };
const file = (...targets: readonly unknown[]) => ({ name: 'operator.yaml', text: JSON.stringify({ targets }) });

/** The document with its `at`th place (counted around) given another value. */
function changedAt(root: unknown, at: number, value: unknown): { readonly root: unknown; readonly path: string } {
  const copy = structuredClone(root);
  const places: { readonly holder: Record<string, unknown>; readonly key: string; readonly path: string }[] = [];
  const collect = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push({ holder: node as Record<string, unknown>, key, path: `${path}.${key}` });
      collect(child, `${path}.${key}`);
    }
  };
  collect(copy, '');
  const { holder, key, path } = places[at % places.length] ?? { holder: {}, key: '', path: '' };
  holder[key] = value;
  return { root: copy, path };
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
    throw thrown;
  }
  return [];
}

suite('flags and environment', () => {
  test('what is not given has the defaults of the public cloud', () => {
    assert.deepEqual(readOperatorConfig(flags, undefined), {
      azure: {
        tenantId: ID,
        clientId: ID,
        clientSecret: 'pst',
        authorityHost: 'https://login.microsoftonline.com',
        endpoint: 'https://management.azure.com',
        audience: 'https://management.azure.com',
        disableInstanceDiscovery: false,
        logsQuery: { host: 'api.loganalytics.azure.com', audience: 'https://api.loganalytics.io', port: 443 },
      },
      targets: [],
      globalIdentity: {},
      concurrent: 4,
      metrics: { host: '', port: 8080 },
      health: { host: '', port: 8081 },
      logLevel: 'info',
      logEncoding: 'json',
      simulatedAzure: false,
    });
  });

  test('an authority that Microsoft does not run is not looked up at Microsoft', () => {
    const { azure } = readOperatorConfig(
      {
        ...flags,
        azureAuthorityHost: 'https://127.0.0.1:8443/',
        azureResourceManagerEndpoint: 'https://127.0.0.1:8443/',
      },
      undefined,
    );
    assert.equal(azure.disableInstanceDiscovery, true);
    assert.equal(azure.endpoint, 'https://127.0.0.1:8443');
    assert.equal(azure.audience, 'https://127.0.0.1:8443');
  });

  test('the Logs query service is that of the cloud, unless another one is given', () => {
    const identity = { azureTenantId: ID, azureClientId: ID, azureClientSecret: 'pst' };
    const gov = { azureResourceManagerEndpoint: 'https://management.usgovcloudapi.net' };
    const { logsQuery } = readOperatorConfig({ ...identity, ...gov }, undefined).azure;
    assert.deepEqual(logsQuery, { host: 'api.loganalytics.us', audience: 'https://api.loganalytics.us', port: 443 });
    const own = { azureLogsQueryEndpoint: 'https://logs.example', azureLogsQueryAudience: 'https://logs.example' };
    const ca = { name: 'ca.pem', text: '-----BEGIN CERTIFICATE-----' };
    const config = readOperatorConfig({ ...identity, ...gov, ...own, dataPlanePort: '8443' }, undefined, ca);
    const expected = { host: 'logs.example', audience: 'https://logs.example', port: 8443, ca: ca.text };
    assert.deepEqual(config.azure.logsQuery, expected);
  });

  test('the egress proxy is taken with user and password, and only as the address of a proxy', () => {
    const proxy = (publicEgressProxy: string) =>
      readOperatorConfig({ ...flags, publicEgressProxy }, undefined).azure.logsQuery.publicEgressProxy;
    assert.equal(proxy('http://plant:pst@proxy.example:3128'), 'http://plant:pst@proxy.example:3128/');
    assert.equal(proxy('https://proxy.example'), 'https://proxy.example/');
    assert.equal(proxy(''), undefined);
    for (const wrong of ['proxy.example:3128', 'socks5://proxy.example', 'http://proxy.example/?a', 'http://x/#a']) {
      assert.equal(problemsOf(() => proxy(wrong)).length, 1, wrong);
    }
  });

  test('all problems are told at once, and none shows the secret', () => {
    const problems = problemsOf(() =>
      readOperatorConfig(
        {
          azureTenantId: 'contoso',
          azureAuthorityHost: 'http://login.example',
          azureClientSecret: 'hunter2',
          concurrent: '0',
          metricsAddr: '8080',
          healthAddr: ':99999',
          logLevel: 'loud',
          installationId: 'a/b',
          dataPlanePort: '0',
          azureLogsQueryEndpoint: 'https://api.example:444',
          publicEgressProxy: 'http://plant:hunter2@proxy.example/way',
        },
        file({ ...TARGET, servers: [] }),
        { name: 'ca.pem', text: 'nothing' },
      ),
    );
    for (const name of [
      'AZURE_TENANT_ID',
      'AZURE_CLIENT_ID',
      'AZURE_AUTHORITY_HOST',
      '--concurrent',
      '--metrics-addr',
      '--health-addr',
      '--log-level',
      '--installation-id',
      '--data-plane-port',
      '--data-plane-ca-file ca.pem',
      'AZURE_LOGS_QUERY_ENDPOINT',
      'PMS_PUBLIC_EGRESS_PROXY',
      'targets[0].servers',
    ]) {
      assert.ok(
        problems.some(problem => problem.includes(name)),
        `${name} is not among\n${problems.join('\n')}`,
      );
    }
    assert.equal(problems.length, 13);
    assert.doesNotMatch(problems.join(), /hunter2/);
  });

  test('without a secret and without a token file it says what is needed', () => {
    const problems = problemsOf(() => readOperatorConfig({ azureTenantId: ID, azureClientId: ID }, undefined));
    assert.match(problems.join(), /AZURE_FEDERATED_TOKEN_FILE.*AZURE_CLIENT_SECRET/);
  });
});

suite('the file of DNS targets', () => {
  const cases: readonly { name: string; target: unknown; problem: RegExp }[] = [
    {
      name: 'an unknown field',
      target: { ...TARGET, servers: ['10.0.0.53'], nameserver: 1 },
      problem: /targets\[0\]\.nameserver is not a field/,
    },
    {
      name: 'another kind',
      target: { ...TARGET, kind: 'Bind', servers: ['10.0.0.53'] },
      problem: /kind is "Bind": it must be one of HostsFile, CustomServer, Corefile/,
    },
    { name: 'no endpoint to ask', target: TARGET, problem: /exactly one of service and servers/ },
    {
      name: 'two ways to the endpoints',
      target: { ...TARGET, servers: ['10.0.0.53'], service: { namespace: 'dns', name: 'coredns' } },
      problem: /exactly one of service and servers/,
    },
    { name: 'a server by name', target: { ...TARGET, servers: ['dns.example:53'] }, problem: /servers\[0\].*address/ },
    { name: 'a server with port 0', target: { ...TARGET, servers: ['10.0.0.53:0'] }, problem: /servers\[0\]/ },
    {
      name: 'a name that Kubernetes refuses',
      target: { ...TARGET, configMap: 'Records', servers: ['10.0.0.53'] },
      problem: /configMap is "Records"/,
    },
    {
      name: 'a ttl of a day',
      target: { ...TARGET, servers: ['10.0.0.53'], ttlSeconds: 86_400 },
      problem: /ttlSeconds is 86400/,
    },
    {
      name: 'namespaces that are no list',
      target: { ...TARGET, servers: ['10.0.0.53'], allowedNamespaces: 'all' },
      problem: /allowedNamespaces is "all"/,
    },
    { name: 'something that is no map', target: 'default', problem: /targets\[0\] is "default"/ },
  ];
  for (const { name, target, problem } of cases) {
    test(`${name} is refused with its path`, () => {
      assert.match(problemsOf(() => readOperatorConfig(flags, file(target))).join('\n'), problem);
    });
  }

  test('two targets with one name or one ConfigMap are refused', () => {
    const target = { ...TARGET, servers: ['10.0.0.53'] };
    const problems = problemsOf(() => readOperatorConfig(flags, file(target, target)));
    assert.equal(problems.length, 2);
    assert.match(problems.join(), /name default is there twice.*ConfigMap dns\/records is written by two/);
  });

  test('broken YAML is told with its line', () => {
    const text = 'targets:\n  - name: [\n';
    assert.match(problemsOf(() => readOperatorConfig(flags, { name: 'x.yaml', text })).join(), /x\.yaml.*line 3/s);
  });

  test('whatever the file holds, the answer is targets or problems', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map(value => JSON.stringify({ targets: [value] })),
        ),
        text => {
          const problems: string[] = [];
          const targets = readTargets(text, 'f', problem => problems.push(problem));
          assert.ok(problems.length > 0 || Array.isArray(targets));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('one thing wrong in a file that was right is told with its path, or does no harm', () => {
    const right = {
      targets: [
        { ...TARGET, servers: ['10.0.0.53'], allowedSuffixes: ['plant.example'], allowedAddressRanges: ['10.0.0.0/8'] },
        {
          ...TARGET,
          name: 'aks',
          kind: 'CustomServer',
          configMap: 'coredns-custom',
          service: { namespace: 'kube-system', name: 'kube-dns' },
          server: { port: 53, bind: ['10.0.0.5'], forward: ['10.0.0.2:53'], extraPlugins: ['k8s_gateway'] },
        },
      ],
      globalIdentity: { namespaces: ['plant'], allowed: [{ subscriptionId: ID, resourceGroups: ['rg'] }] },
    };
    const odd = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        '',
        '*',
        'a\nb',
        'a } evil {',
        '/etc/../x',
        -1,
        1.5,
        65_536,
        [],
        {},
        [[]],
        true,
        '10.0.0.1%lo',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.jsonValue(),
    );
    let told = 0;
    const property = fc.property(fc.nat(), odd, (at, value) => {
      const { root, path } = changedAt(right, at, value);
      const read = () => readOperatorConfig(flags, { name: 'x.yaml', text: JSON.stringify(root) });
      const problems = problemsOf(read);
      told += problems.length === 0 ? 0 : 1;
      for (const problem of problems) assert.match(problem, /^x\.yaml: \S/, path);
      if (problems.length > 0) return;
      // What was taken ends up in a Corefile: no word of it is more than one word.
      const words = read().targets.flatMap(target => ('server' in target ? [target.server] : []));
      assert.doesNotMatch(JSON.stringify(words), /\\n|[\s]|\.\./, path);
    });
    fc.assert(property, propertyRuns(2_000));
    assert.ok(told > 500, `${told} told`);
  });

  test('servers are read in every form of an address', () => {
    const of = (address: string, port: number, name: string) => ({ name, address, port });
    assert.deepEqual(parseServer('10.0.0.53'), of('10.0.0.53', 53, '10.0.0.53'));
    assert.deepEqual(parseServer('10.0.0.53:5353'), of('10.0.0.53', 5353, '10.0.0.53:5353'));
    assert.deepEqual(parseServer('fd00::53'), of('fd00::53', 53, 'fd00::53'));
    assert.deepEqual(parseServer('[fd00::53]:5353'), of('fd00::53', 5353, '[fd00::53]:5353'));
    for (const wrong of ['', ':53', '10.0.0.53:', '10.0.0.53:70000', '10.0.0.256', 53, null]) {
      assert.equal(parseServer(wrong), undefined);
    }
  });

  test('the file that deploy/ ships is read without a problem', async () => {
    const name = 'deploy/operator.yaml';
    const text = await readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
    const { targets } = readOperatorConfig(flags, { name, text });
    assert.deepEqual(
      targets.map(target => target.name),
      ['default'],
    );
  });
});
