import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

/** The rule that draws the layers must catch what it forbids: an override that lints nothing looks just as green. */

const root = join(import.meta.dirname, '..');
const biome = join(root, 'node_modules', '.bin', 'biome');
const layerRule = 'lint/style/noRestrictedImports';
const cycleRule = 'lint/suspicious/noImportCycles';

interface Violation {
  readonly name: string;
  readonly rule: string;
  /** Planted files; the first is the one that must be named. */
  readonly files: Readonly<Record<string, string>>;
}

const other = {
  'src/azure/planted-b.ts': 'export const b = 1;\n',
  'src/kubernetes/planted-b.ts': 'export const b = 1;\n',
};

const violations: readonly Violation[] = [
  {
    name: 'the domain importing an adapter',
    rule: layerRule,
    files: { 'src/domain/planted.ts': "export { b } from '../azure/planted-b.ts';\n", ...other },
  },
  {
    name: 'the domain importing an adapter by a path that begins in its own folder',
    rule: layerRule,
    files: { 'src/domain/planted.ts': "export { b } from './../azure/planted-b.ts';\n", ...other },
  },
  {
    name: 'the domain importing an Azure package, for its types alone',
    rule: layerRule,
    files: {
      'src/domain/planted.ts':
        "import type { Workspace } from '@azure/arm-operationalinsights';\nexport type W = Workspace;\n",
    },
  },
  {
    name: 'the domain importing input and output of Node',
    rule: layerRule,
    files: { 'src/domain/planted.ts': "export { readFile } from 'node:fs/promises';\n" },
  },
  {
    name: 'the ports importing an adapter',
    rule: layerRule,
    files: { 'src/ports.ts': "export { b } from './azure/planted-b.ts';\n", ...other },
  },
  {
    name: 'one adapter importing another',
    rule: layerRule,
    files: { 'src/azure/planted.ts': "export { b } from '../kubernetes/planted-b.ts';\n", ...other },
  },
  {
    name: 'the controller importing kubernetes, dynamically',
    rule: layerRule,
    files: {
      'src/controller/planted.ts': "export const load = () => import('../kubernetes/planted-b.ts');\n",
      ...other,
    },
  },
  {
    name: 'the simulator importing the domain that it judges',
    rule: layerRule,
    files: {
      'src/simulator/planted.ts': "export { b } from '../domain/planted-b.ts';\n",
      'src/domain/planted-b.ts': 'export const b = 1;\n',
    },
  },
  {
    name: 'a command importing the Kubernetes client',
    rule: layerRule,
    files: { 'src/commands/planted.ts': "export { KubeConfig } from '@kubernetes/client-node';\n" },
  },
  {
    name: 'two files importing each other',
    rule: cycleRule,
    files: {
      'src/domain/planted.ts': "import { b } from './planted-b.ts';\nexport const a = () => b();\n",
      'src/domain/planted-b.ts': "import { a } from './planted.ts';\nexport const b = (): unknown => a();\n",
    },
  },
  {
    name: 'two files importing each other’s types',
    rule: cycleRule,
    files: {
      'src/domain/planted.ts': "import type { B } from './planted-b.ts';\nexport interface A {\n  readonly b?: B;\n}\n",
      'src/domain/planted-b.ts': "import type { A } from './planted.ts';\nexport interface B {\n  readonly a?: A;\n}\n",
    },
  },
];

describe('the layer rules of biome.json', () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'pms-test-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  /** A copy of the sources with these files in it, linted; what the linter says. */
  function lint(name: string, files: Readonly<Record<string, string>>): string {
    const copy = join(directory, name.replace(/\W+/g, '-'));
    mkdirSync(copy);
    for (const part of ['biome.json', 'src']) cpSync(join(root, part), join(copy, part), { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    const only = [`--only=${layerRule.slice(5)}`, `--only=${cycleRule.slice(5)}`];
    const result = spawnSync(biome, ['lint', '--colors=off', '--max-diagnostics=none', ...only, 'src'], {
      cwd: copy,
      encoding: 'utf8',
    });
    return `${result.stdout}${result.stderr}`;
  }

  const complaintsAbout = (file: string, rule: string, output: string) =>
    output.split('\n').filter(line => line.startsWith(`${file}:`) && line.includes(rule));

  it('find nothing in the sources as they are', () => {
    const output = lint('as they are', {});
    assert.doesNotMatch(output, /noRestrictedImports|noImportCycles/, output);
  });

  for (const { name, rule, files } of violations) {
    it(`catch ${name}`, () => {
      const [planted = ''] = Object.keys(files);
      const output = lint(name, files);
      assert.ok(complaintsAbout(planted, rule, output).length > 0, output);
    });
  }
});
