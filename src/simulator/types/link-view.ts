/**
 * A linked resource's own view of its links (`privateLinkScopedResources`), read-only in its body and absent when there
 * is none.
 */
import type { Json } from '../frame/resource-type.ts';
import type { ScopedResource } from '../resources.ts';
import type { World } from '../world.ts';

/** Links that point at a resource, oldest first. */
export const linksTo = (world: World, resourceId: string): readonly ScopedResource[] =>
  world.links.where('target', resourceId);

export function linkView(world: World, resourceId: string): Json {
  const links = linksTo(world, resourceId).filter(link => link.state === 'Succeeded');
  if (links.length === 0) return {};
  const scoped = links.map(link => ({
    resourceId: link.id.toLowerCase(),
    scopeId: world.scopes.get(link.scopeId)?.scopeGuid ?? '',
  }));
  return { privateLinkScopedResources: scoped };
}
