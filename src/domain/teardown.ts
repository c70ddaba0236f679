/**
 * Taking down what is no longer wanted: single items that left the spec, or everything when the object is deleted, in
 * the reverse order of building. It walks the inventory, not the spec. Pure. Order: facts ampls 1.4.
 */
import { busyVerdict, graceLeftMs, isOurs, nameOf } from './converge.ts';
import type { Desired } from './desire.ts';
import { judgeIdentity } from './identity.ts';
import { linesOf } from './merge.ts';
import { isOwnLinkName, ownerKey, sameId, shortName } from './names.ts';
import type { InventoryEntry } from './object.ts';
import { bodyOf, type Observed, type Sight } from './observed.ts';
import { findingText } from './publishing.ts';
import type { Kind } from './resources.ts';
import { acts, after, combine, each, inSeries, type Plan, ready, unreadable, type Verdict, waits } from './steps.ts';

/** DNS is waited for this long after the deletion at most, in milliseconds. */
export const DRAIN_LIMIT_MS = 300_000;
const DRAIN_RETRY_MS = 2_000;

const kindOf = (entry: InventoryEntry): Kind => entry.key.split('/')[0] as Kind;
const ofKind = (entries: readonly InventoryEntry[], kind: Kind) => entries.filter(entry => kindOf(entry) === kind);

/** The plan of a deletion. All steps Ready and the inventory empty: the object may go. */
export function teardown(want: Desired, seen: Observed): Plan {
  const { inventory } = seen;
  const credentials = inventory.length === 0 ? ready('TokenObtained', 'not needed any more') : judgeIdentity(seen);
  const unpublished = unpublish(want, seen);
  const drained = drain(want, seen);
  const gate = { credentials, unpublished, drained };
  const remove = (kind: Kind) => takeDown(ofKind(inventory, kind), want, seen);
  const endpoint = after(gate, () => remove('privateEndpoint'));
  const links = after({ ...gate, endpoint }, () => remove('scopedResource'));
  const scope = after({ ...gate, endpoint, links }, () => remove('privateLinkScope'));
  const workspaces = after({ ...gate, links }, () => remove('workspace'));
  return {
    mode: 'teardown',
    steps: [
      { name: 'CredentialsReady', verdict: credentials },
      { name: 'RecordsPublished', verdict: unpublished },
      { name: 'RecordsResolving', verdict: drained },
      { name: 'EndpointReady', verdict: endpoint },
      { name: 'ResourcesLinked', verdict: links },
      { name: 'ScopeReady', verdict: scope },
      { name: 'WorkspacesReady', verdict: workspaces },
    ],
    conflicts: [],
  };
}

/** Inventory entries to take down: links first and one at a time, then what they held. */
export function takeDown(entries: readonly InventoryEntry[], want: Desired, seen: Observed): Verdict {
  const judge = (entry: InventoryEntry) => takeDownOne(entry, want, seen);
  const links = inSeries(ofKind(entries, 'scopedResource'), judge);
  const rest = after({ ResourcesLinked: links }, () =>
    each(
      entries.filter(entry => kindOf(entry) !== 'scopedResource'),
      judge,
    ),
  );
  return combine([links, rest]);
}

function takeDownOne(entry: InventoryEntry, want: Desired, seen: Observed): Verdict {
  const { key, id } = entry;
  const of = { kind: kindOf(entry), name: shortName(id) };
  const sight = sightOf(entry, seen);
  const busy = busyVerdict(of, sight, seen.now);
  if (busy) return busy;
  const forget = (why: 'Deleted' | 'Retained', message: string) =>
    acts(why === 'Deleted' ? 'Deleted' : 'Released', message, { verb: 'forget', key, id, why });
  if (entry.origin === 'Adopted' || entry.policy === 'Retain')
    return forget('Retained', `${nameOf(of)} is left in Azure`);
  if (sight.reading.is === 'unread') return unreadable(sight.reading.failure);
  if (sight.reading.is === 'absent') {
    const grace = graceLeftMs(key, sight, seen);
    return grace > 0
      ? waits('Deleting', `${nameOf(of)} was asked for and may still turn up`, grace)
      : forget('Deleted', `${nameOf(of)} is gone`);
  }
  const body = sight.reading.body;
  if (!isOurs(body, want.owner))
    return forget('Retained', `${nameOf(of)} does not carry our tag any more and is left in Azure`);
  const guests = of.kind === 'privateLinkScope' ? guestsOf(want, seen) : [];
  if (guests.length > 0) return forget('Retained', `${nameOf(of)} is left: in use by ${guests.join(', ')}`);
  if (/^deleting$/i.test(body.provisioningState)) return waits('Deleting', `${nameOf(of)} is being deleted`);
  return acts('Deleting', `${nameOf(of)} is being deleted`, { verb: 'delete', key, kind: of.kind, id: body.id });
}

function sightOf(entry: InventoryEntry, seen: Observed): Sight {
  const nothing: Sight = { reading: { is: 'absent' } };
  switch (kindOf(entry)) {
    case 'workspace':
      return seen.workspaces.get(entry.key) ?? nothing;
    case 'scopedResource':
      return seen.links.get(entry.key) ?? nothing;
    case 'privateLinkScope':
      return seen.scope;
    case 'privateEndpoint':
      return seen.endpoint;
  }
}

/** Whoever else uses the scope: links and endpoints that are not this object's. */
function guestsOf(want: Desired, seen: Observed): readonly string[] {
  const links = (bodyOf(seen.scopeLinks) ?? []).filter(link => !isOwnLinkName(link.name, want.owner));
  const endpoints = bodyOf(seen.scope.reading)?.connectedEndpointIds ?? [];
  const foreign = endpoints.filter(id => !sameId(id, want.endpoint.id));
  return [...links.map(link => `link ${link.name}`), ...foreign.map(id => `private endpoint ${shortName(id)}`)];
}

function unpublish(want: Desired, seen: Observed): Verdict {
  if (seen.target.is === 'unread') return unreadable(seen.target.failure);
  const mine = linesOf(bodyOf(seen.target)?.lines ?? [], ownerKey(want.owner));
  if (mine.length === 0) return ready('Unpublished', `no record of ours is in ${want.dns.target}`);
  return acts('Deleting', `${mine.length} records are being taken out of ${want.dns.target}`, {
    verb: 'unpublish',
    key: 'records',
  });
}

/** Clients must not be left with addresses of an endpoint that is gone: wait until no server gives them, and one TTL. */
function drain(want: Desired, seen: Observed): Verdict {
  const waitedMs = seen.now - (want.deletedAt ?? seen.now);
  if (waitedMs > DRAIN_LIMIT_MS) return ready('Unpublished', 'five minutes have passed since the deletion');
  if (seen.resolution.is === 'unread') return unreadable(seen.resolution.failure);
  if (seen.resolution.is === 'absent') return ready('Unpublished', 'nothing was published');
  const { wrong, unansweredSince } = seen.resolution.body;
  const [first] = wrong;
  if (first !== undefined || unansweredSince === undefined) {
    const told = first === undefined ? 'not asked yet' : `${wrong.length} answers still ours, ${findingText(first)}`;
    return waits('Draining', `waits until DNS has let go: ${told}`, DRAIN_RETRY_MS);
  }
  const ttlMs = (bodyOf(seen.target)?.ttlSeconds ?? 0) * 1_000;
  const left = unansweredSince + ttlMs - seen.now;
  if (left > 0) return waits('Draining', 'waits one TTL, until clients have forgotten our addresses', left);
  return ready('Unpublished', 'no DNS endpoint answers with our addresses');
}
