/**
 * Property: whatever happens to the processes, to their clocks and to the network, no two of them may write at one
 * moment, and when it has ended one of them leads.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../../model/property-runs.ts';
import { randomness } from '../../model/randomness.ts';
import { steppingClock } from '../../model/stepping-clock.ts';
import { type Candidate, candidate, leaseStore } from './candidates.ts';

const COPIES = 3;
const TROUBLE_MS = 180_000;
/** A lease of 15 s that nobody renews, a try in 2 s, requests that take their time. */
const CALM_MS = 40_000;

interface Trouble {
  readonly atMs: number;
  readonly who: number;
  readonly what: 'stop' | 'cut' | 'kill' | 'terminate' | 'wall';
  readonly forMs: number;
}

const trouble: fc.Arbitrary<Trouble> = fc.record({
  atMs: fc.integer({ min: 0, max: TROUBLE_MS }),
  who: fc.integer({ min: 0, max: COPIES - 1 }),
  what: fc.constantFrom('stop', 'cut', 'kill', 'terminate', 'wall'),
  forMs: fc.integer({ min: 1, max: 40_000 }),
});

test('of three copies never two may write, and in the end one leads', async () => {
  let terms = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(trouble, { maxLength: 12 }), fc.nat(), async (troubles, seed) => {
      const clock = steppingClock();
      const store = leaseStore();
      const random = randomness(seed);
      let serial = 0;
      const copies: Candidate[] = [];
      const writers = () => copies.filter(copy => !copy.isStopped() && copy.lease.guard() === undefined);
      const judge = () => {
        const may = writers().map(({ name }) => name);
        assert.ok(may.length <= 1, `${may} may write at ${clock.now()}`);
      };
      const start = () => candidate({ name: `copy-${++serial}`, clock, store, random, delayMs: 1_000, onWake: judge });
      copies.push(...Array.from({ length: COPIES }, start));
      const act = ({ who, what, forMs }: Trouble) => {
        const copy = copies[who] as Candidate;
        if (what === 'stop') copy.stop(forMs);
        if (what === 'kill') copy.stop();
        if (what === 'cut') copy.cut(forMs);
        if (what === 'terminate') void copy.release();
        if (what === 'wall') copy.setWall((forMs - 20_000) * 200);
      };
      for (const event of troubles) clock.after(event.atMs, () => act(event));
      for (let passed = 0; passed < TROUBLE_MS + CALM_MS; passed += 250) {
        await clock.runFor(250);
        judge();
        // What has ended is started again, as a Deployment does.
        for (const [index, copy] of copies.entries()) if (copy.hasEnded()) copies[index] = start();
      }
      assert.equal(writers().length, 1, 'one leads in the end');
      terms += serial - COPIES;
    }),
    propertyRuns(60),
  );
  assert.ok(terms > 60, `only ${terms} copies ended in all runs`);
});
