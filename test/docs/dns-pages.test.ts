/**
 * The how-tos of docs/dns held to the code: their configurations are read without a problem, their roles are enough for
 * what the configuration names and no more, their links lead somewhere.
 */
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readTargets, type TargetConfig } from '../../src/config/targets.ts';
import { configMapsOf } from '../../src/coredns/targets.ts';
import { REASONS } from '../../src/domain/reasons.ts';
import { manifestsIn } from '../deploy/shipped.ts';
import { dnsPage, dnsPages, fencedIn, rolesOf, targetsIn } from './dns-pages.ts';

const folder = join(import.meta.dirname, '../../docs/dns');
const pages = await dnsPages();
const WITH_TARGETS = ['README.md', 'aks.md', 'k3s.md', 'kubeadm.md', 'lan.md', 'rke2.md'];
const WITH_ROLES = ['aks.md', 'k3s.md', 'kubeadm.md', 'rke2.md'];

async function configured(page: string): Promise<TargetConfig> {
  const problems: string[] = [];
  const [target] = readTargets(await targetsIn(page), page, problem => problems.push(problem));
  assert.deepEqual(problems, []);
  assert.ok(target);
  return target;
}

interface Rule {
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly namespace: string };
  readonly rules: readonly Rule[];
}

/** `namespace/name` of ConfigMaps -> verbs. */
async function grantedIn(page: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const granted = new Map<string, readonly string[]>();
  for (const document of parseAllDocuments(await rolesOf(page))) {
    const { kind, metadata, rules }: Role = document.toJS();
    if (kind !== 'Role') continue;
    for (const { resources, resourceNames = ['*'], verbs } of rules) {
      if (!resources.includes('configmaps')) continue;
      for (const name of resourceNames) granted.set(`${metadata.namespace}/${name}`, verbs);
    }
  }
  return granted;
}

suite('the pages on DNS', () => {
  test('are those that README.md leads to', async () => {
    const linked = [...(await dnsPage('README.md')).matchAll(/\]\(([a-z0-9]+\.md)\)/g)].map(([, file]) => file ?? '');
    assert.deepEqual([...new Set(linked), 'README.md'].sort(), [...pages].sort());
  });

  for (const page of pages) {
    test(`${page}: every link to a file leads to one`, async () => {
      for (const [, target = ''] of (await dnsPage(page)).matchAll(/\]\(([^)#:]+)\)/g))
        await access(join(folder, target));
    });

    test(`${page}: every reason that it names is one`, async () => {
      const named = [...(await dnsPage(page)).matchAll(/`([A-Z][A-Za-z]+(?:Refused|Required|Endpoint))`/g)];
      for (const [, reason = ''] of named) assert.ok((REASONS as readonly string[]).includes(reason), reason);
    });

    test(`${page}: its YAML is YAML`, async () => {
      for (const { language, text } of await fencedIn(page)) {
        if (language !== 'yaml') continue;
        for (const document of parseAllDocuments(text)) assert.deepEqual(document.errors, []);
      }
    });
  }

  for (const page of WITH_TARGETS) {
    test(`${page}: its configuration of a target is read without a problem`, async () => {
      await configured(page);
    });
  }

  for (const page of WITH_ROLES) {
    test(`${page}: its roles name each ConfigMap of the target, none else but the Corefile, and create nothing`, async () => {
      const target = await configured(page);
      const granted = await grantedIn(page);
      const written = configMapsOf(target).map(({ namespace, name }) => `${namespace}/${name}`);
      for (const place of written) assert.deepEqual(granted.get(place), ['get', 'list', 'watch', 'patch'], place);
      const read = target.kind === 'CustomServer' ? [`${target.namespace}/${target.server.corefile.configMap}`] : [];
      for (const place of read) assert.deepEqual(granted.get(place), ['get']);
      assert.deepEqual([...granted.keys()].sort(), [...written, ...read].sort());
    });
  }

  test('resolvers.md: its role gives what the shipped role for exports gives, for one ConfigMap', async () => {
    const roles = parseAllDocuments(await rolesOf('resolvers.md')).map(document => document.toJS());
    const [{ resourceNames, ...rule }] = roles.find(({ kind }) => kind === 'Role').rules;
    const shipped = (await manifestsIn('operator-rbac.yaml')).find(({ metadata }) => metadata.name === 'pms-exports');
    assert.equal(resourceNames.length, 1);
    assert.deepEqual([rule], shipped.rules);
  });

  test('README.md: its table has every field of `server`, with its default', async () => {
    const rows = [...(await dnsPage('README.md')).matchAll(/^\| `([a-zA-Z]+)` \| (.*?) \|/gm)];
    const shown = new Map(rows.map(([, field = '', value = '']) => [field, value]));
    const custom = await configured('aks.md');
    const shared = await configured('kubeadm.md');
    assert.ok(custom.kind === 'CustomServer' && shared.kind === 'Corefile');
    const fields = new Set([...Object.keys(custom.server), ...Object.keys(shared.server)]);
    assert.deepEqual([...shown.keys()].sort(), [...fields].sort());
    const { port, metricsPort, directory, records, forward } = custom.server;
    const defaults = {
      port: `${port}`,
      metricsPort: `${metricsPort}`,
      directory: `\`${directory}\``,
      records: `\`${records}\``,
    };
    for (const [field, value] of Object.entries(defaults)) assert.equal(shown.get(field), value);
    assert.equal(shown.get('forward'), `\`[${forward.join(', ')}]\``);
  });
});
