/**
 * What a pass reads of Azure Arc: the private link scope, its endpoint and the names on that; nothing where neither the
 * spec nor the inventory knows of it. src/controller/observe-azure.ts and observe.ts alone use it.
 */

import { haveAllJoined } from '../domain/arc-machines.ts';
import type { ArcPrivateLinkScope } from '../domain/arc-resources.ts';
import type { Desired } from '../domain/desire.ts';
import { ARC_ENDPOINT, ARC_SCOPE } from '../domain/desire-arc.ts';
import type { Failure } from '../domain/failures.ts';
import { linesOf } from '../domain/merge.ts';
import { ownerKey } from '../domain/names.ts';
import { ABSENT, type ArcSight, bodyOf, type Observed, type Sight, unread } from '../domain/observed.ts';
import type { ArcPrivateEndpoint } from '../domain/resources.ts';
import { isAdopted } from '../domain/resources.ts';
import { lookAt, type Subject } from './look.ts';
import { readInterface } from './observe-records.ts';
import { readSubnet } from './observe-surroundings.ts';
import type { ArcTimes, Pass } from './world.ts';

type Arc = Pick<Observed, 'arc'>;

const isScope = (item: Subject): item is Subject<'arcPrivateLinkScope'> => item.kind === ARC_SCOPE;
const isEndpoint = (item: Subject): item is Subject<'arcPrivateEndpoint'> => item.kind === ARC_ENDPOINT;

const isAsked = (want: Desired): boolean => want.deletedAt === undefined && want.collection?.arc !== undefined;

/** Scope, endpoint, interface and subnet. */
export async function observeArc(want: Desired, subjects: readonly Subject[], pass: Pass): Promise<Arc> {
  const [scopeAt, endpointAt] = [subjects.find(isScope), subjects.find(isEndpoint)];
  if (scopeAt === undefined && endpointAt === undefined) return {};
  // Who else is connected to a scope that is to go is asked anew each time.
  const resyncMs = isAsked(want) ? want.intervalMs : 0;
  const [scope, endpoint]: readonly [Sight<ArcPrivateLinkScope>, Sight<ArcPrivateEndpoint>] = await Promise.all([
    scopeAt === undefined ? { reading: ABSENT } : lookAt(scopeAt, pass, { resyncMs }),
    endpointAt === undefined ? { reading: ABSENT } : lookAt(endpointAt, pass, { resyncMs: want.intervalMs }),
  ]);
  const [networkInterface, subnet] = await Promise.all([
    readInterface(want, endpoint, pass),
    readSubnet(subnetIdOf(want, endpoint), want, pass),
  ]);
  return { arc: { scope, endpoint, networkInterface, subnet } };
}

function subnetIdOf({ collection }: Desired, endpoint: Sight<ArcPrivateEndpoint>): string | undefined {
  const wanted = collection?.arc?.endpoint;
  return wanted !== undefined && !isAdopted(wanted) ? wanted.subnetId : bodyOf(endpoint.reading)?.subnetId;
}

/** Nothing could be read: each of them carries that failure. */
export function unreadArc(subjects: readonly Subject[], failure: Failure): Arc {
  if (!subjects.some(item => isScope(item) || isEndpoint(item))) return {};
  const reading = unread<never>(failure);
  return { arc: { scope: { reading }, endpoint: { reading }, networkInterface: reading, subnet: reading } };
}

/** By key, for what is asked of all that was looked at. */
export const arcSights = (arc: ArcSight | undefined): readonly (readonly [string, Sight])[] =>
  arc === undefined
    ? []
    : [
        [ARC_SCOPE, arc.scope],
        [ARC_ENDPOINT, arc.endpoint],
      ];

type TimesSight = Pick<Observed, 'arc' | 'machines' | 'target' | 'networkInterface'>;

/**
 * Since when every machine has been in the scope, and since when nobody is sent to an endpoint that is to go. What cannot
 * be read now changes neither; a start of the process begins both anew.
 */
export function withArcTimes(want: Desired, seen: TimesSight, pass: Pass): Arc {
  const { arc } = seen;
  const { memory, now } = pass;
  const { uid } = pass.object.metadata;
  if (arc === undefined) {
    memory.arcTimes.delete(uid);
    return {};
  }
  const before = memory.arcTimes.get(uid) ?? {};
  const joined = isAsked(want) ? haveAllJoined(want, seen) : false;
  const gone = isAsked(want) ? false : isUnpublished(want, seen);
  const times = {
    ...since('joinedSince', joined, before, now),
    ...since('unpublishedSince', gone, before, now),
  };
  memory.arcTimes.set(uid, times);
  return { arc: { ...arc, ...times } };
}

function since(name: keyof ArcTimes, holds: boolean | undefined, before: ArcTimes, now: number): ArcTimes {
  const at = holds === false ? undefined : (before[name] ?? (holds === true ? now : undefined));
  return at === undefined ? {} : { [name]: at };
}

/**
 * Whether no line of ours leads to the endpoint; `undefined` while that is not known. Of an endpoint that shows no interface
 * any more, only the addresses of the other one tell.
 */
function isUnpublished(want: Desired, { arc, target, networkInterface }: TimesSight): boolean | undefined {
  const lines = bodyOf(target)?.lines;
  const [own, other] = [arc && addressesOn(arc.networkInterface), addressesOn(networkInterface)];
  if (lines === undefined || (own === undefined && other === undefined)) return undefined;
  const isTheirs = (address: string) => (own === undefined ? other?.has(address) === false : own.has(address));
  return !linesOf(lines, ownerKey(want.owner)).some(line => line.addresses.some(isTheirs));
}

const addressesOn = (reading: Observed['networkInterface']): ReadonlySet<string> | undefined =>
  reading.is === 'present' ? new Set(reading.body.entries.map(({ address }) => address)) : undefined;
