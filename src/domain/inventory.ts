/**
 * The inventory: what this object has in Azure, written into the status before the first PUT of each. Deletion walks
 * it, so an entry leaves only after a 404 or an explicit release. Pure.
 */

import { type Desired, wantsOf } from './desire.ts';
import { ARC_ENDPOINT } from './desire-arc.ts';
import { withAccess, withNote } from './inventory-access.ts';
import type { InventoryEntry } from './object.ts';
import { isAdopted } from './resources.ts';
import type { Action } from './steps.ts';

/** The CRD admits this many. */
export const INVENTORY_MAX = 256;

const byKey = (a: InventoryEntry, b: InventoryEntry): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

const put = (entries: readonly InventoryEntry[], entry: InventoryEntry): readonly InventoryEntry[] =>
  [...without(entries, entry.key), entry].sort(byKey);

const without = (entries: readonly InventoryEntry[], key: string) => entries.filter(entry => entry.key !== key);

/** The moment of a wave of actions: epoch ms, and the metadata.generation that asks for them. */
export interface Moment {
  readonly now: number;
  readonly generation: number;
}

/**
 * The inventory that must be stored before these actions are sent: an entry for each creation, stamped now; what was
 * there before a closing; and what is to be taken back.
 */
export function beforeActions(
  entries: readonly InventoryEntry[],
  actions: readonly Action[],
  moment: Moment,
): readonly InventoryEntry[] {
  const startedAt = new Date(moment.now).toISOString();
  let inventory = entries;
  for (const action of actions) {
    if (action.verb === 'close' || action.verb === 'open') inventory = withAccess(inventory, action, moment);
    if (action.verb !== 'create') continue;
    const { key, want } = action;
    inventory = put(inventory, { key, id: want.id, origin: 'Created', policy: want.policy, startedAt });
  }
  return inventory;
}

/**
 * The inventory after a pass: adoptions added, forgotten entries gone, and the recorded policy of what is still wanted
 * brought to what the spec says.
 */
export function afterActions(
  entries: readonly InventoryEntry[],
  actions: readonly Action[],
  want: Desired,
): readonly InventoryEntry[] {
  const settled = actions.reduce<readonly InventoryEntry[]>((kept, action) => {
    if (action.verb === 'forget') return without(kept, action.key);
    if (action.verb === 'note') return withNote(kept, action);
    if (action.verb !== 'adopt') return kept;
    const { key, id, origin, policy } = action;
    return put(kept, { key, id, origin, policy });
  }, entries);
  return withPolicies(settled, want);
}

/** Whether a deletion gives an entry up instead of deleting it: no call to Azure is needed for it. */
export const isReleased = (entry: InventoryEntry, want: Desired): boolean =>
  want.abandoned || want.planOnly || entry.origin === 'Adopted' || entry.policy === 'Retain';

/** Whether a deletion takes our tag off an entry that it gives up. Links and zone groups have none. */
export const isToUntag = (entry: InventoryEntry, want: Desired): boolean =>
  want.releases &&
  !want.abandoned &&
  !want.planOnly &&
  entry.origin === 'Created' &&
  isReleased(entry, want) &&
  !/^(scopedResource|zoneGroup)(\/|$)/.test(entry.key);

/** Whether a deletion has to call Azure about an entry. */
export const needsAzure = (entry: InventoryEntry, want: Desired): boolean =>
  !isReleased(entry, want) || isToUntag(entry, want);

/**
 * Whether a deletion takes something away that DNS may still lead to: our endpoint, or our workspaces' names on an
 * endpoint that stays.
 */
export function isPathToGo(entries: readonly InventoryEntry[], want: Desired): boolean {
  const leads = (entry: InventoryEntry) =>
    entry.key === want.endpoint.key ||
    entry.key === ARC_ENDPOINT ||
    (isAdopted(want.endpoint) && entry.key.startsWith('scopedResource/'));
  return entries.some(entry => leads(entry) && !isReleased(entry, want));
}

/** All of private DNS goes by one policy. */
const ofZones = /^(zoneGroup|dnsZone|zoneLink)(\/|$)/;

/** The inventory with the policies that the spec states now: the recorded one counts for what has left the spec. */
export function withPolicies(entries: readonly InventoryEntry[], want: Desired): readonly InventoryEntry[] {
  const policies = new Map(wantsOf(want).map(item => [item.key, item.policy]));
  return entries.map(entry => {
    const stated = policies.get(entry.key) ?? (ofZones.test(entry.key) ? want.zones?.group.policy : undefined);
    const policy = entry.origin === 'Created' ? stated : undefined;
    return policy === undefined || policy === entry.policy ? entry : { ...entry, policy };
  });
}
