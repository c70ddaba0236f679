/**
 * The part of the configuration that says who acts with the operator's own identity: read as it is, and every problem told
 * with its path.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { readGlobalIdentity } from '../../src/config/global-identity.ts';
import { readTargets } from '../../src/config/targets.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';

function read(globalIdentity: unknown) {
  const problems: string[] = [];
  const text = stringify({ targets: [], globalIdentity });
  const found = readGlobalIdentity(text, 'operator.yaml', problem => problems.push(problem));
  return { found, problems };
}

test('what is not said is left to the defaults', () => {
  assert.deepEqual(read({}), { found: {}, problems: [] });
  assert.deepEqual(readGlobalIdentity('targets: []', 'f', assert.fail), {});
});

test('namespaces, everybody and nobody are read as they are', () => {
  for (const namespaces of [['a', 'b-c'], ['*'], []]) {
    assert.deepEqual(read({ namespaces }), { found: { namespaces }, problems: [] });
  }
});

test('subscriptions are read with their resource groups, or whole', () => {
  const allowed = [
    { subscriptionId: SUBSCRIPTION, resourceGroups: ['rg-a', 'RG_(b).c'] },
    { subscriptionId: SUBSCRIPTION },
  ];
  assert.deepEqual(read({ allowed }), { found: { allowed }, problems: [] });
});

test('each thing that cannot be is told with its path', () => {
  const wrong = [
    [{ namespace: ['a'] }, /operator\.yaml: globalIdentity\.namespace is not a field here/],
    [{ namespaces: 'a' }, /globalIdentity\.namespaces is "a": it must be a list/],
    [{ namespaces: ['A_'] }, /globalIdentity\.namespaces\[0\] is "A_"/],
    [{ allowed: [] }, /globalIdentity\.allowed is empty: leave it out to allow all/],
    [{ allowed: [{}] }, /globalIdentity\.allowed\[0\]\.subscriptionId is missing: it must be a UUID/],
    [{ allowed: [{ subscriptionId: 'x' }] }, /allowed\[0\]\.subscriptionId is "x"/],
    [{ allowed: [{ subscriptionId: SUBSCRIPTION, resourceGroups: [] }] }, /resourceGroups is empty: leave it out/],
    [{ allowed: [{ subscriptionId: SUBSCRIPTION, resourceGroups: ['a/b'] }] }, /resourceGroups\[0\] is "a\/b"/],
    [['a'], /globalIdentity is \["a"\]: it must be a map/],
  ] as const;
  for (const [value, message] of wrong) {
    const { problems } = read(value);
    assert.equal(problems.length, 1, problems.join('; '));
    assert.match(problems[0] ?? '', message);
  }
});

test('the reader of the targets leaves it to its own reader, and tells alone what is no YAML', () => {
  assert.deepEqual(readTargets(stringify({ targets: [], globalIdentity: 7 }), 'f', assert.fail), []);
  assert.deepEqual(readGlobalIdentity('targets: [', 'f', assert.fail), {});
});
