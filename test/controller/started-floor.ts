/**
 * A plant floor on which one object of a spec begins, for the tests of the preflight.
 */
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import * as plant from '../model/plant.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';

const KEY = { namespace: 'plant', name: 'plant-a' };
const HOUR_MS = 3_600_000;

/** The object as somebody has just applied it. */
export function fresh(spec: Partial<Spec> = {}): PmsObject {
  const object = plant.pms({ spec });
  return plant.asCreated(object);
}

/** A floor without faults, changed as the test wants it, with the object and an operator at work. */
export function started(change: (floor: Floor) => void, object = fresh()): Floor {
  const floor = plantFloor({ seed: 7, faults: [] });
  change(floor);
  floor.cluster.create(object);
  floor.start();
  return floor;
}

export const conditionOf = (floor: Floor, type: string) =>
  floor.cluster.stored(KEY)?.status.conditions?.find(condition => condition.type === type);

export const untilReady = (floor: Floor) =>
  floor.clock.runUntil('Ready', () => conditionOf(floor, 'Ready')?.status === 'True', 3 * HOUR_MS);
