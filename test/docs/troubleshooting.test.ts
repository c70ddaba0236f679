/**
 * The troubleshooting page has a section for each reason that a condition can carry, and none for one that does not
 * exist; each says what causes it and what to do.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { REASONS } from '../../src/domain/reasons.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8');
const sections = new Map(
  page
    .split(/^(?=#{2,3} )/m)
    .filter(text => text.startsWith('### '))
    .map(text => [/^### (.*)$/m.exec(text)?.[1] ?? '', text]),
);

/** The anchor that Markdown renderers make of a heading of one word. */
const anchors = new Set([...sections.keys()].map(name => name.toLowerCase()));

test('every reason in the code has a section, and every section is a reason', () => {
  assert.deepEqual([...sections.keys()].sort(), [...REASONS].sort());
  assert.equal(anchors.size, REASONS.length, 'no two share an anchor');
});

for (const [name, text] of sections) {
  test(`${name} has its cause and its cure`, () => {
    assert.match(text, /^\*\*Cause\.\*\* \S/m);
    assert.match(text, /^\*\*Cure\.\*\* \S/m);
  });
}

test('every link inside the page leads to a section', () => {
  for (const [, anchor = ''] of page.matchAll(/\]\(#([^)]+)\)/g)) assert.ok(anchors.has(anchor), anchor);
});
