/**
 * The records that a plan would lead to, compared with what the target holds now. Names that Azure shows already are its
 * own; names that come with an endpoint or a link that is yet to be made are those that Microsoft documents, with
 * `<customerId of law-a>` where Azure has not chosen it yet. For plans alone: what is published is what Azure shows.
 * Pure. Source: facts ampls 2.3.
 */

import { refusedBy } from './allow-lists.ts';
import type { Desired } from './desire.ts';
import type { CollectionWant } from './desire-collection.ts';
import { allowListsOf, type DnsRules, viewRecords } from './endpoint.ts';
import { linesOf, type PublishedLine } from './merge.ts';
import { ownerKey } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { type DnsRecord, withDerived } from './records.ts';
import { isAdopted } from './resources.ts';
import type { Action } from './steps.ts';

/** One name of the target that would be added, changed or taken out. */
export interface RecordChange {
  readonly mark: '+' | '~' | '-';
  readonly name: string;
  /** Empty while they are known only after apply. */
  readonly addresses: readonly string[];
  /** The addresses that the target holds now; of `~` and `-`. */
  readonly found: readonly string[];
}

export interface RecordsForecast {
  readonly target: string;
  /** Whether the target could be read: if not, every record counts as added. */
  readonly isTargetRead: boolean;
  /** Sorted by name. */
  readonly changes: readonly RecordChange[];
  /** Records that there would be, all together. */
  readonly total: number;
  /** More are to come, whose names only Azure knows. */
  readonly isOpen?: true;
}

/** The names that every scope has. */
const SHARED_NAMES = [
  'api.monitor.azure.com',
  'global.in.ai.monitor.azure.com',
  'profiler.monitor.azure.com',
  'live.monitor.azure.com',
  'diagservices-query.monitor.azure.com',
  'snapshot.monitor.azure.com',
  'scadvisorcontentpl.blob.core.windows.net',
  'global.handler.control.monitor.azure.com',
];
/** The zones of a workspace's own names. */
const OWN_ZONES = ['oms.opinsights.azure.com', 'ods.opinsights.azure.com', 'agentsvc.azure-automation.net'];

/** The zones of a data collection endpoint's own names. */
const COLLECTOR_ZONES = [
  'handler.control.monitor.azure.com',
  'ingest.monitor.azure.com',
  'metrics.ingest.monitor.azure.com',
];

interface Sight {
  readonly seen: Observed;
  readonly rules: DnsRules;
}

/** What would become of the target once the actions had been carried out. */
export function forecastRecords(want: Desired, { seen, rules }: Sight, actions: readonly Action[]): RecordsForecast {
  const expected = expectedRecords(want, { seen, rules }, actions);
  const target = bodyOf(seen.target);
  const held = linesOf(target?.lines ?? [], ownerKey(want.owner));
  return {
    target: want.dns.target,
    isTargetRead: target !== undefined,
    changes: changesOf(expected, held),
    total: expected.length,
    ...(rules.isOtherCloud && namesToCome(want, { seen, rules }, actions).length > 0 ? { isOpen: true } : {}),
  };
}

function expectedRecords(want: Desired, { seen, rules }: Sight, actions: readonly Action[]): readonly DnsRecord[] {
  const isMade = isEndpointMade(actions);
  const endpoint = bodyOf(seen.endpoint.reading);
  // Without an endpoint, and without one to come, nobody can say what there would be.
  if (endpoint === undefined && !isMade) return [];
  const view = viewRecords(want, seen, rules);
  const isThere = !isMade && view.set.records.length > 0;
  const gone = startsTakenOut(seen, actions);
  const known = isThere
    ? view.set.records.filter(({ name, sameAs }) => sameAs === undefined && !gone.some(start => name.startsWith(start)))
    : [];
  const names = rules.isOtherCloud ? [] : namesToCome(want, { seen, rules }, actions);
  const awaited = names.map(
    (name): DnsRecord => ({ name, addresses: [], source: 'NetworkInterface', shared: SHARED_NAMES.includes(name) }),
  );
  const allowLists = allowListsOf(seen);
  const { records } = withDerived([...known, ...awaited], { ...want.dns, allowLists });
  return records.filter(record => refusedBy(allowLists, record) === undefined);
}

const isEndpointMade = (actions: readonly Action[]): boolean =>
  actions.some(action => action.verb === 'create' && action.want.kind === 'privateEndpoint');

/** Names of the public cloud that Azure does not show yet. */
function namesToCome(want: Desired, { seen, rules }: Sight, actions: readonly Action[]): readonly string[] {
  const isMade = isEndpointMade(actions);
  if (bodyOf(seen.endpoint.reading) === undefined && !isMade) return [];
  const view = viewRecords(want, seen, rules);
  const isThere = !isMade && view.set.records.length > 0;
  const isComing = ({ name }: { readonly name: string }) => !isThere || view.missing.includes(name);
  return [
    ...(isThere ? [] : SHARED_NAMES),
    ...want.workspaces.filter(isComing).flatMap(workspace => ownNames(workspace, seen)),
    ...(want.collection?.endpoints ?? []).filter(isComing).flatMap(endpoint => collectorNames(endpoint, seen)),
  ];
}

/** Before Azure has chosen the suffix, or an adopted one is read, as far as the spec tells. */
function collectorNames(item: CollectionWant['endpoints'][number], seen: Observed): readonly string[] {
  const sight = seen.collection?.endpoints.get(item.key);
  const host = sight && bodyOf(sight.reading)?.configurationHost;
  const suffix = `<suffix of ${item.name}>`;
  const region = isAdopted(item) ? `<region of ${item.name}>` : item.location;
  const start = host === undefined ? `${item.name.toLowerCase()}-${suffix}.${region}-1.` : startOf(host);
  return COLLECTOR_ZONES.map(zone => `${start}${zone}`);
}

/** What the three names of a data collection endpoint have in common: `dce-a1b2.japaneast-1.`. */
const startOf = (host: string): string => `${host.split('.').slice(0, 2).join('.')}.`;

function ownNames({ key, name }: Desired['workspaces'][number], seen: Observed): readonly string[] {
  const sight = seen.workspaces.get(key);
  const customerId = (sight && bodyOf(sight.reading)?.customerId?.toLowerCase()) ?? `<customerId of ${name}>`;
  return OWN_ZONES.map(zone => `${customerId}.${zone}`);
}

/** With what the names begin of the workspaces and data collection endpoints whose link the plan takes away. */
function startsTakenOut(seen: Observed, actions: readonly Action[]): readonly string[] {
  return actions.flatMap(action => {
    if (action.verb !== 'delete' || action.kind !== 'scopedResource') return [];
    const collector = seen.collection?.endpoints.get(
      action.key.replace(/^scopedResource\/dce[.]/, 'dataCollectionEndpoint/'),
    );
    const host = collector && bodyOf(collector.reading)?.configurationHost;
    if (host !== undefined) return [startOf(host)];
    const sight = seen.workspaces.get(action.key.replace(/^scopedResource\//, 'workspace/'));
    const customerId = sight && bodyOf(sight.reading)?.customerId?.toLowerCase();
    return customerId === undefined ? [] : [`${customerId}.`];
  });
}

const same = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join();

function changesOf(expected: readonly DnsRecord[], held: readonly PublishedLine[]): readonly RecordChange[] {
  const lines = new Map(held.map(line => [line.name, line.addresses]));
  const names = new Set(expected.map(({ name }) => name));
  const added = expected.flatMap(({ name, addresses }): RecordChange[] => {
    const found = lines.get(name);
    if (found === undefined) return [{ mark: '+', name, addresses, found: [] }];
    return same(found, addresses) ? [] : [{ mark: '~', name, addresses, found }];
  });
  // Not knowing never shrinks the set.
  const isKnown = expected.length > 0;
  const removed = [...lines].flatMap(([name, found]): RecordChange[] =>
    isKnown && !names.has(name) ? [{ mark: '-', name, addresses: [], found }] : [],
  );
  return [...added, ...removed].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
