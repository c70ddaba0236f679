import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { idKey } from '../../src/domain/names.ts';
import type { ObjectKey, Spec } from '../../src/domain/object.ts';
import { customerIdOf } from '../model/made-bodies.ts';
import { asCreated, pms, SUBNET } from '../model/plant.ts';
import { ADOPTED, adopting } from '../model/plant-adoption.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';
import { A, B, layHub, objectA, objectB, type SharingScenario } from '../model/sharing.ts';

const HOUR_MS = 3_600_000;
const quiet: SharingScenario = {
  seed: 11,
  topology: 'hub',
  sharesEndpoint: true,
  sharesWorkspace: false,
  claims: ['none', 'none'],
  gate: 'Query',
  hasComponent: false,
  policy: 'Delete',
  lagMs: 0,
  faults: [],
  azureTroubles: 0,
  pauseMs: 0,
};

async function floorWith(...kept: readonly (keyof typeof ADOPTED)[]): Promise<Floor> {
  const floor = plantFloor({ seed: 11, faults: [] });
  await layHub(floor, quiet);
  for (const [name, { body }] of Object.entries(ADOPTED)) {
    if (kept.length > 0 && !kept.some(one => one === name)) floor.azure.state.cells.delete(idKey(body.id));
  }
  floor.azure.state.chances = { failedEndpoint: 0, membersRace: 0 };
  floor.start();
  return floor;
}

const conditionOf = (floor: Floor, type: string, key: ObjectKey = A) =>
  floor.cluster.stored(key)?.status.conditions?.find(condition => condition.type === type);
const untilReady = (floor: Floor, key: ObjectKey = A) =>
  floor.clock.runUntil('Ready', () => conditionOf(floor, 'Ready', key)?.status === 'True', HOUR_MS);
const reason = (floor: Floor, type: string, key?: ObjectKey) => conditionOf(floor, type, key)?.reason;
const names = (floor: Floor): readonly string[] => floor.dns.lines().map(line => line.name);
const fresh = (spec: Partial<Spec>) => asCreated(pms({ spec }));

suite('what is adopted', () => {
  test('becomes Ready without a write to Azure when all of it is there and linked', async () => {
    const floor = await floorWith();
    const byHand = (name: string, targetId: string) =>
      floor.azure.state.seed({
        kind: 'scopedResource',
        id: `${ADOPTED.scope.body.id}/scopedresources/${name}`,
        name,
        provisioningState: 'Succeeded',
        targetId: targetId.toLowerCase(),
      });
    byHand('scoped-law', ADOPTED.workspace.body.id);
    byHand('scoped-web', ADOPTED.component.body.id);
    floor.cluster.create(asCreated(adopting));
    await untilReady(floor);
    assert.equal(floor.azure.writes(), 0);
    floor.cluster.remove(A);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(A) === undefined, HOUR_MS);
    assert.equal(floor.azure.writes(), 0);
    assert.deepEqual(floor.dns.lines(), []);
  });

  test('and claimed by another object is so in a plan too: no closing is foretold', async () => {
    const foretold = async (query?: 'Enabled') => {
      const floor = await floorWith();
      const claims = [query ?? 'none', 'Disabled'] as const;
      const claimed = { ...quiet, sharesWorkspace: true, claims };
      floor.cluster.create(objectA(claimed));
      await untilReady(floor);
      const planned = objectB(claimed);
      floor.cluster.create({ ...planned, spec: { ...planned.spec, mode: 'Plan' } });
      await floor.clock.runUntil('planned', () => reason(floor, 'Ready', B) === 'PlanOnly', HOUR_MS);
      return JSON.stringify(floor.cluster.stored(B)?.status.plan).includes('publicNetworkAccessForQuery');
    };
    assert.deepEqual([await foretold(), await foretold('Enabled')], [true, false]);
  });

  test('and is not there stalls with its id, and is taken in with the next resync after it turned up', async () => {
    const floor = await floorWith('scope', 'endpoint', 'component');
    floor.cluster.create(asCreated(adopting));
    await floor.clock.runUntil('stalled', () => reason(floor, 'Stalled') === 'AdoptedNotFound', HOUR_MS);
    assert.match(conditionOf(floor, 'Stalled')?.message ?? '', new RegExp(ADOPTED.workspace.body.id));
    floor.azure.state.seed(ADOPTED.workspace.body);
    await floor.clock.runUntil('Ready', () => conditionOf(floor, 'Ready')?.status === 'True', 2 * 660_000);
  });

  test('as a component is linked, and its names are published as soon as Azure lists them', async () => {
    const floor = await floorWith();
    floor.cluster.create(fresh({ ...adopting.spec, workspaces: [{ name: 'law-plant-a' }] }));
    await untilReady(floor);
    await floor.clock.runFor(40_000);
    assert.ok(names(floor).includes('japaneast-1.in.ai.monitor.azure.com'), names(floor).join(' '));
    assert.ok(names(floor).includes('japaneast-1.in.applicationinsights.azure.com'));
  });
});

suite('a connection that is only asked for', () => {
  test('waits with the command that approves it, and goes on within a minute of the approval', async () => {
    const floor = await floorWith();
    floor.cluster.create(fresh({ privateEndpoint: { subnetId: SUBNET, approval: 'Manual' } }));
    const said = () => conditionOf(floor, 'EndpointReady');
    await floor.clock.runUntil('asked', () => said()?.reason === 'ConnectionPending', HOUR_MS);
    await floor.clock.runFor(60_000);
    assert.match(
      said()?.message ?? '',
      /az network private-endpoint-connection approve --id \S+privateendpointconnections\/connection-of-pe-plant-a/,
    );
    assert.deepEqual(names(floor), []);
    const endpoint = floor.azure.state.bodies().find(body => body.name === 'pe-plant-a');
    assert.ok(endpoint?.kind === 'privateEndpoint');
    floor.azure.state.seed({ ...endpoint, connectionStatus: 'Approved' });
    await floor.clock.runUntil('published', () => names(floor).length > 0, 60_000);
  });

  test('and was rejected says so with what its owner said', async () => {
    const floor = await floorWith();
    floor.cluster.create(fresh({ privateEndpoint: { subnetId: SUBNET, approval: 'Manual' } }));
    await floor.clock.runUntil('asked', () => reason(floor, 'EndpointReady') === 'ConnectionPending', HOUR_MS);
    const endpoint = floor.azure.state.bodies().find(body => body.name === 'pe-plant-a');
    assert.ok(endpoint?.kind === 'privateEndpoint');
    floor.azure.state.seed({ ...endpoint, connectionStatus: 'Rejected', connectionDescription: 'not ours' });
    await floor.clock.runUntil('stalled', () => reason(floor, 'Stalled') === 'ConnectionRejected', 60_000);
    assert.match(conditionOf(floor, 'Stalled')?.message ?? '', /"not ours"/);
  });
});

suite('a deleted workspace', () => {
  const recovering = (recover: boolean) => fresh({ workspaces: [{ name: 'law-plant-a', recover }] });
  const deleted = async (): Promise<Floor> => {
    const floor = await floorWith();
    floor.cluster.create(fresh({ workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Delete' }] }));
    await untilReady(floor);
    floor.cluster.remove(A);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(A) === undefined, HOUR_MS);
    return floor;
  };

  test('is found before the PUT, and recovered when the spec says so, never by accident', async () => {
    const floor = await deleted();
    const writes = floor.azure.writes();
    floor.cluster.create(recovering(false));
    await floor.clock.runUntil('stalled', () => reason(floor, 'Stalled') === 'SoftDeleted', HOUR_MS);
    assert.equal(floor.azure.writes(), writes);
    floor.cluster.editSpec(A, spec => ({ ...spec, workspaces: [{ name: 'law-plant-a', recover: true }] }));
    await untilReady(floor);
    assert.equal(floor.azure.state.softDeleted.size, 0);
    assert.deepEqual(floor.azure.state.violations, []);
    assert.ok(floor.cluster.events.some(({ note }) => /recovered: it was deleted/.test(note)));
  });
});

suite('the names of a workspace that another object has unlinked', () => {
  test('leave the records of whoever shares the endpoint within two minutes', async () => {
    const floor = await floorWith();
    floor.cluster.create(objectA(quiet));
    floor.cluster.create(objectB(quiet));
    await untilReady(floor, A);
    await untilReady(floor, B);
    await floor.clock.runFor(3 * 660_000);
    const ofA = () => floor.dns.lines().filter(line => line.name.startsWith(customerIdOf('law-plant-a')));
    assert.deepEqual([...new Set(ofA().flatMap(line => line.owners))].sort(), ['plant/line-2', 'plant/plant-a']);
    floor.cluster.remove(A);
    await floor.clock.runUntil('A is gone', () => floor.cluster.stored(A) === undefined, HOUR_MS);
    await floor.clock.runUntil('its names are gone', () => ofA().length === 0, 120_000);
  });
});
