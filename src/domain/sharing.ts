/**
 * Who else needs what is about to be taken down. Pure.
 *
 * | used by                                   | then                                |
 * |-------------------------------------------|-------------------------------------|
 * | a live object                             | it is released, and left in Azure   |
 * | somebody whom no object here stands for   | the same: a scope is never emptied  |
 * | only objects that are being deleted too   | wait until they have let go         |
 * | a live object that has yet to list a link | wait until it has, two minutes long |
 */
import type { Desired } from './desire.ts';
import type { Failure } from './failures.ts';
import { isOwnLinkName, sameId, shortName } from './names.ts';
import { leavingHolder, leavingLinksTo, leavingUsersOf, seekersOfLink, usersOf } from './neighbours.ts';
import { bodyOf, type Observed } from './observed.ts';
import { type ArmId, isAdopted, type PrivateLinkScope, type Resource, type ScopedResource } from './resources.ts';
import { zoneUse } from './zone-teardown.ts';

export type Use =
  | { readonly is: 'Free' }
  /** By whom, for messages: `plant/line-2`, `link by-hand`. */
  | { readonly is: 'Used'; readonly by: readonly string[] }
  /** By objects that are being deleted. */
  | { readonly is: 'Leaving'; readonly by: readonly string[] }
  /** By live objects that are about to take it over. */
  | { readonly is: 'Sought'; readonly by: readonly string[] }
  | { readonly is: 'Unknown'; readonly failure: Failure };

/**
 * What one object lets go of, another must have listed, or nobody would ever take it down or open it again. One that
 * cannot list a link for so long, in milliseconds, has not built on it either, and makes one of its own when it can.
 */
export const HANDOVER_MS = 120_000;

/** Whether anybody else needs a resource of ours. */
export function useOf(body: Resource, want: Desired, seen: Observed): Use {
  const users = usersOf(body.id, seen);
  if (users.length > 0) return { is: 'Used', by: users };
  if (body.kind === 'scopedResource') return soughtUse(body, want, seen);
  if (body.kind === 'workspace' || body.kind === 'dataCollectionEndpoint')
    return leavingUse(leavingLinksTo(body.id, seen));
  // Its records lead there until it has taken them out of DNS.
  if (body.kind === 'privateEndpoint') return leavingUse(leavingUsersOf(body.id, seen));
  if (body.kind === 'privateLinkScope') return guestsOf(body, want, seen);
  if (body.kind === 'dnsZone') return zoneUse(body, want, seen);
  return { is: 'Free' };
}

function soughtUse(link: ScopedResource, { deletedAt }: Desired, seen: Observed): Use {
  const by = seekersOfLink(link, seen);
  if (by.length === 0) return { is: 'Free' };
  // Whoever lives on is known as its maker when it is taken over.
  if (deletedAt === undefined) return { is: 'Used', by };
  return seen.now - deletedAt < HANDOVER_MS ? { is: 'Sought', by } : { is: 'Free' };
}

const leavingUse = (by: readonly string[]): Use => (by.length > 0 ? { is: 'Leaving', by } : { is: 'Free' });

/** A scope that others hang on is left to them: links and endpoints that are not this object's. */
function guestsOf(scope: PrivateLinkScope, want: Desired, seen: Observed): Use {
  if (seen.scopeLinks.is === 'unread') return { is: 'Unknown', failure: seen.scopeLinks.failure };
  const links = (bodyOf(seen.scopeLinks) ?? [])
    .filter(link => !isOwnLinkName(link.name, want.owner))
    .map(({ id, name }): Guest => ({ id, name, text: `link ${name}` }));
  const endpoints = scope.connections
    .filter(({ endpointId }) => isAdopted(want.endpoint) || !sameId(endpointId, want.endpoint.id))
    .map(({ endpointId: id }): Guest => ({ id, name: shortName(id), text: `private endpoint ${shortName(id)}` }));
  const guests = [...links, ...endpoints].map(guest => ({ ...guest, holder: leavingHolder(guest, seen) }));
  const staying = guests.filter(({ holder }) => holder === undefined);
  if (staying.length > 0) return { is: 'Used', by: staying.map(({ text }) => text) };
  return leavingUse([...new Set(guests.flatMap(({ holder }) => holder ?? []))]);
}

interface Guest {
  readonly id: ArmId;
  readonly name: string;
  readonly text: string;
}
