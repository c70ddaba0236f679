/**
 * What the preflight asks Azure beside the resources themselves: before the first write, no oftener than it can matter,
 * and never in the way of anything where it may not be asked.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PortError, stalled, waiting } from '../../src/domain/failures.ts';
import { QUERY } from '../../src/domain/rights.ts';
import * as plant from '../model/plant.ts';
import type { Floor } from '../model/plant-floor.ts';
import { conditionOf, fresh, started, untilReady } from './started-floor.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const told = (floor: Floor): string => conditionOf(floor, 'PreflightPassed')?.message ?? '';

/** Counts the calls of one method of the port. */
function counting(floor: Floor, method: 'permissions' | 'registration' | 'surroundings'): () => number {
  let calls = 0;
  const port = floor.azure.port as unknown as Record<string, (...given: unknown[]) => unknown>;
  const { [method]: original } = port;
  assert.ok(original);
  port[method] = (...given: unknown[]) => {
    calls++;
    return original.apply(port, given);
  };
  return () => calls;
}

const storage = plant.endpoint({
  id: `${plant.endpoint().id}-logs`,
  name: 'pe-logs',
  scopeId: plant.scope().id.replace(/providers\/.*$/, 'providers/Microsoft.Storage/storageAccounts/logs'),
});

suite('the preflight asks', () => {
  test('for a right that is missing before the first PUT, looks each minute, and goes on when it is there', async () => {
    let asked = () => 0;
    const floor = started(made => {
      made.azure.permissions = [{ actions: ['*'], notActions: ['Microsoft.Network/privateEndpoints/write'] }];
      asked = counting(made, 'permissions');
    });
    await floor.clock.runFor(30 * MINUTE_MS);
    assert.equal(floor.azure.writes(), 0);
    assert.equal(conditionOf(floor, 'Stalled')?.reason, 'Forbidden');
    assert.match(
      told(floor),
      /lacks these rights: Microsoft\.Network\/privateEndpoints\/write on resource group rg-monitor;/,
    );
    assert.ok(asked() >= 20 && asked() <= 40, `${asked()} times in half an hour`);
    floor.azure.permissions = [{ actions: ['*'], notActions: [] }];
    await floor.clock.runFor(2 * MINUTE_MS);
    assert.ok(floor.azure.writes() > 0);
  });

  test('for the right to query where a query is the gate, and not where it is not', async () => {
    const without = (floor: Floor) => {
      floor.azure.permissions = [{ actions: ['*'], notActions: [QUERY] }];
    };
    const query = started(without);
    await query.clock.runFor(10 * MINUTE_MS);
    assert.equal(query.azure.writes(), 0);
    assert.match(told(query), /workspaces\/query\/read on resource group rg-monitor; .*gate: TLS/);
    await untilReady(started(without, fresh({ verification: { gate: 'TLS' } })));
  });

  test('for permissions once while all goes well, and for none once everything is made', async () => {
    let asked = () => 0;
    const floor = started(made => {
      asked = counting(made, 'permissions');
    });
    await untilReady(floor);
    assert.equal(asked(), 1, 'what holds in the group holds for the subnet in it');
    await floor.clock.runFor(3 * HOUR_MS);
    assert.equal(asked(), 1);
  });

  test('for permissions that may not be read, and lets Azure say what it refuses', async () => {
    const floor = started(made => {
      made.azure.port.permissions = () =>
        Promise.reject(new PortError(waiting('Forbidden', 'AuthorizationFailed', MINUTE_MS)));
    });
    await untilReady(floor);
    assert.equal(conditionOf(floor, 'PreflightPassed')?.reason, 'ChecksPassed');
  });

  test('whether Microsoft.Insights is registered before the first PUT, and goes on within a minute when it is', async () => {
    const floor = started(({ azure }) => {
      azure.registration = 'NotRegistered';
    });
    await floor.clock.runFor(30 * MINUTE_MS);
    assert.equal(floor.azure.writes(), 0);
    assert.equal(conditionOf(floor, 'Stalled')?.reason, 'ProviderNotRegistered');
    assert.match(told(floor), /az provider register --namespace Microsoft\.Insights --subscription \S+ --wait/);
    floor.azure.registration = 'Registering';
    await floor.clock.runFor(MINUTE_MS);
    assert.ok(floor.azure.writes() > 0);
  });

  test('not again for the registration once there is a scope', async () => {
    let asked = () => 0;
    const floor = started(made => {
      asked = counting(made, 'registration');
    });
    await untilReady(floor);
    await floor.clock.runFor(3 * HOUR_MS);
    assert.equal(asked(), 1);
  });

  test('for what is around a network only where something is, once, and not any more when the endpoint is there', async () => {
    let [empty, shared] = [() => 0, () => 0];
    const alone = started(made => {
      empty = counting(made, 'surroundings');
    });
    await untilReady(alone);
    assert.equal(empty(), 0);
    const floor = started(made => {
      made.azure.neighbours = [storage];
      shared = counting(made, 'surroundings');
    });
    await untilReady(floor);
    await floor.clock.runFor(3 * HOUR_MS);
    assert.equal(shared(), 1);
  });

  test('for what is around in vain without any harm: it is told, and everything is made', async () => {
    const floor = started(made => {
      made.azure.neighbours = [storage];
      made.azure.port.surroundings = () => Promise.reject(new PortError(stalled('Forbidden', 'no right to the graph')));
    });
    await floor.clock.runUntil('told', () => told(floor).includes('could not be looked at'), HOUR_MS);
    await untilReady(floor);
    assert.equal(conditionOf(floor, 'PreflightPassed')?.reason, 'ChecksPassed');
  });
});
