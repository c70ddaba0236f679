/**
 * deploy/monitoring: the alerts as promtool judges them, and that every metric which an alert or a panel asks for is one
 * that the operator exposes.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { requireTool } from '../../env/require-tool.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../../../deploy/monitoring');
const readRules = async () => parse(await readFile(join(folder, 'prometheusrule.yaml'), 'utf8'));
const readDashboard = async () => JSON.parse(await readFile(join(folder, 'dashboard.json'), 'utf8'));

async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pms-monitoring-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The names that a PromQL expression asks for: words that are no function, keyword or label. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, ' ')
    .replaceAll(/\b(by|on|without|group_left|group_right|ignoring)\s*\([^)]*\)/g, ' ');
  return [...bare.matchAll(/[a-z_:][a-z0-9_:]*(?!\w*\s*\()/gi)]
    .map(([word]) => word)
    .filter(word => word.includes('_') && !/^(histogram_quantile|label_values|avg_over_time|count_values)$/.test(word));
}

/** What the operator exposes once it has done a little of everything. */
async function exposed(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics({ version: '0.0.0', concurrent: 1 });
  metrics.watchWork(() => []);
  const text = await metrics.text();
  return new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
}

suite('deploy/monitoring', () => {
  test('promtool finds the alerts well-formed, and they ring when they should and only then', async t => {
    const promtool = requireTool(t, 'promtool');
    if (promtool === undefined) return;
    const directory = await scratch(t);
    const rules = join(directory, 'rules.yaml');
    await writeFile(rules, stringify((await readRules()).spec));
    await run(promtool, ['check', 'rules', rules]);
    const tests = await readFile(join(import.meta.dirname, 'alerts.test.yaml'), 'utf8');
    const file = join(directory, 'tests.yaml');
    await writeFile(file, tests.replace('RULES', rules));
    await run(promtool, ['test', 'rules', file]);
    const tested = new Set([...tests.matchAll(/alertname: (\w+)/g)].map(([, name]) => name));
    const all = (await readRules()).spec.groups.flatMap((group: { rules: { alert: string }[] }) => group.rules);
    assert.deepEqual(
      [...tested].sort(),
      all.map(({ alert }: { alert: string }) => alert).sort(),
      'each alert is tested',
    );
  });

  test('every metric of an alert and of a panel is one that the operator exposes', async () => {
    const known = await exposed();
    const { spec } = await readRules();
    const { panels } = await readDashboard();
    const expressions = [
      ...spec.groups.flatMap((group: { rules: { expr: string }[] }) => group.rules.map(({ expr }) => expr)),
      ...panels.flatMap(({ targets = [] }: { targets?: { expr: string }[] }) => targets.map(({ expr }) => expr)),
    ];
    assert.ok(expressions.length > 20);
    const asked = [...new Set(expressions.flatMap(metricsIn))];
    assert.deepEqual(
      asked.filter(name => !known.has(name)),
      [],
    );
  });
});
