/**
 * The Argo CD customizations, in the layout of its repository, run on objects that were recorded from a real API server
 * with the operator at work on them.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { requireTool } from '../../env/require-tool.ts';
import { runLua } from './lua.ts';

const folder = join(import.meta.dirname, '../../../deploy/argocd');
const kind = join(folder, 'resource_customizations/privatemonitoring.dev/PrivateMonitoringScope');
const actions = join(kind, 'actions');
const read = async (...path: readonly string[]) => parse(await readFile(join(...path), 'utf8'));

interface HealthTest {
  readonly inputPath: string;
  readonly healthStatus: { readonly status: string; readonly message: string };
}

suite('deploy/argocd', () => {
  test('the health of each recorded object is the one that health_test.yaml expects', async t => {
    const lua = requireTool(t, 'lua5.1');
    if (lua === undefined) return;
    const { tests } = (await read(kind, 'health_test.yaml')) as { tests: readonly HealthTest[] };
    for (const { inputPath, healthStatus } of tests) {
      const object = await read(kind, inputPath);
      const seen = await runLua({ lua, file: join(kind, 'health.lua'), kind: 'health' }, object);
      assert.deepEqual(seen, healthStatus, inputPath);
    }
    const recorded = (await readdir(join(kind, 'testdata'))).map(name => `testdata/${name}`);
    assert.deepEqual(tests.map(({ inputPath }) => inputPath).sort(), recorded.sort());
    assert.deepEqual([...new Set(tests.map(({ healthStatus }) => healthStatus.status))].sort(), [
      'Degraded',
      'Healthy',
      'Progressing',
      'Suspended',
    ]);
  });

  test('the buttons are those that action_test.yaml expects', async t => {
    const lua = requireTool(t, 'lua5.1');
    if (lua === undefined) return;
    const { discoveryTests } = await read(actions, 'action_test.yaml');
    for (const { inputPath, result } of discoveryTests) {
      const object = await read(actions, inputPath);
      const seen = await runLua({ lua, file: join(actions, 'discovery.lua'), kind: 'discovery' }, object);
      const shown = Object.entries(seen as Record<string, { disabled?: boolean }>).map(([name, { disabled }]) => ({
        name,
        disabled: disabled ?? false,
      }));
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
      assert.deepEqual(shown.sort(byName), result.sort(byName), inputPath);
    }
  });

  test('an action changes what action_test.yaml expects, and nothing else', async t => {
    const lua = requireTool(t, 'lua5.1');
    if (lua === undefined) return;
    const { actionTests } = await read(actions, 'action_test.yaml');
    for (const { action, inputPath, expectedOutputPath } of actionTests) {
      const object = await read(actions, inputPath);
      const expected = await read(actions, expectedOutputPath);
      const seen = (await runLua(
        { lua, file: join(actions, action, 'action.lua'), kind: 'action' },
        object,
      )) as typeof object;
      const at = 'privatemonitoring.dev/requestedAt';
      const requestedAt = seen.metadata.annotations?.[at];
      if (expected.metadata.annotations?.[at] !== undefined) {
        assert.match(requestedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        seen.metadata.annotations[at] = expected.metadata.annotations[at];
      }
      assert.deepEqual(seen, expected, action);
    }
    assert.deepEqual(actionTests.map(({ action }: { action: string }) => action).sort(), [
      'reconcile',
      'resume',
      'suspend',
    ]);
  });

  test('argocd-cm.yaml carries the very scripts', async () => {
    const { data } = await read(folder, 'argocd-cm.yaml');
    const name = 'privatemonitoring.dev_PrivateMonitoringScope';
    const script = (...path: readonly string[]) => readFile(join(kind, ...path), 'utf8');
    assert.equal(data[`resource.customizations.health.${name}`], await script('health.lua'));
    const given = parse(data[`resource.customizations.actions.${name}`]);
    assert.equal(given['discovery.lua'], await script('actions/discovery.lua'));
    for (const action of ['reconcile', 'suspend', 'resume']) {
      const definition = given.definitions.find((each: { name: string }) => each.name === action);
      assert.equal(definition['action.lua'], await script('actions', action, 'action.lua'), action);
    }
  });
});
