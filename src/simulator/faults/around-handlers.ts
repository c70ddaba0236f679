/**
 * The faults that lie in the world rather than on the wire: how long-running work ends, what a read does not see yet,
 * lists that are behind. Wraps the handlers of the resource types; which fault a call has met comes from http.ts through
 * the asynchronous context, so that neither frame nor types know of faults.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { parentNotFound } from '../frame/errors.ts';
import type { ArmCall, ArmReply, Handler, ResourceType, Verb } from '../frame/resource-type.ts';
import type { World } from '../world.ts';
import type { FaultEngine } from './engine.ts';
import { worldHistory } from './history.ts';
import type { Aftermath } from './plan.ts';

const current = new AsyncLocalStorage<Aftermath>();

/** Runs a call that has met a fault; the handlers inside find it. */
export const underFault = <T>(aftermath: Aftermath, run: () => T): T => current.run(aftermath, run);

/** ARM id of what the call names, lower case; a collection's id ends in its type. */
function askedId({ scopeId, path }: ArmCall): string {
  const pairs = path.types.flatMap((type, index) => [type, ...path.names.slice(index, index + 1)]);
  return [path.extendedId ?? scopeId, 'providers', path.namespace, ...pairs].join('/').toLowerCase();
}

const outcomeOf = ({ operation, error }: Aftermath): World['outcome'] => {
  if (operation === undefined) return undefined;
  if (operation === 'never' || operation === 'lost') return { kind: operation };
  return { kind: operation, ...(error === undefined ? {} : { error }) };
};

/** What reads do not see yet: lower-case id to the time from which on they do. */
function unseenResources(world: World) {
  const untilMs = new Map<string, number>();
  const now = (): readonly string[] => {
    for (const [id, until] of untilMs) if (until <= world.clock.now()) untilMs.delete(id);
    return [...untilMs.keys()];
  };
  return {
    add: (id: string, forMs: number) => untilMs.set(id.toLowerCase(), world.clock.now() + forMs),
    /** Those that this call would show. */
    concerning: (call: ArmCall, isList: boolean): readonly string[] => {
      if (untilMs.size === 0) return [];
      const asked = askedId(call);
      return now().filter(id => isList || asked === id || asked.startsWith(`${id}/`));
    },
    /** A look at the world without them. */
    without: <T>(ids: readonly string[], look: () => T): T =>
      world.imagine(() => {
        for (const map of world.collections().values()) for (const id of ids) map.delete(id);
      }, look),
  };
}

/** The types with every handler wrapped. One per simulator. */
export function aroundHandlers(
  world: World,
  types: readonly ResourceType[],
  engine: FaultEngine,
): readonly ResourceType[] {
  const unseen = unseenResources(world);
  const longestStaleMs = () =>
    Math.max(0, ...engine.report().map(({ rule }) => (rule.after?.staleSeconds ?? 0) * 1000));
  const history = worldHistory(world, () => (engine.active ? longestStaleMs() : 0));
  let created: string[] | undefined;
  world.watch(({ collection, before, after }) => {
    if (before === undefined && after !== undefined && collection !== 'operations') created?.push(after.id);
  });

  const run = (handler: Handler, call: ArmCall): ArmReply => {
    const fault = current.getStore();
    if (fault === undefined) return handler(call);
    world.outcome = outcomeOf(fault);
    created = [];
    try {
      return handler(call);
    } finally {
      world.outcome = undefined;
      const forMs = (fault.notFoundForSeconds ?? 0) * 1000;
      if (forMs > 0) for (const id of created) unseen.add(id, forMs);
      created = undefined;
    }
  };

  const asParent = (call: ArmCall, hidden: readonly string[]): void => {
    const parent = hidden.find(id => askedId(call).startsWith(`${id}/`));
    if (parent === undefined) return;
    throw parentNotFound(call.verb === 'DELETE' ? 'delete' : 'write', call.path.types.join('/'), parent);
  };

  const seeing = (handler: Handler, call: ArmCall, isList: boolean): ArmReply => {
    const hidden = unseen.concerning(call, isList);
    if (hidden.length > 0 && call.verb === 'GET') return unseen.without(hidden, () => handler(call));
    asParent(call, hidden);
    return run(handler, call);
  };

  const wrapItem =
    (handler: Handler): Handler =>
    call =>
      seeing(handler, call, false);

  const wrapList =
    (handler: Handler): Handler =>
    call => {
      const staleMs = (current.getStore()?.staleSeconds ?? 0) * 1000;
      return staleMs > 0 ? history.asOf(staleMs, () => handler(call)) : seeing(handler, call, true);
    };

  return types.map(type => {
    const item = Object.entries(type.item ?? {}).map(([verb, handler]) => [verb as Verb, wrapItem(handler)] as const);
    return {
      ...type,
      ...(type.item === undefined ? {} : { item: Object.fromEntries(item) }),
      ...(type.list === undefined ? {} : { list: wrapList(type.list) }),
      ...(type.action === undefined ? {} : { action: wrapItem(type.action) }),
    };
  });
}
