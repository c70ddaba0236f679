/**
 * The other objects that share something with one: a scope, an endpoint, a workspace, a link. What a live one uses is
 * released instead of deleted; what one that is being deleted still holds is waited for. Pure.
 */
import { ACCESSES, type Access, type AccessWant } from './access.ts';
import { desire, wantsOf } from './desire.ts';
import { idKey, isOwnLinkName, ownerKey, scopeOfLink } from './names.ts';
import type { PmsObject } from './object.ts';
import { type ArmId, isAdopted, type Owner, type ScopedResource } from './resources.ts';

/** One other object, as far as sharing goes. */
export interface Neighbour {
  /** `namespace/name`. */
  readonly name: string;
  readonly owner: Owner;
  /** It is being deleted: what it holds goes soon, and it needs nothing any more. */
  readonly isLeaving: boolean;
  /** What it adopts or has listed, by `idKey`. What it would only like to create is not in use by it. */
  readonly uses: ReadonlySet<string>;
  /** Its links, each as scope and target. */
  readonly links: ReadonlySet<string>;
  /** Those that its spec keeps when it goes. */
  readonly keptLinks: ReadonlySet<string>;
  /** The public accesses that it states, by `accessKey`; none when it is being deleted or only plans. */
  readonly access: ReadonlyMap<string, string>;
  /** What was there before its closings, by `accessKey`. */
  readonly closed: ReadonlyMap<string, string>;
  /** Its zone group, by `idKey`, when that goes when it goes. */
  readonly mortalGroup?: string;
}

/** A link by what it joins: two objects may know it under two names. */
const joint = (scopeId: ArmId, targetId: ArmId): string => `${idKey(scopeId)} ${idKey(targetId)}`;

const accessKey = (id: ArmId, access: Access): string => `${idKey(id)} ${access}`;

/** What one object has to do with anything in Azure. */
export function neighbourOf(object: PmsObject, installation: string): Neighbour {
  const want = desire(object, installation);
  const inventory = object.status.resources ?? [];
  const listed = new Set(inventory.map(entry => entry.key));
  const isLeaving = want.deletedAt !== undefined;
  // One that is being deleted, or only plans, needs no more than it has.
  const needsMore = !isLeaving && !want.planOnly;
  const adopted = needsMore ? wantsOf(want).filter(isAdopted) : [];
  const zoneIds = want.zones?.zoneIds ?? [];
  const links = want.links.filter(link => needsMore || listed.has(link.key));
  return {
    name: ownerKey(want.owner),
    owner: want.owner,
    isLeaving,
    uses: new Set([...[...adopted, ...inventory].map(({ id }) => id), ...(needsMore ? zoneIds : [])].map(idKey)),
    links: new Set(links.map(link => joint(link.scopeId, link.targetId))),
    keptLinks: new Set(
      want.links.filter(({ policy }) => policy === 'Retain').map(link => joint(link.scopeId, link.targetId)),
    ),
    access: byAccess(needsMore ? want.access : []),
    closed: byAccess(inventory.map(({ id, closed }) => ({ id, access: closed?.before ?? {} }))),
    ...(want.zones?.group.policy === 'Delete' ? { mortalGroup: idKey(want.zones.group.id) } : {}),
  };
}

function byAccess(items: readonly Pick<AccessWant, 'id' | 'access'>[]): ReadonlyMap<string, string> {
  const values = items.flatMap(({ id, access }) =>
    ACCESSES.flatMap(name => {
      const value = access[name];
      return value === undefined ? [] : [[accessKey(id, name), value] as const];
    }),
  );
  return new Map(values);
}

/** Those of the others that share a resource with the object. */
export function neighboursOf(object: Neighbour, others: readonly Neighbour[]): readonly Neighbour[] {
  const shares = (other: Neighbour) =>
    [...object.uses].some(id => other.uses.has(id)) || [...object.links].some(link => other.links.has(link));
  return others.filter(other => other.name !== object.name && shares(other));
}

export interface Neighbourhood {
  readonly neighbours: readonly Neighbour[];
}

/** What the live objects beside this one ask of a public access. */
export const wishesFor = (
  id: ArmId,
  access: Access,
  { neighbours }: Neighbourhood,
): readonly { readonly name: string; readonly value: string }[] =>
  neighbours.flatMap(({ name, access: stated }) => {
    const value = stated.get(accessKey(id, access));
    return value === undefined ? [] : [{ name, value }];
  });

/** The objects that state a public access of a resource. */
export const concernedWith = (id: ArmId, { neighbours }: Neighbourhood): readonly Owner[] =>
  neighbours.filter(({ access }) => ACCESSES.some(name => access.has(accessKey(id, name)))).map(({ owner }) => owner);

/** What was there before one of the others closed an access; `undefined` when none of them did. */
export const beforeClosing = (id: ArmId, access: Access, { neighbours }: Neighbourhood): string | undefined =>
  neighbours.flatMap(({ closed }) => closed.get(accessKey(id, access)) ?? [])[0];

/** The live objects that use a resource. */
export const usersOf = (id: ArmId, { neighbours }: Neighbourhood): readonly string[] =>
  neighbours.filter(({ isLeaving, uses }) => !isLeaving && uses.has(idKey(id))).map(({ name }) => name);

/** The objects under deletion that have not let go of a resource yet. */
export const leavingUsersOf = (id: ArmId, { neighbours }: Neighbourhood): readonly string[] =>
  neighbours.filter(({ isLeaving, uses }) => isLeaving && uses.has(idKey(id))).map(({ name }) => name);

/** The live objects that want a link between the same two, whatever its name, and have not listed this one yet. */
export function seekersOfLink({ id, targetId }: ScopedResource, { neighbours }: Neighbourhood): readonly string[] {
  const wanted = joint(scopeOfLink(id), targetId);
  return neighbours
    .filter(({ isLeaving, links, uses }) => !isLeaving && links.has(wanted) && !uses.has(idKey(id)))
    .map(({ name }) => name);
}

/**
 * Whether another object made a link that both need: it goes with the last of them. What somebody made by hand, or an
 * object that keeps it, stays.
 */
export function isPassedOn({ id, name, targetId }: ScopedResource, { neighbours }: Neighbourhood): boolean {
  const joined = joint(scopeOfLink(id), targetId);
  return neighbours.some(({ owner, keptLinks }) => isOwnLinkName(name, owner) && !keptLinks.has(joined));
}

/** Whether another object made a zone group that both need. */
export const isGroupPassedOn = (id: ArmId, { neighbours }: Neighbourhood): boolean =>
  neighbours.some(({ mortalGroup }) => mortalGroup === idKey(id));

/** The objects under deletion that have not taken their link to this target away yet. */
export const leavingLinksTo = (targetId: ArmId, { neighbours }: Neighbourhood): readonly string[] =>
  neighbours
    .filter(({ isLeaving, links }) => isLeaving && [...links].some(link => link.endsWith(` ${idKey(targetId)}`)))
    .map(({ name }) => name);

/** The object under deletion that a link or an endpoint of a scope belongs to. */
export const leavingHolder = (
  guest: { readonly id: ArmId; readonly name: string },
  { neighbours }: Neighbourhood,
): string | undefined =>
  neighbours.find(
    ({ isLeaving, uses, owner }) => isLeaving && (uses.has(idKey(guest.id)) || isOwnLinkName(guest.name, owner)),
  )?.name;
