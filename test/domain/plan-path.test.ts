/**
 * Golden plans of what a measurement of the private path says: each way in which it can fail while a closing waits for it,
 * and what the public side says once something is closed.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { type Observed, present } from '../../src/domain/observed.ts';
import type { PathFinding } from '../../src/domain/path-proof.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import type { PublicFinding } from '../../src/domain/public-proof.ts';
import * as plant from '../model/plant.ts';
import { confirmedClosed, isolated, shut } from './isolation-scenes.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/path/${name.replaceAll(' ', '-')}.txt`, import.meta.url).pathname;
const object = isolated();

/** Everything is there and open, and these findings have failed for ten minutes. */
const failing = (over: Readonly<Record<string, Partial<PathFinding>>>): Observed => {
  const since = { failedSince: plant.NOW - 600_000 };
  const path = plant.path(Object.fromEntries(Object.entries(over).map(([at, one]) => [at, { ...one, ...since }])));
  return plant.fullAzure(object, { path: present(path) });
};

const answered = (finding: Omit<PublicFinding, 'key'>): Observed => {
  const findings = [{ key: 'workspace/law-plant-a', ...finding }];
  return shut(object, confirmedClosed, { publicSide: { asked: 'asked', measuredAt: plant.NOW, findings } });
};

const cases: Readonly<Record<string, Observed>> = {
  'no address connects': failing({ '*': { outcome: 'Unreachable', detail: 'no connection within 5 s' } }),
  'something between breaks the connection': failing({ '*': { outcome: 'Broken', detail: 'ECONNRESET' } }),
  'a foreign certificate': failing({
    'api.monitor.azure.com': { outcome: 'Untrusted', detail: 'certificate issued by Proxy CA of Example Ltd' },
  }),
  'refused as a public caller': failing({
    'law-plant-a': { outcome: 'Public', detail: '403 NspValidationFailedError' },
  }),
  'answered by another scope': failing({
    'law-plant-a': { outcome: 'OtherScope', detail: '403 PrivateLinkValidationFailedError' },
  }),
  'may not query': failing({ 'law-plant-a': { outcome: 'Forbidden', detail: '403 InsufficientAccessError' } }),
  'no clear answer': failing({ 'law-plant-a': { outcome: 'Unclear', detail: '503 ServiceUnavailable' } }),
  'the public side is refused': answered({ is: 'Refused' }),
  'the public side is not known': answered({ is: 'Unknown', detail: 'no answer of the proxy within 10 s' }),
  'the public side was answered a moment ago': answered({ is: 'Answered', answeredSince: plant.NOW - 60_000 }),
  'the public side is answered': answered({ is: 'Answered', answeredSince: plant.NOW - 600_000 }),
};

suite('the plan by what the path says', () => {
  for (const [name, seen] of Object.entries(cases)) {
    test(name, t => {
      t.assert.fileSnapshot(
        planText(plan(desire(object, plant.INSTALLATION), seen, plant.RULES)),
        golden(name),
        textSerializer,
      );
    });
  }

  test('nothing is closed while any of them fails', () => {
    for (const [name, seen] of Object.entries(cases).slice(0, 7)) {
      const { steps } = plan(desire(object, plant.INSTALLATION), seen, plant.RULES);
      const verbs = steps.flatMap(({ verdict }) => verdict.actions.map(({ verb }) => verb));
      assert.deepEqual(verbs, [], name);
    }
  });
});
