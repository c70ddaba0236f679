/**
 * Both kinds of target that write a server block, killed between any two of their writes.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PublishedLine } from '../../src/domain/merge.ts';
import { API, type BlockScene, blockScene, COREDNS, CUSTOM, claim, ODS, withCorefile } from './block-scene.ts';
import { AKS } from './corefiles.ts';

const { signal } = new AbortController();
const OWNERS = ['plant/a', 'plant/b'] as const;
type Kind = 'corefile' | 'custom';

interface Step {
  readonly owner: (typeof OWNERS)[number];
  readonly records: Readonly<Record<string, string>>;
  /** Which of its writes is the one that does not happen. */
  readonly killedAt: number | undefined;
  /** Whether the next process hears of the ConfigMap before the next object's pass. */
  readonly repaired: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  owner: fc.constantFrom(...OWNERS),
  records: fc.dictionary(fc.constantFrom(API, ODS, `y.${ODS}`), fc.constantFrom('10.1.2.4', '10.1.2.5')),
  killedAt: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  repaired: fc.boolean(),
});

const blockIn = (scene: BlockScene, kind: Kind): string =>
  (kind === 'corefile' ? scene.key(COREDNS, 'Corefile') : scene.key(CUSTOM, 'pms.server')) ?? '';

/** Each step in a process of its own. */
async function take({ owner, records, killedAt, repaired }: Step, scene: BlockScene, kind: Kind): Promise<void> {
  const target = scene[kind]();
  let applies = 0;
  scene.store.beforeApply = () => {
    if (++applies === killedAt) throw new Error('killed');
  };
  await target.publish(claim(owner, records), signal).catch(() => undefined);
  scene.store.beforeApply = () => {};
  for (const { name } of (await target.read(signal)).lines)
    assert.ok(blockIn(scene, kind).includes(`${name}:53`), name);
  if (repaired) await scene[kind]().repair(signal);
}

type Wanted = ReadonlyMap<string, Step['records']>;

/** Every object's last word, as far as the others leave it the name. */
function assertSettled(lines: readonly PublishedLine[], wanted: Wanted): void {
  const missing = new Set([...wanted.values()].flatMap(records => Object.keys(records)));
  for (const { name, addresses, owners } of lines) {
    for (const owner of owners) assert.equal(wanted.get(owner)?.[name], addresses[0], `${name} of ${owner}`);
    missing.delete(name);
  }
  // An object in conflict publishes no shared name.
  for (const name of missing) assert.equal(name, API);
}

describe('whatever happens between two writes', () => {
  for (const kind of ['corefile', 'custom'] as const) {
    it(`${kind}: what reads as published is in the block, and one more round of all objects settles it`, () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async steps => {
          const scene = blockScene();
          withCorefile(scene, AKS);
          for (const one of steps) await take(one, scene, kind);
          const wanted: Wanted = new Map(steps.map(({ owner, records }) => [owner, records]));
          const target = scene[kind]();
          // The second round gives a name to who waited for the other to leave it.
          for (const owner of [...OWNERS, ...OWNERS]) {
            await target.publish(claim(owner, wanted.get(owner) ?? {}), signal);
          }
          const { lines } = await target.read(signal);
          assertSettled(lines, wanted);
          const keys = lines.map(line => `${line.name}:53`).join(' ');
          const text = blockIn(scene, kind);
          assert.ok(lines.length === 0 ? !text.includes('azure.com:53') : text.includes(`\n${keys} {\n`), text);
        }),
        { numRuns: 200 },
      ));
  }
});
