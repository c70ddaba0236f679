/**
 * What the spec names by its resourceId: it must be there and settled, is listed in the inventory as adopted, and no
 * verdict here ever asks for a write. Pure.
 */
import { busyVerdict, isFailedState, isSucceeded, nameOf } from './converge.ts';
import { entryOf, type Observed, type Sight } from './observed.ts';
import type { Adoptable, Adopted } from './resources.ts';
import { acts, ready, unreadable, type Verdict, waits } from './steps.ts';

/** An owner's operation that takes this long is not waited for in silence, in milliseconds. */
const HANGS_AFTER_MS = 3_600_000;

const TAKE_OUT = 'make it, or take the item out';
const OTHER_OBJECT = 'make it, or write another object with the right id';

/** Where the spec names it, and what can be done when it is not there. */
const MISSING = {
  workspace: ['spec.workspaces', TAKE_OUT],
  component: ['spec.applicationInsights', TAKE_OUT],
  dataCollectionEndpoint: ['spec.dataCollection.endpoints', TAKE_OUT],
  privateLinkScope: ['spec.privateLinkScope.resourceId', OTHER_OBJECT],
  privateEndpoint: ['spec.privateEndpoint.resourceId', OTHER_OBJECT],
} as const satisfies Record<Adoptable, readonly [string, string]>;

/** Ready when the resource is there, Succeeded and listed. One that is missing is looked for again with each resync. */
export function adopt(item: Adopted, sight: Sight, seen: Pick<Observed, 'now' | 'inventory'>): Verdict {
  const { reading } = sight;
  const name = nameOf(item);
  const busy = busyVerdict(item, sight, seen.now);
  if (busy) return busy;
  if (reading.is === 'unread') return unreadable(reading.failure);
  if (reading.is === 'absent') {
    const [field, cure] = MISSING[item.kind];
    const message = `${field}: there is no ${item.id}; what is adopted by its resourceId is never created here: ${cure}`;
    return { state: 'Stalled', reason: 'AdoptedNotFound', message, actions: [] };
  }
  const { provisioningState: state } = reading.body;
  if (isFailedState(state)) return stuck(`${name} is ${state}: its owner has to repair it (${item.id})`);
  if (!isSucceeded(state)) {
    const since = sight.unsettledSince ?? seen.now;
    if (seen.now - since < HANGS_AFTER_MS) return waits('Provisioning', `${name} is ${state}`);
    return stuck(`${name} is ${state} since ${new Date(since).toISOString()}: its owner has to look after it`);
  }
  const { key, id, policy } = item;
  if (entryOf(seen, key) !== undefined) return ready('AllReady', `${name} is Succeeded and adopted`);
  const text = `${name} is there: it is adopted`;
  return acts('Updating', text, { verb: 'adopt', key, id, policy, origin: 'Adopted' });
}

const stuck = (message: string): Verdict => ({ state: 'Stalled', reason: 'AdoptedNotUsable', message, actions: [] });
