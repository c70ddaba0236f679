/**
 * Two objects with a scope and an endpoint each that publish into one DNS target, on the model of the plant: whoever holds
 * the names that all scopes share keeps them, the other closes nothing, and takes over when they are free. For fast-check.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { desire } from '../../src/domain/desire.ts';
import { sameId } from '../../src/domain/names.ts';
import type { ObjectKey, PmsObject } from '../../src/domain/object.ts';
import { customerIdOf } from '../model/made-bodies.ts';
import { asCreated, INSTALLATION, pms, SUBNET } from '../model/plant.ts';
import { HUB_SUBNET } from '../model/plant-adoption.ts';
import { type Fault, type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { fault } from '../model/scenario.ts';

const HOUR_MS = 3_600_000;
const RESYNC_MS = 600_000 * 1.1;
const API = 'api.monitor.azure.com';

interface Rivalry {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly azureTroubles: number;
  /** Whether each of them asks for its workspace to be closed. */
  readonly closes: readonly [boolean, boolean];
  /** Milliseconds between the two. */
  readonly lagMs: number;
}

const rivalry: fc.Arbitrary<Rivalry> = fc.record({
  seed: fc.nat(),
  faults: fc.array(fault, { maxLength: 5 }),
  azureTroubles: fc.nat({ max: 4 }),
  closes: fc.tuple(fc.boolean(), fc.boolean()),
  lagMs: fc.nat({ max: 60_000 }),
});

const KEYS = [
  { namespace: 'plant', name: 'one' },
  { namespace: 'plant', name: 'two' },
] as const;

function objectOf({ closes }: Rivalry, index: 0 | 1): PmsObject {
  const { name } = KEYS[index];
  const isolation = closes[index] ? { isolation: { query: 'Disabled' as const } } : {};
  const object = pms({
    name,
    spec: {
      workspaces: [{ name: `law-${name}`, ...isolation }],
      privateEndpoint: { subnetId: index === 0 ? SUBNET : HUB_SUBNET },
      isolation: { onDelete: 'Reopen' },
    },
  });
  return asCreated(object);
}

const readyOf = (floor: Floor, key: ObjectKey) =>
  floor.cluster.stored(key)?.status.conditions?.find(({ type }) => type === 'Ready');
const isReady = (floor: Floor, key: ObjectKey): boolean => readyOf(floor, key)?.status === 'True';
const loses = (floor: Floor, key: ObjectKey): boolean => readyOf(floor, key)?.reason === 'NameConflict';
const query = (floor: Floor, { name }: ObjectKey): string | undefined => {
  const id = desire(pms({ spec: { workspaces: [{ name: `law-${name}` }] } }), INSTALLATION).workspaces[0]?.id ?? '';
  return floor.azure.state.get('workspace', id)?.access.query;
};
/** Who answers for the names that all scopes share. */
const holders = (floor: Floor): readonly string[] =>
  floor.dns
    .lines()
    .filter(({ name }) => name === API)
    .flatMap(({ owners }) => owners);

/** A closing is proved only by names that lead to its object's own endpoint. */
function unproved(floor: Floor, id: string): readonly string[] {
  const key = KEYS.find(({ name }) => sameId(id.split('/').at(-1) ?? '', `law-${name}`));
  const owner = `${key?.namespace}/${key?.name}`;
  const mine = floor.dns.served().filter(line => line.owners.includes(owner));
  const names = [API, `${customerIdOf(`law-${key?.name}`)}.ods.opinsights.azure.com`];
  return names
    .filter(name => !mine.some(line => line.name === name))
    .map(name => `${id} closed, ${name} leads elsewhere`);
}

async function played(of: Rivalry, play: (floor: Floor) => Promise<void>): Promise<void> {
  const floor = plantFloor({ seed: of.seed, faults: of.faults });
  // An endpoint that is made again gets the addresses that the other one had: no conflict then.
  floor.azure.state.chances = { failedEndpoint: 0, membersRace: 0.3 };
  floor.azure.state.expectations = {
    linksFirst: () => [],
    namesInUse: () => [],
    closedTooEarly: id => unproved(floor, id),
    stranded: () => [],
  };
  floor.azure.troubles = of.azureTroubles;
  floor.start();
  try {
    floor.cluster.create(objectOf(of, 0));
    await floor.clock.runFor(of.lagMs);
    floor.cluster.create(objectOf(of, 1));
    await play(floor);
    assert.deepEqual(floor.azure.state.violations, []);
    assert.deepEqual(floor.dns.doubled, []);
  } catch (cause) {
    const told = KEYS.map(key => `${key.name} ${readyOf(floor, key)?.reason}: ${readyOf(floor, key)?.message}`);
    const story = [...floor.journal.slice(-80), ...told].join('\n');
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${story}`, { cause });
  }
}

suite('two objects on one DNS target', () => {
  test('never give a name two answers, one holds the shared names, and the other closes nothing until it does', async () => {
    const property = fc.asyncProperty(rivalry, of =>
      played(of, async floor => {
        const isDecided = () => KEYS.some(key => isReady(floor, key)) && KEYS.some(key => loses(floor, key));
        await floor.clock.runUntil('one Ready, one NameConflict', isDecided, 3 * HOUR_MS);
        const [holder, loser] = isReady(floor, KEYS[0]) ? KEYS : [KEYS[1], KEYS[0]];
        assert.deepEqual(holders(floor), [`plant/${holder.name}`]);
        const lost = floor.dns.lost.length;
        floor.calm();
        await floor.clock.runFor(3 * RESYNC_MS);
        const count = () => [floor.azure.writes(), floor.cluster.writes(), floor.dns.writes()];
        const before = count();
        await floor.clock.runFor(2 * RESYNC_MS);
        assert.deepEqual(count(), before, 'writes in two resyncs');
        assert.deepEqual([holders(floor), loses(floor, loser)], [[`plant/${holder.name}`], true], 'no flapping');
        assert.equal(query(floor, loser), 'Enabled', 'the loser is never isolated');
        assert.equal(query(floor, holder), of.closes[KEYS.indexOf(holder)] ? 'Disabled' : 'Enabled');
        assert.deepEqual(floor.dns.lost.slice(lost), []);

        floor.cluster.remove(holder);
        await floor.clock.runUntil('the other takes over', () => isReady(floor, loser), 3 * HOUR_MS);
        assert.deepEqual(holders(floor), [`plant/${loser.name}`]);
        await floor.clock.runFor(3 * RESYNC_MS);
        assert.equal(query(floor, loser), of.closes[KEYS.indexOf(loser)] ? 'Disabled' : 'Enabled');
      }),
    );
    await fc.assert(property, propertyRuns(15));
  });
});
