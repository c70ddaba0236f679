/**
 * Wanted against found for data collection endpoints and rules: counter by counter, so that a person reads what a machine
 * would send more or less. Only the parts of a rule that are ours. Pure; src/domain/diff.ts uses it.
 */
import type {
  CountersWant,
  DataCollectionEndpoint,
  DataCollectionEndpointWant,
  DataCollectionRule,
  DataCollectionRuleWant,
} from './collection-resources.ts';
import { change, type Differences, diffTags, frozen, type Obstacle, regionKey } from './difference.ts';
import { sameId } from './names.ts';
import type { Change, Resource, Want } from './resources.ts';
import { streamsOf, VM_INSIGHTS } from './rule-streams.ts';

/** More differences of one list than this are told by their number. */
const TOLD = 6;

/** The differences of data collection; `undefined` for every other kind. */
export function diffCollection(want: Want, body: Resource): Differences | undefined {
  if (want.kind === 'dataCollectionEndpoint' && body.kind === 'dataCollectionEndpoint') return diffEndpoint(want, body);
  if (want.kind === 'dataCollectionRule' && body.kind === 'dataCollectionRule') return diffRule(want, body);
  return undefined;
}

/** Public access is the business of the isolation step. */
const diffEndpoint = (want: DataCollectionEndpointWant, body: DataCollectionEndpoint): Differences => ({
  changes: diffTags(want.tags, body.tags),
  obstacles:
    regionKey(want.location) === regionKey(body.location) ? [] : [frozen('location', body.location, want.location)],
});

/** Nothing is compared before the rule's place is known. */
function diffRule(want: DataCollectionRuleWant, body: DataCollectionRule): Differences {
  const { place } = want;
  if (place === undefined) return { changes: [], obstacles: [] };
  const id = (field: string, found: string | undefined, wanted: string) =>
    sameId(found, wanted) ? [] : [change(field, found, wanted)];
  return {
    changes: [
      ...diffTags(want.tags, body.tags),
      ...id('dataCollectionEndpointId', body.endpointId, place.endpointId),
      ...id('workspaceResourceId', body.workspaceId, want.workspaceId),
      ...diffCounters('performanceCounters', want.performance, body.performance),
      ...diffCounters('vmInsights', want.vmInsights ? VM_INSIGHTS : undefined, body.vmInsights),
      ...diffList('syslog.facilityNames', want.syslog?.facilities, body.syslog?.facilities),
      ...diffList('syslog.logLevels', want.syslog?.levels, body.syslog?.levels),
      ...diffList('dataFlows', streamsOf(want), body.streams),
    ],
    obstacles: frozenParts(want, body, place.location),
  };
}

const REMADE = 'Azure cannot change it: delete the rule and its associations, and it is made again';

function frozenParts(
  { system }: DataCollectionRuleWant,
  body: DataCollectionRule,
  location: string,
): readonly Obstacle[] {
  const isHere = regionKey(location) === regionKey(body.location);
  return [
    ...(isHere ? [] : [{ ...frozen('location', body.location, location), remedy: REMADE }]),
    ...(body.system === system ? [] : [{ ...frozen('kind', body.system, system), remedy: REMADE }]),
  ];
}

function diffCounters(field: string, want: CountersWant | undefined, found: CountersWant | undefined) {
  const seconds = want?.samplingFrequencyInSeconds;
  const isTimed = seconds === undefined || found === undefined || seconds === found.samplingFrequencyInSeconds;
  return [
    ...diffList(field, want?.counters, found?.counters),
    ...(isTimed ? [] : [change(`${field}.samplingFrequencyInSeconds`, found.samplingFrequencyInSeconds, seconds)]),
  ];
}

/** Items compare without case: Azure and Windows know counters, facilities and streams by their words alone. */
function diffList(field: string, want: readonly string[] = [], found: readonly string[] = []): readonly Change[] {
  const missing = outside(want, found);
  const others = outside(found, want);
  if (missing.length + others.length > TOLD) {
    const more = others.length === 0 ? '' : ` and ${others.length} others`;
    return [change(field, `${want.length - missing.length} of ${want.length}${more}`, want.length)];
  }
  return [
    ...missing.map(item => change(`${field}[${item}]`, undefined, 'collected')),
    ...others.map(item => change(`${field}[${item}]`, 'collected', '(none)')),
  ];
}

function outside(items: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others.map(item => item.toLowerCase()));
  return items.filter(item => !known.has(item.toLowerCase()));
}
