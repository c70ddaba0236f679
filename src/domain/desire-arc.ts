/**
 * From the spec to the private link scope of Azure Arc and its endpoint. Pure; src/domain/desire-collection.ts alone calls
 * it.
 */
import type { ArcPrivateLinkScopeWant } from './arc-resources.ts';
import { arcEndpointName, arcPrivateLinkScopeId, privateEndpointId, shortName } from './names.ts';
import type { PmsObject } from './object.ts';
import type { Adopted, ArcPrivateEndpointWant, Policy, Tags } from './resources.ts';

export interface ArcWant {
  readonly scope: ArcPrivateLinkScopeWant | Adopted<'arcPrivateLinkScope'>;
  readonly endpoint: ArcPrivateEndpointWant | Adopted<'arcPrivateEndpoint'>;
}

/** Keys of the inventory. */
export const ARC_SCOPE = 'arcPrivateLinkScope';
export const ARC_ENDPOINT = 'arcPrivateEndpoint';

/** What is asked for; `undefined` when the spec has no Arc scope. */
export function wantArc(
  object: PmsObject,
  made: { readonly tags: Tags; readonly policy: Policy },
): ArcWant | undefined {
  const asked = object.spec.dataCollection?.arcPrivateLinkScope;
  if (asked === undefined) return undefined;
  const scope = wantScope(object, asked, made);
  return { scope, endpoint: wantEndpoint(object, asked.privateEndpoint, scope, made) };
}

type Asked = NonNullable<NonNullable<PmsObject['spec']['dataCollection']>['arcPrivateLinkScope']>;

function wantScope(
  { spec, metadata }: PmsObject,
  { resourceId, name = `arc-${metadata.name}`, location = spec.location }: Asked,
  made: { readonly tags: Tags; readonly policy: Policy },
): ArcWant['scope'] {
  const kind = ARC_SCOPE;
  if (resourceId !== undefined) {
    return { kind, key: ARC_SCOPE, id: resourceId, name: shortName(resourceId), policy: 'Retain', adopted: true };
  }
  return { kind, key: ARC_SCOPE, id: arcPrivateLinkScopeId(spec, name), name, location, ...made };
}

function wantEndpoint(
  { spec }: PmsObject,
  { resourceId, name, subnetId = '', location = spec.location }: Asked['privateEndpoint'],
  scope: ArcWant['scope'],
  made: { readonly tags: Tags; readonly policy: Policy },
): ArcWant['endpoint'] {
  const kind = ARC_ENDPOINT;
  if (resourceId !== undefined) {
    return { kind, key: ARC_ENDPOINT, id: resourceId, name: shortName(resourceId), policy: 'Retain', adopted: true };
  }
  const own = name ?? arcEndpointName(scope.name);
  return {
    kind,
    key: ARC_ENDPOINT,
    id: privateEndpointId(spec, own),
    name: own,
    location,
    // The CRD asks for it where there is no resourceId.
    subnetId,
    scopeId: scope.id,
    approval: 'Automatic',
    ...made,
  };
}
