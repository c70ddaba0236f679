/**
 * What the simulator answers beyond the descriptions was really recorded: each line of recorded-beyond.ts that names a
 * recording is held to it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordings } from '../simulator/recordings.ts';
import { armAddress } from './arm-address.ts';
import { recordedBeyond } from './recorded-beyond.ts';

/** Every pointer into a value, indexes of lists as `*`. */
function pointers(value: unknown, at = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(item => pointers(item, `${at}/*`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [`${at}/${key}`, ...pointers(item, `${at}/${key}`)]);
}

for (const { type, paths, reason, recording } of recordedBeyond) {
  if (recording === undefined) continue;
  test(`recorded beyond the description: ${type} ${paths.join(' ')}: ${reason}`, t => {
    const calls = recordings(t, recording);
    if (calls === undefined) return;
    const answers = [...calls.values()].filter(({ url, status }) => {
      const asked = armAddress(new URL(url, 'https://management.azure.com').href).type;
      return status < 300 && asked.toLowerCase() === type.toLowerCase();
    });
    const shown = new Set(answers.flatMap(({ response }) => pointers(response)));
    const missing = paths.filter(path => !shown.has(path) && !shown.has(`/value/*${path}`));
    assert.deepEqual(missing, [], `of ${answers.length} recorded answers none shows these`);
  });
}
