import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { viewRecords } from '../../src/domain/endpoint.ts';
import { waiting } from '../../src/domain/failures.ts';
import {
  ABSENT,
  type DnsFinding,
  type Observed,
  present,
  type Resolution,
  SILENT,
  unread,
} from '../../src/domain/observed.ts';
import { outcomeOfError, type PathFinding } from '../../src/domain/path-proof.ts';
import { pathTargets } from '../../src/domain/path-targets.ts';
import { plan } from '../../src/domain/plan.ts';
import { recordsHash } from '../../src/domain/records.ts';
import type { StepName, Verdict } from '../../src/domain/steps.ts';
import * as plant from '../model/plant.ts';
import { blindFor } from './isolation-scenes.ts';

type Gate = 'None' | 'DNS' | 'TLS' | 'Query';

function verdictOf(name: StepName, over: Partial<Observed>, gate: Gate = 'Query'): Verdict | undefined {
  const object = plant.pms({ spec: { verification: { gate } } });
  const { steps } = plan(desire(object, plant.INSTALLATION), plant.fullAzure(object, over), plant.RULES);
  return steps.find(step => step.name === name)?.verdict;
}

const told = (verdict: Verdict | undefined): string =>
  verdict === undefined
    ? 'no step'
    : `${verdict.unknown ? 'Unknown' : verdict.state} ${verdict.reason}: ${verdict.message}`;

const api = 'api.monitor.azure.com';
const handler = 'global.handler.control.monitor.azure.com';
const fails = (subject: string, over: Partial<PathFinding>, seconds = 300) =>
  present(plant.path({ [subject]: { failedSince: plant.NOW - seconds * 1_000, ...over } }));
const viewOf = (linkedBy: readonly { linkId: string; scopeGuid?: string }[]): Observed['workspaces'] =>
  new Map([['workspace/law-plant-a', { reading: present(plant.workspace('law-plant-a', { linkedBy })) }]]);
const elsewhere = { linkId: `${plant.scope().id.replace('plant-a', 'other')}/scopedresources/x`, scopeGuid: 'theirs' };

const paths: readonly { name: string; over: Partial<Observed>; gate?: Gate; says: RegExp }[] = [
  {
    name: 'a path that holds',
    over: {},
    says: /^Ready PathProved: .*3 addresses.*law-plant-a answered through 10\.13\.1\.7; measured from pod pms-operator-0$/,
  },
  { name: 'no path yet', over: { path: ABSENT }, says: /^Waiting WaitingForStep/ },
  {
    name: 'a measurement without a token',
    over: { path: unread(waiting('AzureUnreachable', 'no token', 1_000)) },
    says: /^Unknown AzureUnreachable: no token$/,
  },
  {
    name: 'no address that answers',
    over: { path: blindFor(900) },
    says: /^Unknown NoVantage: no address of the private endpoint answers: .*no connection within 5 s.*and 1 more; measured from/,
  },
  {
    name: 'one address that does not',
    over: { path: fails(handler, { outcome: 'Unreachable', detail: 'no connection within 5 s' }) },
    says: /^Stalled PathBlocked: global\.handler\..* at 10\.13\.1\.14: no connection within 5 s; other addresses/,
  },
  {
    name: 'the same, since a moment',
    over: { path: fails(handler, { outcome: 'Unreachable' }, 20) },
    says: /^Waiting PathBlocked/,
  },
  {
    name: 'a foreign certificate',
    over: {
      path: fails(api, {
        outcome: 'Untrusted',
        detail: 'SELF_SIGNED_CERT_IN_CHAIN; the certificate was issued by CN=Proxy, O=Contoso',
      }),
    },
    says: /^Stalled ForeignCertificate: .*CN=Proxy, O=Contoso; HTTPS inspection\?/,
  },
  {
    name: 'a refusal as from the public side',
    over: { path: fails('law-plant-a', { outcome: 'Public', detail: '403 Nsp' }) },
    says: /^Stalled PublicPath: query of law-plant-a through 10\.13\.1\.7: 403 Nsp; the call left the private path/,
  },
  {
    name: 'a refusal by another scope',
    over: { path: fails('law-plant-a', { outcome: 'OtherScope', detail: '403 Pl' }) },
    says: /^Stalled OtherScope: .*a scope that does not hold the workspace/,
  },
  {
    name: 'an identity that may not query',
    over: { path: fails('law-plant-a', { outcome: 'Forbidden', detail: '403' }) },
    says: /^Stalled QueryForbidden: .*Log Analytics Reader/,
  },
  {
    name: 'an answer that says nothing',
    over: { path: present(plant.path({ 'law-plant-a': { outcome: 'Unclear', detail: '503 busy' } })) },
    says: /^Waiting QueryUnanswered: .*503 busy/,
  },
  {
    name: 'a workspace that names another scope alone',
    over: { workspaces: viewOf([elsewhere]) },
    says: /^Waiting LinkNotSeen: law-plant-a does not name plant-a among its scopes yet$/,
  },
  {
    name: 'a workspace that names ours by its GUID',
    over: {
      workspaces: viewOf([{ ...elsewhere, scopeGuid: 'OURS' }]),
      scope: { reading: present(plant.scope({ scopeGuid: 'ours' })) },
    },
    says: /^Ready PathProved/,
  },
  {
    name: 'another scope under gate DNS',
    over: { workspaces: viewOf([elsewhere]) },
    gate: 'DNS',
    says: /^Waiting LinkNotSeen/,
  },
  {
    name: 'a blind operator under gate DNS',
    over: { path: blindFor(900) },
    gate: 'DNS',
    says: /^Ready PathProved: the workspaces name plant-a among their scopes$/,
  },
  { name: 'anything under gate None', over: { path: blindFor(900) }, gate: 'None', says: /^no step$/ },
];

suite('PathVerified', () => {
  for (const { name, over, gate, says } of paths) {
    test(`of ${name} says so`, () => assert.match(told(verdictOf('PathVerified', over, gate)), says));
  }

  test('without a vantage does not hold Ready back, and every other failure does', () => {
    const readyWith = (path: Observed['path']) => {
      const steps = plan(
        desire(plant.pms(), plant.INSTALLATION),
        plant.fullAzure(plant.pms(), { path }),
        plant.RULES,
      ).steps;
      return steps.every(step => step.verdict.state === 'Ready');
    };
    assert.ok(readyWith(blindFor(900)));
    assert.ok(!readyWith(fails(api, { outcome: 'Untrusted' })));
  });
});

suite('the targets of a measurement', () => {
  const object = plant.pms({ spec: plant.twoWorkspaces('Retain') });
  const guids = [plant.GUID_A, plant.GUID_B];
  const seen = plant.fullAzure(object, {
    workspaces: plant.bothWorkspaces,
    links: plant.linkSights(),
    networkInterface: present(plant.networkInterface([...guids, 'cccc0ed9-0000-4000-8000-2c3dab8054b9'])),
  });
  const targets = (gate: Gate) => {
    const want = desire({ ...object, spec: { ...object.spec, verification: { gate } } }, plant.INSTALLATION);
    return pathTargets(want, seen, viewRecords(want, seen, plant.RULES));
  };

  test('are api, the handler and our workspaces’ ingestion, each address once', () => {
    const { tls, queries } = targets('TLS');
    assert.deepEqual(
      tls.map(({ name, address, of }) => [name, address, of.length]).sort(),
      [
        [`${plant.GUID_A}.ods.opinsights.azure.com`, '10.13.1.5', 2],
        [api, '10.13.1.7', 0],
        [handler, '10.13.1.14', 0],
      ].sort(),
    );
    assert.deepEqual(queries, []);
  });

  test('are also a query of each workspace through the address of api', () => {
    assert.deepEqual(targets('Query').queries, [
      { key: 'workspace/law-plant-a', workspace: 'law-plant-a', customerId: plant.GUID_A, address: '10.13.1.7' },
      { key: 'workspace/law-plant-b', workspace: 'law-plant-b', customerId: plant.GUID_B, address: '10.13.1.7' },
    ]);
  });
});

suite('the error of a connection', () => {
  const coded = (code: string) => Object.assign(new Error('went wrong'), { code });
  for (const [code, outcome] of [
    ['ECONNREFUSED', 'Unreachable'],
    ['EHOSTUNREACH', 'Unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'Unreachable'],
    ['ECONNRESET', 'Broken'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'Untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'Untrusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Untrusted'],
    ['CERT_HAS_EXPIRED', 'Untrusted'],
  ] as const) {
    test(`${code} means ${outcome}`, () => {
      assert.deepEqual(outcomeOfError(coded(code)), { outcome, detail: `${code} went wrong` });
      assert.equal(outcomeOfError(new Error('outer', { cause: coded(code) })).outcome, outcome);
    });
  }
});

const finding = (over: Partial<DnsFinding> = {}): DnsFinding => ({
  server: 'coredns-abc',
  name: api,
  type: 'A',
  rcode: 'NOERROR',
  addresses: ['20.1.1.1'],
  ...over,
});
const answered = (wrong: readonly DnsFinding[], over: Partial<Resolution> = {}): Partial<Observed> => ({
  resolution: present({
    recordsHash: recordsHash(plant.lines()),
    servers: ['coredns-abc', '10.0.0.53'],
    questions: 40,
    wrong,
    askedAt: plant.NOW,
    wrongSince: plant.NOW - 181_000,
    ...over,
  }),
});
const quiet = finding({ rcode: SILENT, addresses: [], detail: 'no answer' });

const resolutions: readonly { name: string; over: Partial<Observed>; says: RegExp }[] = [
  {
    name: 'wrong for less than three minutes are on their way',
    over: answered([finding()], { wrongSince: plant.NOW - 179_000 }),
    says: /^Waiting Propagating: 39\/40 answers; coredns-abc: api\.monitor\.azure\.com A -> 20\.1\.1\.1 \(public\)$/,
  },
  {
    name: 'wrong for longer are told as wrong',
    over: answered([finding()]),
    says: /^Stalled WrongAnswers: 39\/40 answers; coredns-abc: .*\(public\); these servers must/,
  },
  {
    name: 'that a cache may still hold are waited for',
    over: answered([finding({ cachedUntil: plant.NOW + 1 })]),
    says: /^Waiting Propagating/,
  },
  {
    name: 'that no cache can hold any more are wrong beside others',
    over: answered([
      finding({ cachedUntil: plant.NOW + 1 }),
      finding({ type: 'AAAA', addresses: ['2603::1'], cachedUntil: plant.NOW }),
    ]),
    says: /^Stalled WrongAnswers: 38\/40 answers; coredns-abc: \S+ AAAA -> 2603::1 \(public\); these/,
  },
  {
    name: 'of another private endpoint are wrong without being public',
    over: answered([finding({ addresses: ['10.99.0.4'] })]),
    says: /A -> 10\.99\.0\.4; these/,
  },
  { name: 'over TCP are told as such', over: answered([finding({ transport: 'TCP' })]), says: /A over TCP -> 20/ },
  {
    name: 'that never come leave the matter unknown',
    over: answered([quiet]),
    says: /^Unknown NoDnsAnswer: 39\/40 answers; coredns-abc: .* -> no answer; let the operator reach/,
  },
  {
    name: 'that never come do not hide wrong ones',
    over: answered([quiet, finding()]),
    says: /^Stalled WrongAnswers: 38\/40/,
  },
];

suite('RecordsResolving: answers', () => {
  for (const { name, over, says } of resolutions) {
    test(name, () => assert.match(told(verdictOf('RecordsResolving', over)), says));
  }
});
