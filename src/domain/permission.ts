/**
 * Whether an object may act with the operator's own identity in Azure: its namespace must be named by the administrator,
 * and so must every place that it asks for. Pure. Threat: whoever may write an object would otherwise act in Azure with
 * rights that he was never given (a confused deputy).
 */
import { type Desired, wantsOf } from './desire.ts';
import { type Failure, stalled } from './failures.ts';
import { needsAzure, withPolicies } from './inventory.ts';
import { type Place, parseId } from './names.ts';
import type { PmsObject } from './object.ts';
import { mayStrand } from './stranding.ts';

export interface GlobalIdentityRules {
  /** `*` is every namespace. */
  readonly namespaces: readonly string[];
  /** Absent: everywhere. */
  readonly allowed?: readonly AllowedPlace[];
}

export interface AllowedPlace {
  readonly subscriptionId: string;
  /** Absent: every resource group of the subscription. */
  readonly resourceGroups?: readonly string[];
}

/** Whether the namespace is one of those that act with the operator's own identity. */
export const isNamed = (namespace: string, { namespaces }: GlobalIdentityRules): boolean =>
  namespaces.includes('*') || namespaces.includes(namespace);

/**
 * What keeps an object of a named namespace from acting; `undefined` when nothing does. A deletion asks for nothing but
 * what it has to deal with, wherever the spec points.
 */
export function placeRefusal(object: PmsObject, want: Desired, rules: GlobalIdentityRules): Failure | undefined {
  const { allowed } = rules;
  if (allowed === undefined) return undefined;
  const asked = want.deletedAt === undefined ? [...named(object), ...derived(want)] : [];
  const outside = [...asked, ...owned(object, want)].find(({ place }) => !isWithin(place, allowed));
  if (outside === undefined) return undefined;
  const { field, text } = outside;
  return stalled(
    'PlaceNotAllowed',
    `${field}: ${text} is outside of what the operator's identity may be used for (globalIdentity.allowed of its configuration); choose another place, or ask the administrator to allow this one`,
  );
}

interface Asked {
  readonly field: string;
  /** As a person reads it. */
  readonly text: string;
  /** Absent: it says none that could be allowed. */
  readonly place: Place | undefined;
}

function isWithin(place: Place | undefined, allowed: readonly AllowedPlace[]): boolean {
  if (place === undefined) return false;
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  return allowed.some(
    ({ subscriptionId, resourceGroups }) =>
      same(subscriptionId, place.subscriptionId) &&
      (resourceGroups === undefined || resourceGroups.some(group => same(group, place.resourceGroup))),
  );
}

/** Every place of the spec, with its field: so a field that a later version adds is not forgotten here. */
function named({ spec }: PmsObject): readonly Asked[] {
  const { subscriptionId, resourceGroup, tags: _, ...rest } = spec;
  const groups = {
    'spec.resourceGroup': resourceGroup,
    'spec.privateEndpoint.zoneGroup.createZones.resourceGroup':
      spec.privateEndpoint.zoneGroup?.createZones?.resourceGroup,
    'spec.dataCollection.machines.selector.resourceGroup': spec.dataCollection?.machines?.selector?.resourceGroup,
  };
  return [
    ...Object.entries(groups).flatMap(([field, group]) =>
      group === undefined ? [] : [atGroup(field, { subscriptionId, resourceGroup: group })],
    ),
    ...idsIn(rest, 'spec'),
  ];
}

const atGroup = (field: string, place: Place): Asked => ({
  field,
  text: `resource group ${place.resourceGroup} of subscription ${place.subscriptionId}`,
  place,
});

/** Tags are words to Azure, not addresses: they are not looked at. */
function idsIn(value: unknown, path: string): readonly Asked[] {
  if (typeof value === 'string') return /^\/subscriptions\//i.test(value) ? [atId(path, value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    idsIn(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  );
}

const derived = (want: Desired): readonly Asked[] => wantsOf(want).map(({ key, id }) => atId(key, id));

/** The status is ours to write, but whoever may write it too must not lead us astray. */
const owned = ({ status }: PmsObject, want: Desired): readonly Asked[] =>
  withPolicies(status.resources ?? [], want)
    .filter(entry => want.deletedAt === undefined || needsAzure(entry, want) || mayStrand(entry, want))
    .map(({ key, id }) => atId(`status.resources ${key}`, id));

/** An id in which a segment could lead elsewhere is in no place. */
function atId(field: string, id: string): Asked {
  const isPlain = !/[?#%\\]|\/\.\.?(\/|$)/.test(id);
  return { field, text: id, place: isPlain ? parseId(id) : undefined };
}
