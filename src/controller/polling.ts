/**
 * When a resource that is on its way is looked at again, and what counts as settled. Our own timer: ARM sends no
 * Retry-After for workspaces and links, which settle in one or two seconds (facts: performance 1.2, 3.1).
 */
import { isFailedState, isSucceeded } from '../domain/converge.ts';
import type { Kind, Resource } from '../domain/resources.ts';

const MAX_MS = 10_000;

/** What has not changed for about twenty minutes is looked at less often. */
const PATIENCE = 120;
const SLOW_MS = 60_000;

const FIRST_MS: Readonly<Record<Kind, number>> = {
  workspace: 1_000,
  component: 1_000,
  privateLinkScope: 1_000,
  scopedResource: 1_000,
  privateEndpoint: 3_000,
  dataCollectionEndpoint: 1_000,
  dataCollectionRule: 1_000,
  zoneGroup: 2_000,
  dnsZone: 2_000,
  zoneLink: 2_000,
};

/** Milliseconds until the next look, by kind and number of looks already made (from 1). */
export const pollMs =
  (kind: Kind) =>
  (looks: number): number =>
    looks > PATIENCE
      ? SLOW_MS
      : Math.min(MAX_MS, Math.round(FIRST_MS[kind] * (kind === 'privateEndpoint' ? 2 : 1.5) ** (looks - 1)));

export const isSettled = (body: Resource): boolean =>
  isSucceeded(body.provisioningState) || isFailedState(body.provisioningState);
