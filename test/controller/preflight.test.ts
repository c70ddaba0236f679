/**
 * What would be refused later is found before the first PUT, told with its cure, and looked at again; after a refusal
 * for want of a right all that are missing are told.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { waiting } from '../../src/domain/failures.ts';
import * as plant from '../model/plant.ts';
import { conditionOf, fresh, started, untilReady } from './started-floor.ts';

const KEY = { namespace: 'plant', name: 'plant-a' };
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const others = plant.scope().id.replace(/[^/]+$/, 'other');
const rival = plant.endpoint({ id: `${plant.endpoint().id}-other`, name: 'pe-other', scopeId: others });

suite('the preflight', () => {
  test('finds another scope on the network before the first PUT, and goes on when it is gone', async () => {
    const floor = started(({ azure }) => {
      azure.neighbours = [rival];
    });
    await floor.clock.runFor(30 * MINUTE_MS);
    assert.equal(floor.azure.writes(), 0);
    assert.equal(conditionOf(floor, 'Stalled')?.reason, 'OtherScopeOnNetwork');
    assert.match(
      conditionOf(floor, 'PreflightPassed')?.message ?? '',
      /connected to private link scope \S+\/other by private endpoint pe-other/,
    );
    floor.azure.neighbours = [];
    await untilReady(floor);
  });

  test('looks at the other endpoints of the network once a resync, and not at all once its own is there', async () => {
    const scopeId = others.replace(/providers\/.*$/, 'providers/Microsoft.Storage/storageAccounts/logs');
    const storage = plant.endpoint({ id: `${plant.endpoint().id}-logs`, name: 'pe-logs', scopeId });
    const floor = started(({ azure }) => {
      azure.neighbours = [storage];
    });
    await untilReady(floor);
    const reads = floor.azure.reads();
    await floor.clock.runFor(3 * HOUR_MS);
    const plain = started(() => {});
    await untilReady(plain);
    const before = plain.azure.reads();
    await plain.clock.runFor(3 * HOUR_MS);
    // Read at each of the 18 resyncs it would show; jitter makes a resync more or less, of seven calls.
    const more = floor.azure.reads() - reads - (plain.azure.reads() - before);
    assert.ok(more < 15, `${more} calls more in three hours`);
  });

  test('finds that there is no resource group before the first PUT, and goes on within a minute when there is', async () => {
    const floor = started(({ azure }) => {
      azure.isGroupMissing = true;
    });
    await floor.clock.runFor(30 * MINUTE_MS);
    assert.equal(floor.azure.writes(), 0);
    assert.equal(conditionOf(floor, 'Stalled')?.reason, 'ResourceGroupNotFound');
    assert.match(conditionOf(floor, 'PreflightPassed')?.message ?? '', /az group create --name rg-monitor/);
    floor.azure.isGroupMissing = false;
    await floor.clock.runFor(MINUTE_MS);
    assert.ok(floor.azure.writes() > 0);
  });

  test('counts what the scope requires once everything is linked, and makes no endpoint that would not fit', async () => {
    const floor = started(({ azure }) => {
      // One address less than what would be ample.
      azure.addressesUsed = 38;
      azure.state.moreMembers = 11;
    });
    await floor.clock.runFor(30 * MINUTE_MS);
    assert.equal(conditionOf(floor, 'ResourcesLinked')?.status, 'True');
    assert.equal(conditionOf(floor, 'EndpointReady')?.reason, 'SubnetFull');
    assert.equal(floor.azure.state.get('privateEndpoint', desire(fresh(), plant.INSTALLATION).endpoint.id), undefined);
    assert.deepEqual(floor.cluster.stored(KEY)?.status.subnet, { addressesNeeded: 22, addressesFree: 21 });
  });

  test('after a refusal for want of a right tells all that are missing, asks no more than once a minute, and goes on', async () => {
    const forbidden = waiting('Forbidden', 'AuthorizationFailed', MINUTE_MS);
    const floor = started(({ azure }) => {
      azure.permissions = [{ actions: ['*/read'], notActions: [] }];
      azure.refuses = id => (id.includes('/workspaces/') ? forbidden : undefined);
    });
    await floor.clock.runUntil('told', () => conditionOf(floor, 'PreflightPassed')?.reason === 'Forbidden', HOUR_MS);
    const told = conditionOf(floor, 'PreflightPassed')?.message ?? '';
    assert.match(told, /Microsoft\.Insights\/privateLinkScopes\/write, .* on resource group rg-monitor/);
    assert.match(told, /subnets\/join\/action on subnet vnet-plant\/monitoring; assign a role/);
    const reads = floor.azure.reads();
    await floor.clock.runFor(HOUR_MS);
    assert.ok(floor.azure.reads() - reads < 250, `${floor.azure.reads() - reads} reads in an hour`);
    floor.azure.permissions = [{ actions: ['*'], notActions: [] }];
    floor.azure.refuses = () => undefined;
    await untilReady(floor);
    assert.equal(conditionOf(floor, 'PreflightPassed')?.status, 'True');
  });

  test('does not stand in the way when permissions look too few though Azure allows what is asked', async () => {
    const floor = started(({ azure }) => {
      azure.permissions = [];
    });
    await untilReady(floor);
  });
});
