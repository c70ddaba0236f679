/**
 * What the answers of DNS servers come to, by how long they have been wrong, what a cache may still hold, and silence.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { type DnsFinding, type Observed, present, SILENT } from '../../src/domain/observed.ts';
import { resolving } from '../../src/domain/publishing.ts';
import { recordsHash } from '../../src/domain/records.ts';
import * as plant from '../model/plant.ts';

const MINUTE_MS = 60_000;
const lines = plant.lines();
const want = desire(plant.pms(), plant.INSTALLATION);

const isPublic: DnsFinding = {
  server: 'coredns-abc (10.1.0.7)',
  name: 'api.monitor.azure.com',
  type: 'A',
  rcode: 'NOERROR',
  addresses: ['20.43.70.1'],
};
const silent: DnsFinding = { ...isPublic, rcode: SILENT, addresses: [], detail: 'no answer to our question' };
const inMinutes = (minutes: number): number => plant.NOW + minutes * MINUTE_MS;
const cached = (minutes: number): DnsFinding => ({ ...isPublic, cachedUntil: inMinutes(minutes) });

const judge = (forMinutes: number, ...wrong: readonly DnsFinding[]) => {
  const body = {
    recordsHash: recordsHash(lines),
    servers: ['coredns-abc (10.1.0.7)'],
    questions: 40,
    wrong,
    askedAt: plant.NOW,
    wrongSince: inMinutes(-forMinutes),
  };
  const seen: Observed = plant.fullAzure(plant.pms(), { resolution: present(body) });
  const { state, reason, unknown = false, message } = resolving(want, seen);
  return { told: [state, reason, unknown], message };
};

const cases = [
  { name: 'a wrong answer is on its way for three minutes', minutes: 2, wrong: [isPublic], is: 'on its way' },
  { name: 'then it is wrong', minutes: 3, wrong: [isPublic], is: 'wrong' },
  { name: 'one that a cache may still hold is waited out', minutes: 20, wrong: [cached(1)], is: 'on its way' },
  { name: 'and is wrong when its time to live is over', minutes: 20, wrong: [cached(-1)], is: 'wrong' },
  { name: 'a cache excuses nobody else', minutes: 20, wrong: [cached(1), isPublic], is: 'wrong' },
  { name: 'a server that is silent is unknown from the first', minutes: 0, wrong: [silent], is: 'maybe on its way' },
  { name: 'and stays unknown', minutes: 20, wrong: [silent], is: 'silent' },
  { name: 'silence beside a wrong answer is no excuse for it', minutes: 20, wrong: [silent, isPublic], is: 'wrong' },
] as const;

const VERDICTS = {
  'on its way': ['Waiting', 'Propagating', false],
  'maybe on its way': ['Waiting', 'Propagating', true],
  wrong: ['Stalled', 'WrongAnswers', false],
  silent: ['Stalled', 'NoDnsAnswer', true],
} as const;

for (const { name, minutes, wrong, is } of cases) {
  test(name, () => assert.deepEqual(judge(minutes, ...wrong).told, VERDICTS[is]));
}

test('the message counts the right answers and names server, name and the public address of a wrong one', () => {
  assert.equal(
    judge(2, isPublic, silent).message,
    '38/40 answers; coredns-abc (10.1.0.7): api.monitor.azure.com A -> 20.43.70.1 (public); coredns-abc (10.1.0.7): api.monitor.azure.com A -> no answer to our question',
  );
});
