/**
 * Reading a fault plan: what is wrong in it is named by its path, and which calls a rule meets.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultEngine } from '../../src/simulator/faults/engine.ts';
import { FaultPlanError, parseFaultPlan } from '../../src/simulator/faults/plan.ts';

function problemsOf(yaml: string): readonly string[] {
  try {
    parseFaultPlan(yaml);
  } catch (error) {
    if (error instanceof FaultPlanError) return error.problems;
    throw error;
  }
  return [];
}

const cases: readonly { name: string; yaml: string; problems: readonly RegExp[] }[] = [
  { name: 'nothing', yaml: '', problems: [/the plan must be a map, not null$/] },
  { name: 'a list', yaml: '- 1', problems: [/the plan must be a map/] },
  { name: 'no yaml', yaml: 'faults: [', problems: [/line 1/] },
  {
    name: 'an unknown key',
    yaml: 'faults: []\nrules: []',
    problems: [/^line 2: rules is not a key here; known are faults$/],
  },
  { name: 'nothing to do', yaml: 'faults: [{match: {}}]', problems: [/^line 1: faults\[0\] must say what happens/] },
  {
    name: 'many at once',
    yaml: 'faults:\n- match: {method: put, nth: 0, type: scopes, principal: me}\n  instead: {status: 99}\n- {match: {times: 1.5}, after: {delayMs: -1, operation: lose}}',
    problems: [
      /^line 2: faults\[0\]\.match\.method must be a method in capitals/,
      /^line 2: faults\[0\]\.match\.nth must be a whole number, 1 or more, not 0$/,
      /^line 2: faults\[0\]\.match\.type must be namespace and type/,
      /^line 2: faults\[0\]\.match\.principal must be a GUID/,
      /^line 3: faults\[0\]\.instead\.status must be a status from 200 to 599, not 99$/,
      /^line 4: faults\[1\]\.match\.times must be a whole number/,
      /^line 4: faults\[1\]\.after\.delayMs must be 0 or more/,
      /^line 4: faults\[1\]\.after\.operation must be one of Failed, Canceled, never, lost, not 'lose'$/,
    ],
  },
  {
    name: 'what excludes each other',
    yaml: 'faults:\n- {match: {}, instead: {body: x}, after: {reset: true}}\n- {match: {}, before: {hang: true, reset: true}}\n- {match: {}, after: {error: {code: X}}}',
    problems: [
      /^line 2: faults\[0\] cannot have both instead and after/,
      /^line 2: faults\[0\]\.instead\.status is missing$/,
      /^line 3: faults\[1\]\.before cannot both hang and reset$/,
      /^line 4: faults\[2\]\.after\.error belongs to operation: Failed or Canceled$/,
    ],
  },
  {
    name: 'false',
    yaml: 'faults: [{match: {}, before: {reset: false}}]',
    problems: [/reset must be true, or be left out/],
  },
  {
    name: 'an alias bomb',
    yaml: 'faults: &a [&b [x, x, x, x, x, x, x, x], &c [*b, *b, *b, *b, *b, *b, *b, *b], [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c]]',
    problems: [/alias/i],
  },
];

test('what is wrong in a plan is named by its path, all of it at once', () => {
  for (const { name, yaml, problems } of cases) {
    const found = problemsOf(yaml);
    assert.equal(found.length, problems.length, `${name}: ${found.join('; ')}`);
    problems.forEach((problem, at) => {
      assert.match(String(found[at]), problem, name);
    });
  }
});

const principal = '33333333-3333-4333-8333-333333333333';
const token = `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ appid: principal })).toString('base64url')}.x`;
const scope =
  '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/microsoft.insights/privateLinkScopes/a';
const call = { service: 'arm', method: 'PUT', path: scope, authorization: token } as const;

/** Names of the rules that meet a row of equal calls; `-` for none. */
function met(match: string, calls: readonly (typeof call | Record<string, unknown>)[]): string {
  const engine = faultEngine(parseFaultPlan(`faults: [{name: x, match: ${match}, before: {reset: true}}]`));
  return calls.map(each => engine.meet({ ...call, ...each } as typeof call)?.name ?? '-').join('');
}

test('a rule meets by service, method, type, path and principal, in any letter case', () => {
  const one = [call];
  assert.equal(met('{}', one), 'x');
  assert.equal(met('{service: entra}', one), '-');
  assert.equal(met('{method: [GET, PUT]}', one), 'x');
  assert.equal(met('{method: DELETE}', one), '-');
  assert.equal(met('{type: Microsoft.Insights/PrivateLinkScopes}', one), 'x');
  assert.equal(met('{type: Microsoft.Insights/privateLinkScopes/scopedResources}', one), '-');
  assert.equal(met('{path: "*/privatelinkscopes/*"}', one), 'x');
  assert.equal(met('{path: "*/privatelinkscopes"}', one), '-');
  assert.equal(met(`{principal: ${principal}}`, one), 'x');
  assert.equal(met(`{principal: ${principal}}`, [{ authorization: 'Bearer x' }, { authorization: null }]), '--');
  assert.equal(met('{type: Microsoft.Insights/privateLinkScopes}', [{ path: '/%zz' }]), '-');
});

test('nth and times count the calls that match', () => {
  const five = [call, call, { method: 'GET' }, call, call, call];
  assert.equal(met('{method: PUT, nth: 2}', five), '-x----');
  assert.equal(met('{method: PUT, nth: 2, times: 2}', five), '-x-x--');
  assert.equal(met('{method: PUT, times: 1}', five), 'x-----');
  assert.equal(met('{method: PUT}', five), 'xx-xxx');
});

test('the first rule that meets a call has it, and all that match it count it', () => {
  const plan =
    'faults: [{name: a, match: {nth: 2}, before: {reset: true}}, {name: b, match: {}, before: {reset: true}}]';
  const engine = faultEngine(parseFaultPlan(plan));
  assert.deepEqual(
    [1, 2, 3].map(() => engine.meet(call)?.name),
    ['b', 'a', 'b'],
  );
  assert.deepEqual(
    engine.report().map(({ name, matched, met: times }) => [name, matched, times]),
    [
      ['a', 3, 1],
      ['b', 3, 2],
    ],
  );
});
