/**
 * What lies in a scope, across all types: found through the types' own view of the world, read and deleted through their
 * own handlers, so that nothing here knows a type.
 */
import { parseArmPath } from '../frame/path.ts';
import { isWithin } from '../frame/permissions.ts';
import type { ArmCall, ArmReply, Json, ResourceType, Verb } from '../frame/resource-type.ts';
import type { World } from '../world.ts';

export interface Content {
  readonly type: ResourceType;
  readonly id: string;
  /** As its newest GET shows it. */
  readonly body: Json;
}

const newest = (type: ResourceType): string => type.apiVersions.at(-1) ?? '';

/** Every resource at or below a scope. */
export function contentsOf(world: World, types: readonly ResourceType[], scope: string): readonly Content[] {
  return types.flatMap(type =>
    (type.state?.(world, newest(type)) ?? []).flatMap(body => {
      const id = typeof body.id === 'string' ? body.id : '';
      return isWithin(id, scope) ? [{ type, id, body }] : [];
    }),
  );
}

/** Asks the type of a resource to do something with it. Undefined: it has no such verb. Throws what the type throws. */
export function callOn(
  types: readonly ResourceType[],
  by: Pick<ArmCall, 'world' | 'principal' | 'caller'>,
  id: string,
  verb: Verb,
): ArmReply | undefined {
  const path = parseArmPath(id);
  if (path === undefined) return undefined;
  const name = path.types.join('/').toLowerCase();
  const type = types.find(
    each => each.name.toLowerCase() === name && each.namespace.toLowerCase() === path.namespace.toLowerCase(),
  );
  const handler = type?.item?.[verb];
  if (type === undefined || handler === undefined) return undefined;
  const { world, principal, caller } = by;
  const subscription = `/subscriptions/${world.subscriptionId}`;
  const group = world.resourceGroups.get(`${subscription}/resourceGroups/${path.resourceGroup}`)?.name ?? '';
  const scopeId = group === '' ? subscription : `${subscription}/resourceGroups/${group}`;
  const common = { world, principal, caller, apiVersion: newest(type), query: new URLSearchParams(), body: {} };
  return handler({ ...common, verb, path, scopeId, group });
}
