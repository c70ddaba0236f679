/**
 * How many there may be of what an object adds to: endpoints and resources of a scope, scopes of a resource. Pure.
 * Source: "Azure Monitor private link scope limits" (ampls-limitations), whose higher numbers are called preview.
 */
import type { DataCollectionEndpoint } from './collection-resources.ts';
import { type Desired, linkKey } from './desire.ts';
import { parseId, sameId, scopeOfLink, shortName } from './names.ts';
import { ABSENT, bodyOf, type Observed } from './observed.ts';
import { fatal, named, warning } from './preflight-verdicts.ts';
import { type ArmId, type Component, isAdopted, type Workspace } from './resources.ts';
import type { Verdict } from './steps.ts';

const ENDPOINTS_PER_SCOPE = 10;
/** Of each kind, and before the preview. */
const LINKS_PER_SCOPE = {
  workspace: { max: 3_000, before: 300, type: 'microsoft.operationalinsights/workspaces', name: 'workspaces' },
  component: { max: 10_000, before: 1_000, type: 'microsoft.insights/components', name: 'components' },
} as const;
const SCOPES_PER_RESOURCE = { max: 100, before: 5 };

const typeOfId = (id: ArmId): string | undefined => parseId(id)?.type.toLowerCase();

/** Findings about limits. What is there already is within them, and is not judged. */
export const limits = (want: Desired, seen: Observed): readonly Verdict[] => [
  ...endpointsOfScope(want, seen),
  ...linksOfScope(want, seen),
  ...scopesOfResources(want, seen),
];

function endpointsOfScope({ scope, endpoint }: Desired, seen: Observed): readonly Verdict[] {
  const connections = bodyOf(seen.scope.reading)?.connections ?? [];
  if (isAdopted(endpoint) || seen.endpoint.reading.is !== 'absent' || connections.length < ENDPOINTS_PER_SCOPE)
    return [];
  const names = named(connections.map(({ endpointId }) => shortName(endpointId)));
  const message = `private link scope ${scope.name} has ${connections.length} private endpoints (${names}), and Azure allows ${ENDPOINTS_PER_SCOPE}: take one away, or name one of them by spec.privateEndpoint.resourceId`;
  return [fatal('QuotaExceeded', message)];
}

function linksOfScope(want: Desired, seen: Observed): readonly Verdict[] {
  const links = bodyOf(seen.scopeLinks) ?? [];
  return Object.values(LINKS_PER_SCOPE).flatMap(({ max, before, type, name }) => {
    const count = links.filter(({ targetId }) => typeOfId(targetId) === type).length;
    const coming = want.links.filter(
      ({ targetId }) => typeOfId(targetId) === type && !links.some(link => sameId(link.targetId, targetId)),
    ).length;
    if (coming === 0 || count + coming <= max) return [];
    const message = `private link scope ${want.scope.name} links ${count} ${name}, and with the ${coming} that are asked for it would be more than the ${max} that Azure allows (${before} where its preview limits do not hold): unlink some, or use another scope`;
    return [fatal('QuotaExceeded', message)];
  });
}

const NOWHERE = { reading: ABSENT };

/** A workspace, component or data collection endpoint that somebody else's scope links as well. */
function scopesOfResources(want: Desired, seen: Observed): readonly Verdict[] {
  const { max, before } = SCOPES_PER_RESOURCE;
  return [...want.workspaces, ...want.components, ...(want.collection?.endpoints ?? [])].flatMap(item => {
    const { key, name } = item;
    const kind = item.kind === 'dataCollectionEndpoint' ? 'data collection endpoint' : item.kind;
    const found = bodyOf<Workspace | Component | DataCollectionEndpoint>(
      (seen.workspaces.get(key) ?? seen.components.get(key) ?? seen.collection?.endpoints.get(key) ?? NOWHERE).reading,
    );
    const links = found?.linkedBy ?? [];
    const others = links.map(({ linkId }) => scopeOfLink(linkId)).filter(scope => !sameId(scope, want.scope.id));
    if (others.length === 0) return [];
    const scopes = named([...new Set(others.map(shortName))]);
    const isLinked =
      others.length < links.length || bodyOf(seen.links.get(linkKey(item))?.reading ?? ABSENT) !== undefined;
    if (others.length >= max && !isLinked) {
      const message = `${kind} ${name} is linked to ${others.length} private link scopes, which is as many as Azure allows: unlink it from one of ${scopes}`;
      return [fatal('QuotaExceeded', message)];
    }
    const allowed =
      others.length < before
        ? `${max} are allowed`
        : `${max} are allowed, ${before} where Azure's preview limits do not hold`;
    const message = `${kind} ${name} is linked to private link scope ${scopes} too (${allowed}): clients behind that scope reach it as well, also when its public access is closed`;
    return [warning(message)];
  });
}
