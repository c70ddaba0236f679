import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../env/eventually.ts';
import { list, status, watch } from './fake-api-server.ts';
import { event, reflected, thing } from './reflected.ts';

test('a list that fails is asked again until it succeeds; nothing is synced before', async t => {
  const { clock, reflector, things } = await reflected(t, {
    plan({ script }) {
      const breaks = (_: unknown, response: { destroy(): void }) => response.destroy();
      script('list', status(500, 'InternalError'), breaks, status(404, 'NotFound'), list('10', [thing('a', 1)]));
      script('watch', watch());
    },
  });
  let synced = false;
  const sync = reflector.hasSynced.then(() => {
    synced = true;
  });
  for (const pause of [1_200, 2_400, 4_800]) {
    assert.equal(synced, false);
    assert.equal(await clock.passPause(), pause);
  }
  await sync;
  assert.deepEqual(things(), ['a=']);
});

test('a server that takes a list and never answers is left after 30 s', async t => {
  const { clock, reflector, server } = await reflected(t, {
    plan({ script }) {
      script('list', () => {}, list('10', []));
      script('watch', watch());
    },
  });
  await eventually('the list is asked for', () => server.lists().length === 1 && clock.waits().length === 1);
  clock.advance(30_000);
  await clock.passPause();
  await reflector.hasSynced;
});

test('a callback that throws breaks nothing: it is logged, others are told, and the watch goes on', async t => {
  const { things, changes, server, log } = await reflected(t, {
    plan({ script }) {
      script('list', list('10', [thing('a', 1)]));
      script('watch', watch(event('ADDED', thing('b', 11)), event('ADDED', thing('c', 12))));
    },
    onChange() {
      throw new Error('a faulty callback');
    },
  });
  await eventually('the watch is read', () => things().length === 3);
  assert.deepEqual(changes, ['listed default/a', 'added default/b', 'added default/c']);
  assert.equal(server.requests.length, 2);
  assert.equal(log.lines.filter(line => /a faulty callback/.test(String(line.fields.error))).length, 3);
});

test('an object that cannot be read counts as absent and harms no other', async t => {
  const { things, log } = await reflected(t, {
    plan({ script }) {
      const broken = { ...thing('b', 2), spec: {} };
      script('list', list('10', [thing('a', 1), broken, thing('c', 3)]));
      const events = [event('MODIFIED', { ...thing('c', 11), spec: {} }), event('ADDED', thing('d', 12))];
      script('watch', watch(...events));
    },
  });
  await eventually('the watch is read', () => things().includes('d='));
  assert.deepEqual(things(), ['a=', 'd=']);
  assert.equal(log.lines.filter(line => line.level === 'error').length, 2);
});

test('an object deleted and made again while nobody watched is told as both', async t => {
  const { changes, clock, things } = await reflected(t, {
    plan({ script }) {
      script('list', list('10', [thing('a', 1, 'old')]), list('20', [thing('a', 15, 'new', 'other-uid')]));
      script('watch', status(410, 'Expired'), watch());
    },
  });
  await clock.passPause();
  await eventually('the second list is taken', () => things().includes('a=new'));
  assert.deepEqual(changes, ['listed default/a', 'deleted default/a', 'added default/a']);
});

test('a list from an older history is believed', async t => {
  const { changes, clock, things } = await reflected(t, {
    plan({ script }) {
      script('list', list('100', [thing('a', 90, 'new'), thing('b', 95)]), list('50', [thing('a', 40, 'old')]));
      script('watch', status(410, 'Expired'), watch(event('MODIFIED', thing('a', 51, 'next'))));
    },
  });
  await clock.passPause();
  await eventually('the watch is read', () => things().includes('a=next'));
  assert.deepEqual(things(), ['a=next']);
  assert.deepEqual(changes.slice(2), ['deleted default/b', 'changed default/a', 'changed default/a']);
});

test('the signal ends it wherever it is, and no request follows', async t => {
  for (const where of ['listing', 'watching', 'pausing'] as const) {
    await t.test(where, async t => {
      const { server, clock, stop, running, log } = await reflected(t, {
        plan({ script }) {
          script('list', where === 'listing' ? () => {} : list('10', []));
          script('watch', where === 'pausing' ? status(503, 'ServiceUnavailable') : watch());
        },
      });
      const reached = { listing: [30_000], watching: [480_000], pausing: [1_200] }[where];
      await eventually('it is there', () => {
        assert.deepEqual(clock.waits(), reached);
        return server.requests.length === (where === 'listing' ? 1 : 2);
      });
      stop();
      await running;
      assert.equal(log.lines.length, where === 'pausing' ? 1 : 0);
      assert.deepEqual(clock.waits(), []);
      clock.advance(3_600_000);
      assert.equal(server.requests.length, where === 'listing' ? 1 : 2);
    });
  }
});

test('running it twice is a mistake that is said', async t => {
  const { reflector } = await reflected(t, { plan: ({ script }) => script('list', list('10', [])) });
  await assert.rejects(reflector.run(new AbortController().signal), /runs already/);
});
