/**
 * Whether an adopted private endpoint with static addresses has one for each member that our links would bring. Azure adds
 * none to it, so that such a link fails, or its names have no address. Pure. Source: MicrosoftDocs/azure-docs#101336,
 * Azure/bicep-registry-modules#1389; member names: facts ampls 2.3.
 */
import { nameOf } from './converge.ts';
import { type Desired, linkKey } from './desire.ts';
import { regionKey } from './difference.ts';
import { sameId } from './names.ts';
import { ABSENT, bodyOf, type Observed } from './observed.ts';
import { fatal } from './preflight-verdicts.ts';
import { isAdopted } from './resources.ts';
import type { Verdict } from './steps.ts';

/** What a region with a workspace needs an address for, once for all its workspaces. */
const REGIONAL = ['oms', 'ods', 'agent'] as const;

/** Stalls before anything is linked that the endpoint has no addresses for. */
export function staticAddresses(want: Desired, seen: Observed): readonly Verdict[] {
  const found = bodyOf(seen.endpoint.reading);
  const chosen = found?.staticAddresses ?? [];
  if (!isAdopted(want.endpoint) || chosen.length === 0) return [];
  const known = new Set(chosen.map(({ member }) => member.toLowerCase()));
  const missing = [...new Set(newcomers(want, seen))].filter(member => !known.has(member.toLowerCase()));
  if (missing.length === 0) return [];
  const message = `spec.privateEndpoint.resourceId: private endpoint ${want.endpoint.name} has static addresses, to which Azure adds none, and no address for ${missing.join(', ')}: have it made anew without static addresses (ipConfigurations), or with one for each of these members too, or name another endpoint`;
  return [fatal('StaticAddresses', message)];
}

/** Members that come with what is not linked yet. Those of a component have names that nobody has published. */
function newcomers(want: Desired, seen: Observed): readonly string[] {
  const links = bodyOf(seen.scopeLinks) ?? [];
  return [...want.workspaces, ...want.components, ...(want.collection?.endpoints ?? [])].flatMap(item => {
    const isLinked =
      links.some(({ targetId }) => sameId(targetId, item.id)) ||
      seen.links.get(linkKey(item))?.reading.is === 'present';
    if (isLinked) return [];
    if (item.kind === 'component') return [`the members of component ${item.name}`];
    if (item.kind !== 'workspace') return [`the members of ${nameOf(item)}`];
    const sight = seen.workspaces.get(item.key)?.reading ?? ABSENT;
    const location = isAdopted(item) ? bodyOf(sight)?.location : item.location;
    return location === undefined ? [] : REGIONAL.map(part => `${part}-${regionKey(location)}`);
  });
}
