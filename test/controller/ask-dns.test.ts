/**
 * Which questions are put to DNS servers, and what their answers make of RecordsResolving: on a resolver that a test
 * answers for, and on the model of the plant.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { askAll, isRight, keepCacheTimes } from '../../src/controller/ask-dns.ts';
import type { Pass } from '../../src/controller/world.ts';
import { PortError, waiting } from '../../src/domain/failures.ts';
import type { DnsFinding } from '../../src/domain/observed.ts';
import type { DnsAnswer, DnsServer } from '../../src/ports-dns.ts';
import { NOW } from '../model/plant.ts';
import { plantFloor } from '../model/plant-floor.ts';
import { KEY, lay } from '../model/scenario.ts';
import { settledScenario } from '../model/settled-scenario.ts';

const expected = Array.from({ length: 30 }, (_, index) => ({
  name: `n${index}.monitor.azure.com`,
  addresses: ['10.0.0.4'],
}));
const server: DnsServer = { name: 'coredns-abc', address: '10.0.0.53', port: 53 };

interface Asked {
  readonly over: 'UDP' | 'TCP';
  readonly name: string;
  readonly type: string;
}

/** What is asked of one server whose answers are these, and the findings. */
async function asking(answer: (asked: Asked) => DnsAnswer | undefined) {
  const asked: Asked[] = [];
  const by =
    (over: Asked['over']) =>
    async (_: DnsServer, name: string, type: 'A' | 'AAAA'): Promise<DnsAnswer> => {
      asked.push({ over, name, type });
      const given = answer({ over, name, type });
      if (given === undefined) throw new PortError(waiting('WrongAnswers', 'no answer', 1_000));
      return given;
    };
  const world = { resolver: { ask: by('UDP'), askOverTcp: by('TCP') }, clock: { now: () => NOW } };
  const pass = { world, signal: new AbortController().signal } as unknown as Pass;
  return { asked, findings: await askAll([server], expected, pass) };
}

const right = ({ type }: Asked): DnsAnswer => ({ rcode: 'NOERROR', addresses: type === 'A' ? ['10.0.0.4'] : [] });

suite('a server', () => {
  test('is asked for every name over UDP, A and AAAA, and for a sample of them over TCP', async () => {
    const { asked, findings } = await asking(right);
    const over = (way: Asked['over']) => asked.filter(one => one.over === way);
    assert.equal(over('UDP').length, 60);
    assert.equal(new Set(over('TCP').map(one => one.name)).size, 8);
    assert.equal(over('TCP').length, 16);
    assert.ok(findings.every(finding => isRight(finding, expected)));
  });

  test('that is silent is given up after the first questions', async () => {
    const { asked, findings } = await asking(() => undefined);
    assert.equal(asked.length, 8);
    assert.ok(findings.every(finding => finding.rcode === 'silent' && !isRight(finding, expected)));
  });

  test('that answers over UDP alone is found out', async () => {
    const { findings } = await asking(question => (question.over === 'UDP' ? right(question) : undefined));
    const wrong = findings.filter(finding => !isRight(finding, expected));
    assert.ok(wrong.length > 0 && wrong.every(finding => finding.transport === 'TCP'));
  });
});

suite('a wrong answer', () => {
  const finding = (cachedUntil: number, name = 'a'): DnsFinding => ({
    server: 'x',
    name,
    type: 'A',
    rcode: 'NOERROR',
    addresses: [],
    cachedUntil,
  });

  test('tells until when a cache may repeat it', async () => {
    const { findings } = await asking(() => ({ rcode: 'NXDOMAIN', addresses: [], ttlSeconds: 30 }));
    assert.equal(findings[0]?.cachedUntil, NOW + 30_000);
  });

  test('that is given anew each time does not put that moment off', () => {
    const again = keepCacheTimes([finding(200), finding(300, 'b')], [finding(100)]);
    assert.deepEqual(
      again.map(one => one.cachedUntil),
      [100, 300],
    );
  });
});

suite('a verify server', () => {
  test('that lacks the records is told as wrong after three minutes, and is not waited for when the object goes', async () => {
    const floor = plantFloor({ seed: 3, faults: [] });
    await lay(floor, settledScenario);
    floor.cluster.editSpec(KEY, spec => ({ ...spec, dns: { ...spec.dns, verifyServers: ['10.0.0.53'] } }));
    floor.start();
    const resolving = () =>
      floor.cluster.stored(KEY)?.status.conditions?.find(condition => condition.type === 'RecordsResolving');
    await floor.clock.runFor(120_000);
    assert.deepEqual([resolving()?.status, resolving()?.reason], ['False', 'Propagating']);
    await floor.clock.runFor(120_000);
    assert.deepEqual([resolving()?.status, resolving()?.reason], ['False', 'WrongAnswers']);
    assert.match(resolving()?.message ?? '', /; 10\.0\.0\.53: \S+ A -> NXDOMAIN; .*; these servers must/);
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(KEY) === undefined, 300_000);
  });
});
