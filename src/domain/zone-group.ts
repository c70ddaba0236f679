/**
 * The one zone group that an endpoint can have: ours in the asked shape, made anew where Azure cannot change it; or that
 * of somebody else, adopted when it holds the asked zones and left when not. Pure; src/domain/zones.ts uses it.
 *
 * | the endpoint's group                  | verdict                                            |
 * |---------------------------------------|----------------------------------------------------|
 * | none                                  | created                                            |
 * | ours, zones added or taken out        | updated                                            |
 * | ours, another zone of the same name   | deleted, and created by the pass after             |
 * | another's, with all the asked zones   | adopted; deleted with the last that needs it, when |
 * |                                       | another object of this operator made it            |
 * | another's, without one of them        | Stalled OtherZoneGroup: never a second one         |
 */
import { changeText, converge, isFailedState, isSucceeded, nameOf, provisioning } from './converge.ts';
import type { Desired } from './desire.ts';
import { differences } from './diff.ts';
import { needsRemaking } from './diff-zones.ts';
import { isOwnLinkName, sameId, shortName } from './names.ts';
import { isGroupPassedOn } from './neighbours.ts';
import { bodyOf, entryOf, type Observed, type ZonesSight } from './observed.ts';
import { acts, ready, unreadable, type Verdict } from './steps.ts';
import type { ZoneGroup, ZoneGroupWant } from './zone-resources.ts';

/** The verdict on a group that is not ours; `undefined` when there is none. */
export function foreignGroup(
  wanted: ZoneGroupWant,
  want: Desired,
  seen: Observed,
  { group, groups }: ZonesSight,
): Verdict | undefined {
  const entry = entryOf(seen, wanted.key);
  const listed = bodyOf(group.reading);
  // The list is a hint: what the inventory names and a GET did not find is gone, whatever the list says.
  const other = listed ?? bodyOf(groups)?.find(({ id }) => !sameId(id, wanted.id) && !sameId(id, entry?.id));
  if (other === undefined || isOwnLinkName(other.name, want.owner)) return undefined;
  const missing = wanted.configs.filter(({ zoneId }) => !other.configs.some(config => sameId(config.zoneId, zoneId)));
  const name = `${nameOf(other)} of ${shortName(wanted.endpointId)}`;
  if (missing.length > 0 || wanted.configs.length === 0)
    return stalled('OtherZoneGroup', notOurs(name, other, missing));
  if (isFailedState(other.provisioningState)) {
    return stalled(
      'AdoptedNotUsable',
      `${name} is ${other.provisioningState}: its owner has to repair it (${other.id})`,
    );
  }
  if (!isSucceeded(other.provisioningState)) {
    return provisioning(`${name} is ${other.provisioningState}`, group.unsettledSince, seen.now);
  }
  if (sameId(entry?.id, other.id)) return ready('AllReady', `${name} holds the asked zones, ${zoneText(wanted)}`);
  const { key, policy } = wanted;
  const kept = isGroupPassedOn(other.id, seen) ? ({ policy, origin: 'Created' } as const) : KEPT;
  return acts('Updating', `${name} holds the asked zones: it is adopted`, {
    verb: 'adopt',
    key,
    id: other.id,
    ...kept,
  });
}

const KEPT = { policy: 'Retain', origin: 'Adopted' } as const;

const stalled = (reason: 'OtherZoneGroup' | 'AdoptedNotUsable', message: string): Verdict => ({
  state: 'Stalled',
  reason,
  message,
  actions: [],
});

function notOurs(name: string, { configs }: ZoneGroup, missing: ZoneGroupWant['configs']): string {
  const held = configs.map(({ zoneId }) => shortName(zoneId)).join(', ') || 'no zone';
  const lacks = missing.length === 0 ? '' : ` and not ${missing.map(({ zoneId }) => zoneId).join(', ')}`;
  return `spec.privateEndpoint.zoneGroup: ${name} is somebody else's and holds ${held}${lacks}; an endpoint takes one group, so it is left: ask its owner to add them or to take the group away, or give the zoneIds that it holds`;
}

/** Ours, once there is no other. */
export function convergeGroup(
  wanted: ZoneGroupWant,
  want: Desired,
  seen: Observed,
  { group, groups }: ZonesSight,
): Verdict {
  const body = bodyOf(group.reading);
  if (body === undefined && groups.is === 'unread') return unreadable(groups.failure);
  const verdict = converge(wanted, group, { ...seen, owner: want.owner });
  if (verdict.state === 'Ready') return ready('AllReady', `${nameOf(wanted)} holds ${zoneText(wanted)}`);
  const isChange = verdict.actions.some(action => action.verb === 'update');
  if (body === undefined || !isChange || !needsRemaking(wanted, body)) return verdict;
  const { changes } = differences(wanted, body);
  const { key, kind } = wanted;
  const text = `${nameOf(wanted)}: ${changeText(changes)}; Azure cannot change that, so the group is deleted and made again`;
  const listing = verdict.actions.filter(action => action.verb === 'adopt');
  // Only what is listed is ever deleted.
  if (listing.length > 0) return acts('Updating', text, ...listing);
  return acts('Updating', text, { verb: 'delete', key, kind, id: body.id, changes });
}

const zoneText = ({ configs }: ZoneGroupWant): string =>
  configs.length === 1 ? shortName(configs[0]?.zoneId ?? '') : `${configs.length} zones`;
