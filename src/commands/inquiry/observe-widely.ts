/**
 * What a pass of the operator would see, and what is around the network wherever that is: a pass asks for it only where
 * something can be found, these commands are run by a person who wants to know. src/commands only.
 */
import { observe } from '../../controller/observe.ts';
import type { Desired } from '../../domain/desire.ts';
import { failureOf } from '../../domain/failures.ts';
import { parseId } from '../../domain/names.ts';
import { bodyOf, type Observed, present, unread } from '../../domain/observed.ts';
import { lookingPass, type Surroundings } from './surroundings.ts';

/** Everything that a plan needs, and the surroundings once the subnet is known and not published from yet. */
export async function observeWidely(want: Desired, around: Surroundings, signal: AbortSignal): Promise<Observed> {
  const seen = await observe(want, lookingPass(around, signal));
  const subnet = bodyOf(seen.subnet);
  const isOurs = bodyOf(seen.endpoint.reading) !== undefined && (around.object.status.recordCount ?? 0) > 0;
  if (seen.surroundings !== undefined || subnet === undefined || isOurs) return seen;
  const ids = [want.subscriptionId, ...[subnet.id, ...(subnet.peeredNetworkIds ?? [])].flatMap(subscriptionOf)];
  try {
    return { ...seen, surroundings: present(await around.azure.surroundings(ids, signal)) };
  } catch (thrown) {
    signal.throwIfAborted();
    return { ...seen, surroundings: unread(failureOf(thrown)) };
  }
}

function subscriptionOf(id: string): readonly string[] {
  const at = parseId(id);
  return at === undefined ? [] : [at.subscriptionId];
}
