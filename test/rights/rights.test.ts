/**
 * The judgement on rights itself: what it must complain of is planted in records of an API server as they are.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AuditEvent } from '../env/audit-log.ts';
import { checkRights } from './check-kept.ts';
import type { Manifest } from './grants.ts';
import { type Installation, type Judgement, judge } from './judge.ts';

const account = { namespace: 'pms', name: 'pms-operator' };
const username = 'system:serviceaccount:pms:pms-operator';
const group = 'rbac.authorization.k8s.io';

const role = (...verbs: readonly string[]): Manifest => ({
  kind: 'Role',
  metadata: { namespace: 'pms', name: 'records' },
  rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['pms-records'], verbs }],
});
const binding = (subject: Manifest = { kind: 'ServiceAccount', ...account }): Manifest => ({
  kind: 'RoleBinding',
  metadata: { namespace: 'pms', name: 'records' },
  roleRef: { kind: 'Role', name: 'records' },
  subjects: [subject],
});

const written = (object: Manifest, verb = 'patch'): AuditEvent => ({
  stage: 'ResponseComplete',
  verb,
  requestURI: '/',
  user: { username: 'admin' },
  objectRef: { apiGroup: group, resource: `${object.kind.toLowerCase()}s`, ...object.metadata },
  responseStatus: { code: 200 },
  responseObject: verb === 'delete' ? { kind: 'Status' } : object,
  requestReceivedTimestamp: '2026-11-25T10:00:00.000000Z',
});

function call(
  verb: string,
  more: Partial<AuditEvent> & { readonly name?: string; readonly code?: number } = {},
): AuditEvent {
  const { name = 'pms-records', code = 200, ...rest } = more;
  return {
    stage: 'ResponseComplete',
    verb,
    requestURI: `/api/v1/namespaces/pms/configmaps/${name}`,
    userAgent: 'private-monitoring-scope/1.2.3',
    user: { username },
    objectRef: { resource: 'configmaps', namespace: 'pms', name },
    responseStatus: { code },
    annotations: { 'authorization.k8s.io/decision': code === 403 ? 'forbid' : 'allow' },
    requestReceivedTimestamp: '2026-11-25T10:00:01.000000Z',
    ...rest,
  };
}

const shipped = [role('get', 'patch'), binding()];
const IN_FORCE = shipped.map(object => written(object));
const judged = (events: readonly AuditEvent[], more: Partial<Installation> = {}): Judgement =>
  judge({ account, shipped, events: [...IN_FORCE, ...events], planted: [], starts: [], ...more });
const GET = 'get configmaps pms/pms-records (records)';
const PATCH = 'patch configmaps pms/pms-records (records)';

suite('an installation', () => {
  test('has the rights of the roles that were written, and used those that its calls needed', () => {
    const { calls, granted, used, refused, notShipped } = judged([call('get')]);
    assert.deepEqual({ calls, granted, used }, { calls: 1, granted: [GET, PATCH], used: [GET] });
    assert.deepEqual([refused, notShipped], [[], []]);
  });

  test('needs create for what a patch made', () => {
    const all = [role('patch', 'create'), binding()];
    const events = [...all.map(object => written(object)), call('patch', { code: 201 })];
    assert.deepEqual(judge({ account, shipped: all, events, planted: [], starts: [] }).used, [
      'create configmaps pms/pms-records (records)',
      PATCH,
    ]);
  });

  test('has used no right for another name, by a refused call, or by the call of a test', () => {
    const events = [
      call('get', { name: 'others' }),
      call('get', { code: 403 }),
      call('get', { userAgent: 'pms-test' }),
      call('get', { user: { username: 'admin' } }),
    ];
    assert.deepEqual(judged(events).used, []);
  });

  test('has used the right to watch by a watch that has not ended', () => {
    const all = [role('watch'), binding()];
    const events = [...all.map(object => written(object)), call('watch', { stage: 'ResponseStarted' })];
    const { calls, used } = judge({ account, shipped: all, events, planted: [], starts: [] });
    assert.deepEqual([calls, used], [0, ['watch configmaps pms/pms-records (records)']]);
  });

  test('is told each call that was refused, and that its token was', () => {
    const events = [
      call('delete', { code: 403 }),
      call('get', { code: 401, user: { username: '' }, annotations: {} }),
      // Admission refuses with 403 too: a right was there.
      call('patch', { code: 403, annotations: { 'authorization.k8s.io/decision': 'allow' } }),
    ];
    assert.deepEqual(judged(events).refused, ['delete configmaps pms/pms-records', 'get configmaps pms/pms-records']);
  });

  test('is not told a refusal that the story wants, and is told one that it wanted and did not get', () => {
    const planted = [
      { calls: /^delete configmaps /, why: 'nobody may delete' },
      { calls: /^list secrets/, why: 'nobody may see secrets' },
    ];
    const found = judged([call('delete', { code: 403 })], { planted });
    assert.deepEqual([found.refused, found.planted, found.unmet], [[], 1, ['nobody may see secrets']]);
  });

  test('is not told what an API server refused while it was starting again', () => {
    const from = Date.parse('2026-11-25T10:00:00.500Z');
    const refused = [call('get', { code: 403 })];
    assert.deepEqual(judged(refused, { starts: [{ from, until: from + 1_000 }] }).refused, []);
    assert.equal(judged(refused, { starts: [{ from, until: from + 100 }] }).refused.length, 1);
  });

  test('is told a role that is not as shipped, also one that reaches it by a group', () => {
    assert.deepEqual(judged([written(role('get', 'patch', 'delete'))]).notShipped, ['Role pms records']);
    const own = { ...role('get'), metadata: { namespace: 'pms', name: 'more' } };
    const open = {
      ...binding({ kind: 'Group', name: 'system:serviceaccounts' }),
      roleRef: { kind: 'Role', name: 'more' },
    };
    const named = { ...open, metadata: { namespace: 'pms', name: 'more' } };
    assert.deepEqual(judged([written(own), written(named)]).notShipped, ['Role pms more']);
  });

  test('has no right of a binding that was deleted', () => {
    assert.deepEqual(judged([written(binding(), 'delete')]).granted, []);
  });
});

suite('the whole run', () => {
  const kept = (more: Partial<Judgement>) => ({ ...judged([call('get')]), file: 'test/e2e/some.test.ts', ...more });

  test('is right when each right was used somewhere and nothing was refused; the counts are told', () => {
    const two = [kept({}), kept({ used: [PATCH], planted: 2 })];
    assert.equal(
      checkRights(two, undefined),
      '2 calls of 2 installations, 0 refused, 2 on purpose, 2 of 2 rights used',
    );
  });

  test('is wrong with a right that was never used; a part of the run is not, and says why', () => {
    assert.throws(() => checkRights([kept({})], undefined), /1 of 2 rights used\n {2}never used: patch configmaps pms/);
    assert.match(
      checkRights([kept({})], 'only some test files ran'),
      /1 of 2 rights used, not judged: only some test files ran$/,
    );
  });

  for (const { name, found, told } of [
    { name: 'a refused call', found: { refused: ['list secrets'] }, told: /some\.test\.ts: refused: list secrets$/ },
    {
      name: 'a refusal that did not come',
      found: { unmet: ['no role'] },
      told: /was to be refused and was not: no role$/,
    },
    { name: 'a role of its own', found: { notShipped: ['Role pms x'] }, told: /does not render so: Role pms x$/ },
  ]) {
    test(`is wrong with ${name}, also in a part of it`, () => {
      assert.throws(() => checkRights([kept(found)], 'only some test files ran'), told);
    });
  }

  test('is wrong when nothing ran', () => {
    assert.throws(() => checkRights([], undefined), /no installation ran/);
    assert.match(checkRights([], 'only some test files ran'), /^0 calls of 0 installations/);
  });
});
