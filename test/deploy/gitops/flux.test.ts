/**
 * The health expressions of deploy/flux, evaluated on objects that were recorded from a real API server with the operator
 * at work on them; and what the samples promise not to do.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { evaluate } from '@marcbachmann/cel-js';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';

const deploy = join(import.meta.dirname, '../../../deploy');
const recorded = join(deploy, 'argocd/resource_customizations/privatemonitoring.dev/PrivateMonitoringScope/testdata');

async function documents(file: string) {
  return parseAllDocuments(await readFile(join(deploy, file), 'utf8')).map(document => document.toJS());
}

/** Flux asks `failed` first; neither means: still in progress. A suspended edit is looked at like any other. */
const expected = {
  'no-status': 'in progress',
  creating: 'in progress',
  ready: 'current',
  edited: 'in progress',
  suspended: 'current',
  planned: 'current',
  'planned-obstacle': 'failed',
  stalled: 'failed',
  deleting: 'in progress',
  'would-strand': 'failed',
} as const;

suite('deploy/flux', () => {
  test('the health expressions tell each recorded object as it is', async () => {
    const [kustomization] = await documents('flux/kustomization.yaml');
    const [{ failed, current }] = kustomization.spec.healthCheckExprs;
    const names = (await readdir(recorded)).map(name => name.replace('.yaml', ''));
    const seen: Record<string, string> = {};
    for (const name of names) {
      const {
        metadata,
        spec,
        status = {},
      } = parse(await readFile(join(recorded, `${name}.yaml`), 'utf8'), {
        intAsBigInt: true,
      });
      const is = (expression: string) => evaluate(expression, { metadata, spec, status }) === true;
      seen[name] = is(failed) ? 'failed' : is(current) ? 'current' : 'in progress';
    }
    assert.deepEqual(seen, expected);
  });

  test('the values of the HelmRelease are ones that the chart takes', async () => {
    const [release] = await documents('flux/helmrelease.yaml');
    const chart = join(deploy, '..', release.spec.chart.spec.chart);
    const schema = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false }).compile(schema);
    assert.ok(validate(release.spec.values), JSON.stringify(validate.errors));
    assert.ok(!validate({ ...release.spec.values, replica: 2 }), 'a misspelt value is refused');
  });

  test('neither Flux nor Argo CD deletes what leaves Git', async () => {
    const [kustomization] = await documents('flux/kustomization.yaml');
    const [application] = await documents('argocd/application.yaml');
    assert.deepEqual([kustomization.spec.prune, application.spec.syncPolicy.automated.prune], [false, false]);
  });
});
