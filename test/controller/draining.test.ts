/**
 * A DNS target that is retired in two steps, on the model of the plant: marked as draining, and taken out of the
 * configuration. No name is lost on the way.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { HostsFileConfig } from '../../src/coredns/hosts-file-target.ts';
import type { ObjectKey, PmsObject, Spec } from '../../src/domain/object.ts';
import { asCreated, pms } from '../model/plant.ts';
import { HUB_SUBNET } from '../model/plant-adoption.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';

const HOUR_MS = 3_600_000;
const [A, B] = ['plant-a', 'plant-b'].map(name => ({ namespace: 'plant', name })) as [ObjectKey, ObjectKey];

function fresh(key: ObjectKey, spec: Partial<Spec> = {}): PmsObject {
  return asCreated(pms({ name: key.name, spec }));
}

const published = (floor: Floor, key: ObjectKey) =>
  floor.cluster.stored(key)?.status.conditions?.find(({ type }) => type === 'RecordsPublished');
const isReady = (floor: Floor, key: ObjectKey): boolean =>
  floor.cluster.stored(key)?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
  false;
const told = async (floor: Floor, key: ObjectKey, reason: string) => {
  await floor.clock.runUntil(reason, () => published(floor, key)?.reason === reason, HOUR_MS);
  return published(floor, key);
};
const namesOf = (floor: Floor, target: 'default' | 'lan', { namespace, name }: ObjectKey): readonly string[] =>
  floor.dns
    .lines(target)
    .filter(({ owners }) => owners.includes(`${namespace}/${name}`))
    .map(line => line.name);

/** Another configuration, and the restart that makes it count. */
function configure(floor: Floor, change: (configs: readonly HostsFileConfig[]) => readonly HostsFileConfig[]): void {
  floor.dns.configs = change(floor.dns.configs);
  floor.restart();
}

const draining = (configs: readonly HostsFileConfig[]) =>
  configs.map(config => (config.name === 'default' ? { ...config, draining: true } : config));
const without = (configs: readonly HostsFileConfig[]) => configs.filter(({ name }) => name !== 'default');

/** An object is Ready with its records in `default`. */
async function settled(): Promise<Floor> {
  const floor = plantFloor({ seed: 7, faults: [] });
  floor.cluster.create(fresh(A));
  floor.start();
  await floor.clock.runUntil('Ready', () => isReady(floor, A), HOUR_MS);
  return floor;
}

suite('a DNS target that is draining', () => {
  test('keeps what is on it, which is told once where to go and stays Ready', async () => {
    const floor = await settled();
    const names = namesOf(floor, 'default', A);
    configure(floor, draining);
    const { status, message } = (await told(floor, A, 'TargetDraining')) ?? {};
    assert.equal(status, 'True');
    assert.match(message ?? '', /^\d+ records are in default, which is being retired: set spec\.dns\.target to lan;/);
    await floor.clock.runFor(HOUR_MS);
    assert.ok(isReady(floor, A));
    assert.deepEqual(namesOf(floor, 'default', A), names);
    const warnings = floor.cluster.events.filter(({ reason }) => reason === 'TargetDraining');
    assert.deepEqual(
      warnings.map(({ type }) => type),
      ['Warning'],
    );
  });

  test('takes the new records of an object that is on it, and none of one that is not', async () => {
    const floor = await settled();
    const before = namesOf(floor, 'default', A).length;
    configure(floor, draining);
    await told(floor, A, 'TargetDraining');
    floor.cluster.editSpec(A, spec => ({ ...spec, workspaces: [...spec.workspaces, { name: 'law-more' }] }));
    const subnet = { workspaces: [{ name: 'law-plant-b' }], privateEndpoint: { subnetId: HUB_SUBNET } };
    floor.cluster.create(fresh(B, subnet));
    await floor.clock.runUntil('more names', () => namesOf(floor, 'default', A).length > before, HOUR_MS);
    const { status, message } = (await told(floor, B, 'TargetDraining')) ?? {};
    assert.equal(status, 'False');
    assert.match(
      message ?? '',
      /^spec\.dns\.target: DNS target default is being retired .*; set spec\.dns\.target to lan$/,
    );
    await floor.clock.runFor(HOUR_MS);
    assert.deepEqual(namesOf(floor, 'default', B), []);
    assert.ok(isReady(floor, A));
  });

  test('is empty once its objects have moved or gone, and can be taken out of the configuration', async () => {
    const floor = await settled();
    const names = namesOf(floor, 'default', A);
    configure(floor, draining);
    await told(floor, A, 'TargetDraining');
    floor.cluster.editSpec(A, spec => ({ ...spec, dns: { target: 'lan' } }));
    await floor.clock.runUntil('it is empty', () => floor.dns.lines().length === 0, HOUR_MS);
    assert.deepEqual(namesOf(floor, 'lan', A), names);
    configure(floor, without);
    await floor.clock.runFor(HOUR_MS);
    assert.ok(isReady(floor, A));
    assert.equal(published(floor, A)?.reason, 'Published');
    assert.deepEqual(namesOf(floor, 'lan', A), names);
    floor.cluster.remove(A);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(A) === undefined, HOUR_MS);
    assert.deepEqual(floor.dns.lines('lan'), []);
  });

  test('loses the lines of an object that is deleted', async () => {
    const floor = await settled();
    configure(floor, draining);
    await told(floor, A, 'TargetDraining');
    floor.cluster.remove(A);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(A) === undefined, HOUR_MS);
    assert.deepEqual(floor.dns.lines(), []);
  });

  test('whose ConfigMap is lost gets the lines of its objects back', async () => {
    const floor = await settled();
    const names = namesOf(floor, 'default', A);
    configure(floor, draining);
    await told(floor, A, 'TargetDraining');
    floor.dns.lose();
    const areBack = () => namesOf(floor, 'default', A).length === names.length;
    await floor.clock.runUntil('they are back', areBack, HOUR_MS);
    assert.deepEqual(namesOf(floor, 'default', A), names);
  });

  test('that is taken out before it is empty is missed by its objects, with what to do; put back, nothing was lost', async () => {
    const floor = await settled();
    const names = namesOf(floor, 'default', A);
    configure(floor, without);
    const { message } = (await told(floor, A, 'TargetNotFound')) ?? {};
    assert.match(message ?? '', /no DNS target default; its administrator defines them: lan; .* with draining: true$/);
    assert.deepEqual(namesOf(floor, 'default', A), names);
    configure(floor, ([lan]) => [...(lan ? [lan] : []), ...draining([defaultOf(lan)])]);
    await told(floor, A, 'TargetDraining');
    assert.ok(isReady(floor, A));
    assert.deepEqual(namesOf(floor, 'default', A), names);
  });
});

/** As it was in the configuration. */
function defaultOf(lan: HostsFileConfig | undefined): HostsFileConfig {
  assert.ok(lan);
  return {
    ...lan,
    name: 'default',
    configMap: 'default',
    servers: [{ name: 'default', address: '127.0.0.1', port: 53 }],
  };
}
