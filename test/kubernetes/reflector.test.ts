import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../env/eventually.ts';
import { type Answer, closedWatch, json, list, resetWatch, status, watch } from './fake-api-server.ts';
import { event, reflected, thing } from './reflected.ts';

const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
const internal = { kind: 'Status', code: 500, reason: 'InternalError', message: 'decoding failed' };
const bookmark = (resourceVersion: string) => event('BOOKMARK', { metadata: { resourceVersion } });

test('what is listed and watched is in the cache, and each change is told', async t => {
  const { things, changes, reflector, server } = await reflected(t, {
    plan({ script }) {
      script('list', list('10', [thing('a', 3, 'one'), thing('b', 4, 'two')]));
      const events = [
        event('ADDED', thing('c', 11, 'three')),
        event('MODIFIED', thing('a', 12, 'changed')),
        event('DELETED', thing('b', 13, 'two')),
      ];
      script('watch', watch(...events));
    },
  });
  await reflector.hasSynced;
  await eventually('the watch is read', () => changes.length === 5);
  assert.deepEqual(things(), ['a=changed', 'c=three']);
  assert.deepEqual(changes, [
    'listed default/a',
    'listed default/b',
    'added default/c',
    'changed default/a',
    'deleted default/b',
  ]);
  const [listed] = server.lists();
  assert.deepEqual(listed?.query, { labelSelector: 'kind=thing', limit: '500' });
  const [watched] = server.watches();
  const { timeoutSeconds, ...query } = watched?.query ?? {};
  assert.deepEqual(query, {
    labelSelector: 'kind=thing',
    watch: 'true',
    resourceVersion: '10',
    allowWatchBookmarks: 'true',
  });
  assert.ok(Number(timeoutSeconds) >= 300 && Number(timeoutSeconds) <= 600, timeoutSeconds);
});

test('a long list comes in pages, and starts again without pages when they expire', async t => {
  const { things, reflector, server } = await reflected(t, {
    plan({ script }) {
      const pages = [list('10', [thing('a', 1)], 'page-2'), list('10', [thing('b', 2)], 'page-3')];
      script('list', ...pages, status(410, 'Expired'), list('20', [thing('c', 15)]));
      script('watch', watch());
    },
  });
  await reflector.hasSynced;
  const asked = server.lists().map(({ query }) => [query.limit, query.continue]);
  assert.deepEqual(asked, [
    ['500', undefined],
    ['500', 'page-2'],
    ['500', 'page-3'],
    [undefined, undefined],
  ]);
  assert.deepEqual(things(), ['c=']);
});

/** After the first watch ended so, everything is listed again; the second list has `b` and lacks `a`. */
const relisted: readonly { readonly how: string; readonly first: Answer }[] = [
  { how: 'refused with 410', first: status(410, 'Expired') },
  { how: 'ended by an ERROR event 410', first: watch(event('ERROR', gone)) },
  { how: 'ended by an ERROR event 500', first: watch(event('ERROR', internal)) },
  { how: 'refused with 400', first: status(400, 'BadRequest') },
  { how: 'told an object without a version', first: watch(event('ADDED', { metadata: { name: 'x' } })) },
  {
    how: 'refused because the server went back in history',
    first: json(504, { kind: 'Status', code: 504, details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } }),
  },
];
for (const { how, first } of relisted) {
  test(`a watch ${how} is followed by a list, after a pause`, async t => {
    const { things, changes, clock, server } = await reflected(t, {
      plan({ script }) {
        script('list', list('10', [thing('a', 1)]), list('30', [thing('b', 22)]));
        script('watch', first, watch());
      },
    });
    assert.equal(await clock.passPause(), 1_200);
    await eventually('the second watch is open', () => server.watches().length === 2);
    assert.equal(server.watches()[1]?.query.resourceVersion, '30');
    assert.deepEqual(things(), ['b=']);
    assert.deepEqual(changes, ['listed default/a', 'deleted default/a', 'added default/b']);
  });
}

/** After the first watch ended so, the next goes on where it was. */
const resumed: readonly {
  readonly how: string;
  readonly first: Answer;
  readonly from: string;
  readonly pause?: number;
}[] = [
  { how: 'refused with 429', first: status(429, 'TooManyRequests', { 'retry-after': '7' }), from: '10', pause: 7_000 },
  { how: 'refused with 503', first: status(503, 'ServiceUnavailable'), from: '10' },
  {
    how: 'refused with 500 by something else',
    first: (_, response) => void response.writeHead(500).end('oops'),
    from: '10',
  },
  { how: 'refused with 401', first: status(401, 'Unauthorized'), from: '10' },
  {
    how: 'that was reset in the middle of a line',
    first: resetWatch(event('ADDED', thing('b', 12)), '{"type":"ADD'),
    from: '12',
  },
  {
    how: 'that ended in the middle of a line',
    first: closedWatch(event('ADDED', thing('b', 12)), '{"type":"ADD'),
    from: '12',
  },
  { how: 'that sent rubbish', first: watch(event('ADDED', thing('b', 12)), 'rubbish\n'), from: '12' },
  { how: 'that ended after a bookmark', first: closedWatch(bookmark('17')), from: '17' },
  { how: 'whose connection broke at once', first: (_, response) => void response.destroy(), from: '10' },
];
for (const { how, first, from, pause = 1_200 } of resumed) {
  test(`a watch ${how} is followed by one from ${from}`, async t => {
    const { things, clock, server } = await reflected(t, {
      plan({ script }) {
        script('list', list('10', [thing('a', 1)]));
        script('watch', first, watch(event('ADDED', thing('c', 20))));
      },
    });
    assert.equal(await clock.passPause(), pause);
    await eventually('the next watch is read', () => things().includes('c='));
    assert.equal(server.watches()[1]?.query.resourceVersion, from);
    assert.equal(server.lists().length, 1);
  });
}

test('a server that is too busy for a list, or breaks a watch off for that, is asked again when it said so', async t => {
  const busy = { kind: 'Status', code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 9 } };
  const { clock, server, things } = await reflected(t, {
    plan({ script }) {
      script('list', status(429, 'TooManyRequests', { 'retry-after': '11' }), list('10', [thing('a', 1)]));
      script('watch', watch(event('ERROR', busy)), watch(event('ADDED', thing('b', 12))));
    },
  });
  assert.equal(await clock.passPause(), 11_000);
  await eventually('the list is taken', () => things().length === 1);
  assert.equal(await clock.passPause(), 9_000);
  await eventually('the next watch is read', () => things().length === 2);
  assert.equal(server.lists().length, 2);
  assert.equal(server.watches()[1]?.query.resourceVersion, '10');
});

test('a half-open watch is given up a little after its end, and nothing is lost', async t => {
  const { things, clock, server } = await reflected(t, {
    plan({ script }) {
      script('list', list('10', []));
      script('watch', watch(event('ADDED', thing('a', 11))), watch(event('ADDED', thing('b', 12))));
    },
  });
  await eventually('the watch is read', () => things().length === 1);
  const seconds = Number(server.watches()[0]?.query.timeoutSeconds);
  clock.advance(seconds * 1_000);
  assert.deepEqual(clock.waits(), [(seconds + 30) * 1_000]);
  clock.advance(30_000);
  await clock.passPause();
  await eventually('the next watch is read', () => things().length === 2);
  assert.equal(server.watches()[1]?.query.resourceVersion, '11');
});

test('a watch that lived long and ended in good order is followed by the next at once', async t => {
  const ends: (() => void)[] = [];
  const { clock, server, things } = await reflected(t, {
    plan({ script }) {
      script('list', list('10', []));
      script('watch', (request, response) => {
        watch(event('ADDED', thing('a', 11)))(request, response);
        ends.push(() => response.end());
      });
    },
  });
  await eventually('the watch is read', () => things().length === 1);
  clock.advance(300_000);
  ends[0]?.();
  await eventually('the next watch is open', () => server.watches().length === 2);
});

test('a server that closes every watch at once is asked less and less, and never given up', async t => {
  const { clock, server } = await reflected(t, {
    plan({ script }) {
      script('list', list('10', []));
      script('watch', closedWatch());
    },
  });
  const pauses: number[] = [];
  for (let passed = 0; passed < 600_000; passed += pauses.at(-1) ?? 0) pauses.push(await clock.passPause());
  assert.deepEqual(pauses.slice(0, 6), [1_200, 2_400, 4_800, 9_600, 19_200, 22_500]);
  assert.ok(server.watches().length <= 32, `${server.watches().length} watches in 10 minutes`);
  assert.equal(server.lists().length, 1);
});

test('the pause is short again after two quiet minutes', async t => {
  const ends: (() => void)[] = [];
  const { clock, server } = await reflected(t, {
    plan({ script }) {
      script('list', list('10', []));
      script('watch', closedWatch(), closedWatch(), (request, response) => {
        watch()(request, response);
        ends.push(() => response.destroy());
      });
    },
  });
  assert.deepEqual([await clock.passPause(), await clock.passPause()], [1_200, 2_400]);
  await eventually('the third watch is open', () => ends.length === 1 && clock.waits().length === 1);
  clock.advance(130_000);
  ends[0]?.();
  assert.equal(await clock.passPause(), 1_200);
  await eventually('the fourth watch is open', () => server.watches().length === 4);
});
