/**
 * Who else shares something with the object of a pass, from the cluster's cache. What an object means for others is
 * worked out once for each version of it.
 */
import { type Neighbour, neighbourOf, neighboursOf } from '../domain/neighbours.ts';
import type { PmsObject } from '../domain/object.ts';
import type { Pass } from './world.ts';

const known = new WeakMap<PmsObject, Neighbour>();

function remembered(object: PmsObject, installation: string): Neighbour {
  const neighbour = known.get(object) ?? neighbourOf(object, installation);
  known.set(object, neighbour);
  return neighbour;
}

/** The objects of this process that share a resource with the pass's. No call. */
export function readNeighbours({ object, world }: Pass): readonly Neighbour[] {
  const { installation, cluster } = world;
  const others = cluster.objects().map(other => remembered(other, installation));
  // What only plans is told of what it would meet.
  const acting = { ...object, spec: { ...object.spec, mode: 'Converge' as const } };
  return neighboursOf(neighbourOf(acting, installation), others);
}
