/**
 * RecordsExported: each state of the ConfigMap of the exports, and what the plan makes of it.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { EXPORTED_ANNOTATION, EXPORTS_ANNOTATION } from '../../src/domain/export-map.ts';
import { exportRecords } from '../../src/domain/exports/exports.ts';
import { stalled, waiting } from '../../src/domain/failures.ts';
import { forecast, hasChanges } from '../../src/domain/forecast.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, type ExportSight, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { recordsHash } from '../../src/domain/records.ts';
import type { Action } from '../../src/domain/steps.ts';
import * as plant from '../model/plant.ts';

const asking = (...exports: NonNullable<NonNullable<PmsObject['spec']['dns']>['exports']>): PmsObject =>
  plant.pms({ spec: { dns: { target: 'default', aliases: 'Enabled', blobStorage: 'Enabled', exports } } });
const planOf = (object: PmsObject, over: Partial<Observed>) =>
  plan(desire(object, plant.INSTALLATION), plant.fullAzure(object, over), plant.RULES);
const stepOf = (object: PmsObject, over: Partial<Observed>) =>
  planOf(object, over).steps.find(({ name }) => name === 'RecordsExported')?.verdict;
const actionOf = (object: PmsObject, over: Partial<Observed>): Extract<Action, { verb: 'export' }> => {
  const [action] = stepOf(object, over)?.actions ?? [];
  assert.equal(action?.verb, 'export');
  return action;
};

const RPZ = asking('rpz');
const SERIAL = 1_790_000_000;
const OWNER = `${plant.INSTALLATION}/plant/plant-a`;
const HASH = recordsHash(plant.records());

/** As an earlier pass wrote it. */
const written = (over: Partial<ExportSight> = {}): Pick<Observed, 'exported'> => {
  const records = plant.records().map(({ shared: _, ...record }) => record);
  const context = { owner: { namespace: 'plant', name: 'plant-a' }, serial: SERIAL };
  const data = Object.fromEntries(exportRecords('rpz', records, context).map(({ file, text }) => [file, text]));
  return {
    exported: present({
      resourceVersion: '7',
      annotations: { [EXPORTS_ANNOTATION]: OWNER, [EXPORTED_ANNOTATION]: `${HASH} ${SERIAL}` },
      data,
      ownKeys: Object.keys(data),
      isImmutable: false,
      isEmpty: false,
      isOwned: true,
      ...over,
    }),
  };
};
const foreign = { annotations: {}, data: { 'pms.rpz.db': 'theirs' }, ownKeys: [], isOwned: false };

const cases: readonly { name: string; object?: PmsObject; over: Partial<Observed> }[] = [
  { name: 'nothing-asked-and-nothing-there', object: plant.pms(), over: {} },
  { name: 'not-there', over: {} },
  { name: 'settled', over: written() },
  { name: 'edited', over: written({ data: { 'pms.rpz.db': 'by hand\n' }, ownKeys: [] }) },
  { name: 'another-form-asked', object: asking('rpz', 'dnsmasq'), over: written() },
  { name: 'one-form-less', object: asking('dnsmasq'), over: written() },
  { name: 'nothing-asked-any-more', object: plant.pms(), over: written() },
  { name: 'nothing-asked-and-somebody-elses', object: plant.pms(), over: written(foreign) },
  { name: 'owner-taken-off', over: written({ isOwned: false }) },
  { name: 'somebody-elses', over: written(foreign) },
  { name: 'of-another-installation', over: written({ annotations: { [EXPORTS_ANNOTATION]: 'other/plant/plant-a' } }) },
  { name: 'immutable', over: written({ isImmutable: true }) },
  {
    name: 'left-empty-by-a-process-that-ended',
    over: written({ annotations: {}, data: {}, ownKeys: [], isEmpty: true }),
  },
  { name: 'not-readable', over: { exported: unread(stalled('Forbidden', 'configmaps "plant-a-dns" is forbidden')) } },
  { name: 'cluster-away', over: { exported: unread(waiting('ClusterUnreachable', 'connection refused', 5_000)) } },
  { name: 'records-not-published', over: { target: plant.emptyAzure().target, resolution: ABSENT, ...written() } },
  {
    name: 'records-not-known',
    over: { endpoint: { reading: unread(waiting('AzureUnreachable', 'no', 5_000)) }, ...written() },
  },
];

suite('the exports', () => {
  for (const { name, object = RPZ, over } of cases) {
    test(`${name.replaceAll('-', ' ')} give the plan on file`, t => {
      const file = join(import.meta.dirname, '../golden/export-map', `${name}.txt`);
      t.assert.fileSnapshot(planText(planOf(object, over)), file, { serializers: [String] });
    });
  }

  test('hold up no other step, closed access included', () => {
    const { steps } = planOf(RPZ, written(foreign));
    const others = steps.filter(({ name }) => name !== 'RecordsExported');
    assert.ok(others.every(({ verdict }) => verdict.state === 'Ready'));
  });

  test('keep their serial while the records are the same, and else take a larger one', () => {
    const same = actionOf(RPZ, written({ data: {} }));
    assert.equal(same.annotations[EXPORTED_ANNOTATION], `${HASH} ${SERIAL}`);
    const annotations = { [EXPORTS_ANNOTATION]: OWNER, [EXPORTED_ANNOTATION]: `0000000000000000 ${4_000_000_000}` };
    const changed = actionOf(RPZ, written({ annotations }));
    assert.equal(changed.annotations[EXPORTED_ANNOTATION], `${HASH} ${4_000_000_001}`);
    assert.match(changed.data['pms.rpz.db'] ?? '', / 4000000001 3600 /);
    const first = actionOf(RPZ, {});
    assert.equal(first.annotations[EXPORTED_ANNOTATION], `${HASH} ${plant.NOW / 1_000}`);
  });

  test('are one action of a forecast, after the records, and none once they are there', () => {
    const ahead = (over: Partial<Observed>) =>
      forecast(desire(RPZ, plant.INSTALLATION), plant.fullAzure(RPZ, over), plant.RULES);
    const empty = { target: plant.emptyAzure().target, resolution: ABSENT };
    for (const over of [{}, empty]) {
      assert.deepEqual(
        ahead(over).actions.map(({ action }) => action.verb),
        ['export'],
      );
      assert.ok(hasChanges(ahead(over)));
    }
    assert.ok(!hasChanges(ahead(written())));
  });

  test('are the text of pms records, a key for each file', () => {
    const { data } = actionOf(asking('rpz', 'bind', 'hosts'), {});
    const records = plant.records().map(({ shared: _, ...record }) => record);
    const context = { owner: { namespace: 'plant', name: 'plant-a' }, serial: plant.NOW / 1_000 };
    for (const format of ['rpz', 'bind', 'hosts'] as const) {
      for (const { file, text } of exportRecords(format, records, context)) assert.equal(data[file], text, file);
    }
  });

  test('of an object that lost a name to another have none of the names that all scopes share', () => {
    const lines = plant
      .lines()
      .map(line =>
        line.name === 'api.monitor.azure.com' ? { ...line, owners: ['other/b'], addresses: ['10.99.0.4'] } : line,
      )
      .filter(({ name, owners }) => name.startsWith(plant.GUID_A) || owners.includes('other/b'));
    const { data } = actionOf(RPZ, { target: present({ lines, maxBytes: 900_000, ttlSeconds: 60 }) });
    const names = (data['pms.rpz.db'] ?? '').split('\n').flatMap(line => /^(\S+\.\S+) IN A/.exec(line)?.[1] ?? []);
    assert.equal(names.length, 6);
    assert.ok(names.every(name => name.startsWith(plant.GUID_A)));
  });

  test('that would be too large are not written, and what is there stays', () => {
    const guids = Array.from(
      { length: 1_600 },
      (_, index) => `${String(index).padStart(8, '0')}-0000-4000-8000-2c3dab8054b9`,
    );
    const networkInterface = present(plant.networkInterface([plant.GUID_A, ...guids]));
    const lines = plant.lines([plant.GUID_A, ...guids]);
    const target = present({ lines, maxBytes: 9_000_000, ttlSeconds: 60 });
    const verdict = stepOf(asking('json'), { networkInterface, target, ...written() });
    assert.deepEqual([verdict?.state, verdict?.reason, verdict?.actions], ['Stalled', 'TooLarge', []]);
    assert.match(verdict?.message ?? '', /ask for fewer forms/);
  });
});
