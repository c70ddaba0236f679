/**
 * What a pass would observe of Azure Arc once actions had been carried out. Only for looking ahead. Pure;
 * src/domain/afterwards.ts uses it.
 */
import type { ArcPrivateLinkScope } from './arc-resources.ts';
import { ABSENT, type ArcSight, bodyOf, type Observed, present } from './observed.ts';
import type { ArcKind, ArcPrivateEndpoint, Want } from './resources.ts';

export type ArcResourceWant = Extract<Want, { kind: ArcKind }>;

/** Whether a wanted resource is one of Azure Arc. */
export const isArcWant = (want: Want): want is ArcResourceWant =>
  want.kind === 'arcPrivateLinkScope' || want.kind === 'arcPrivateEndpoint';

const NOTHING: ArcSight = {
  scope: { reading: ABSENT },
  endpoint: { reading: ABSENT },
  networkInterface: ABSENT,
  subnet: ABSENT,
};

/** One of them, made or brought to the asked shape. */
export function withArc(want: ArcResourceWant, seen: Observed): Observed {
  const { arc = NOTHING } = seen;
  const { id, name, location, tags } = want;
  const shape = { id, name, location, provisioningState: 'Succeeded' };
  if (want.kind === 'arcPrivateLinkScope') {
    const found = bodyOf(arc.scope.reading);
    const born = { publicAccess: 'Enabled', endpointIds: [] };
    const body: ArcPrivateLinkScope = {
      ...born,
      ...found,
      ...shape,
      kind: want.kind,
      tags: { ...found?.tags, ...tags },
    };
    return { ...seen, arc: { ...arc, scope: { reading: present(body) } } };
  }
  const { subnetId, scopeId } = want;
  const found = bodyOf(arc.endpoint.reading);
  const born = { subnetId, scopeId, connectionStatus: 'Approved', customDnsConfigs: [] };
  const body: ArcPrivateEndpoint = { ...born, ...found, ...shape, kind: want.kind, tags: { ...found?.tags, ...tags } };
  return { ...seen, arc: { ...arc, endpoint: { reading: present(body) } } };
}

/** Gone by its key. */
export function withoutArc(key: string, seen: Observed): Observed {
  const { arc } = seen;
  if (arc === undefined) return seen;
  if (key === 'arcPrivateLinkScope') return { ...seen, arc: { ...arc, scope: { reading: ABSENT } } };
  if (key !== 'arcPrivateEndpoint') return seen;
  return { ...seen, arc: { ...arc, endpoint: { reading: ABSENT }, networkInterface: ABSENT } };
}
