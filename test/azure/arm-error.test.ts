/**
 * What is read out of an error body and of Retry-After headers, in every form that was seen.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArmError, readArmError, readRetryAfter } from '../../src/azure/arm-error.ts';

const nested = (depth: number): unknown => ({
  code: `Level${depth}`,
  message: '',
  details: depth > 20 ? [] : [nested(depth + 1)],
});

const bodies: readonly {
  readonly name: string;
  readonly body: unknown;
  readonly items: readonly string[];
  readonly policies?: readonly string[];
}[] = [
  { name: 'the usual form', body: { error: { code: 'A', message: 'a' } }, items: ['A: a'] },
  { name: 'the bare form of old providers', body: { code: 'A', message: 'a' }, items: ['A: a'] },
  { name: 'a code alone', body: { error: { code: 'A' } }, items: ['A: '] },
  { name: 'a message alone', body: { error: { message: 'a' } }, items: [': a'] },
  {
    name: 'details, outer first',
    body: { error: { code: 'A', message: 'a', details: [{ code: 'B', message: 'b' }, 'text', null] } },
    items: ['A: a', 'B: b'],
  },
  {
    name: 'inner errors in either spelling, at any level',
    body: {
      error: {
        code: 'A',
        innererror: { code: 'B' },
        details: [{ code: 'C', innerError: { code: 'D', message: 'd' } }],
      },
    },
    items: ['A: ', 'C: ', 'D: d', 'B: '],
  },
  {
    name: 'policies by the name that people gave them, once each',
    body: {
      error: {
        code: 'RequestDisallowedByPolicy',
        additionalInfo: [
          { type: 'PolicyViolation', info: { policyAssignmentDisplayName: 'Hub only', policyDefinitionName: 'x' } },
          { type: 'PolicyViolation', info: { policyAssignmentDisplayName: 'Hub only' } },
          { type: 'PolicyViolation', info: { policyDefinitionName: 'plain' } },
          { type: 'Other', info: {} },
        ],
      },
    },
    items: ['RequestDisallowedByPolicy: '],
    policies: ['Hub only', 'plain'],
  },
  {
    name: 'a body without end, to a depth',
    body: nested(1),
    items: [1, 2, 3, 4, 5, 6].map(depth => `Level${depth}: `),
  },
  { name: 'error: null', body: { error: null }, items: [] },
  { name: 'a code that is a number', body: { error: { code: 7 } }, items: [] },
  ...[undefined, null, 'text', 7, [], [{ code: 'A' }], {}].map(body => ({
    name: `${JSON.stringify(body)}`,
    body,
    items: [],
  })),
];

for (const { name, body, items, policies = [] } of bodies) {
  test(`an error body is read: ${name}`, () => {
    const read = readArmError(body);
    assert.deepEqual(
      read.items.map(({ code, message }) => `${code}: ${message}`),
      items,
    );
    assert.deepEqual(read.policies, policies);
  });
}

const now = Date.UTC(2026, 10, 24, 12);
const hour = 3_600_000;

const headers: readonly (readonly [Readonly<Record<string, string>>, number | undefined])[] = [
  [{}, undefined],
  [{ 'retry-after': '7' }, 7_000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '-7' }, 0],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT' }, 0],
  [{ 'retry-after': 'Fri, 24 Nov 2028 12:00:00 GMT' }, hour],
  [{ 'retry-after': '99999999' }, hour],
  [{ 'retry-after': 'Infinity' }, hour],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
  [{ 'x-ms-retry-after-ms': '250' }, 250],
  [{ 'retry-after-ms': '99999999999' }, hour],
  [{ 'retry-after-ms': '-1', 'retry-after': '7' }, 7_000],
  [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7_000],
];

for (const [given, expected] of headers) {
  test(`${JSON.stringify(given)} is ${expected} ms`, () => {
    assert.equal(
      readRetryAfter(name => given[name], now),
      expected,
    );
  });
}

test('an ARM error says its status, code and message, for logs', () => {
  const items = [{ code: 'A', message: 'a' }];
  assert.equal(new ArmError({ status: 409, items, policies: [], isForeign: false }).message, '409 A a');
  assert.equal(new ArmError({ items: [], policies: [], isForeign: false }).message, 'operation');
});
