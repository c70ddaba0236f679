/**
 * Where an answer says that an operation goes on.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf, subscriptionOf } from '../../src/azure/operations.ts';

const endpoint = 'https://management.azure.com';
const asked = `${endpoint}/subscriptions/s/providers/p/x?api-version=2026-01-01`;

const answer = (status: number, headers: Readonly<Record<string, string>>, url = asked) => ({
  url,
  method: 'PUT',
  status,
  header: (name: string) => headers[name],
  body: undefined,
});

const operation = `${endpoint}/subscriptions/s/operations/1`;
const cases: readonly (readonly [string, number, Readonly<Record<string, string>>, string | undefined])[] = [
  ['nothing', 200, {}, undefined],
  [
    'the status of an asynchronous operation',
    201,
    { 'azure-asyncoperation': `${operation}?api-version=1` },
    `${operation}?api-version=1`,
  ],
  ['its newer name', 202, { 'operation-location': `${operation}?api-version=1` }, `${operation}?api-version=1`],
  [
    'the status before the location',
    202,
    { location: '/x', 'azure-asyncoperation': `${operation}?api-version=1` },
    `${operation}?api-version=1`,
  ],
  ['the location of a 202', 202, { location: `${operation}?api-version=1` }, `${operation}?api-version=1`],
  ['the location of a new resource, which is none', 201, { location: `${endpoint}/x` }, undefined],
  [
    'a path alone, without a version',
    202,
    { location: '/subscriptions/s/operations/1' },
    `${operation}?api-version=2026-01-01`,
  ],
  [
    'a signed address, whose signature stays as it is',
    202,
    { location: `${operation}?t=1&s=a%2Fb%3D` },
    `${operation}?t=1&s=a%2Fb%3D&api-version=2026-01-01`,
  ],
  ['another host', 202, { location: 'https://attacker.test/subscriptions/s/operations/1' }, undefined],
  ['another port', 202, { location: `${endpoint}:444/subscriptions/s/operations/1` }, undefined],
  ['plain http', 202, { location: 'http://management.azure.com/subscriptions/s/operations/1' }, undefined],
  ['a host without a scheme', 202, { location: '//attacker.test/subscriptions/s/operations/1' }, undefined],
  ['no address at all', 202, { location: 'https://' }, undefined],
];

for (const [name, status, headers, expected] of cases) {
  test(`an answer names ${name}`, () => {
    assert.equal(operationOf(answer(status, headers)), expected);
  });
}

test('an operation tells its subscription, whatever the letter case', () => {
  assert.equal(subscriptionOf('https://host/Subscriptions/abc/providers/x?y'), 'abc');
  assert.equal(subscriptionOf('https://host/providers/x'), undefined);
});
