/**
 * docs/doctor.md speaks of what `pms doctor` says and allows: its example is a run, its allowance the data.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { allowanceFor } from '../../src/commands/doctor/allowance.ts';
import { diagnosisOf } from '../../src/commands/doctor/diagnosis.ts';
import { examine } from '../../src/commands/doctor/examine.ts';
import { chunk, chunkFile, healthy, machine, ods, records, withMore } from '../commands/doctor/recorded-machine.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8');

test('the example is what a machine without a data collection endpoint is told', async t => {
  const files = { [chunkFile]: chunk(ods, 'japaneast.handler.control.monitor.azure.com') };
  const made = await machine(t, { recorded: withMore(healthy, { files }) });
  const groups = await examine({ records, alsoAllowed: [] }, made.machine, new AbortController().signal);
  const lines = diagnosisOf(groups, true).lines.map(line => line.map(({ text }) => text).join(''));
  const [, example] = /```text\n(.*?)\n```/s.exec(page) ?? [];
  assert.equal(example, lines.join('\n'));
});

test('every name that is allowed in public stands there, and no other of its form', () => {
  const clouds = ['com', 'us', 'cn'].map(end => [`api.monitor.azure.${end}`, `gbl.his.arc.azure.${end}`]);
  const allowed = clouds.flatMap(names => allowanceFor(names).map(({ name }) => name));
  const rows = [...page.matchAll(/^\| (?:public|US Government|21Vianet) \| (.*) \|$/gm)].map(([, names = '']) => names);
  assert.deepEqual(
    rows.flatMap(names => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name)),
    allowed,
  );
  for (const { name } of allowanceFor([])) assert.ok(page.includes(`\`${name}\``), name);
});
