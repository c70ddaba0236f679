/**
 * What a data collection rule of ours says, as JSON: our data sources, our destination and the flows between them, each
 * known by its name, so that what somebody else added to the rule stays. src/azure only; data-collection-rules.ts uses it.
 * Source: "Structure of a data collection rule", "Data collection rule (DCR) samples" (Microsoft Learn); facts: ampls 4.
 */
import type {
  CountersWant,
  DataCollectionRule,
  DataCollectionRuleWant,
  SyslogWant,
} from '../domain/collection-resources.ts';
import { STREAM, streamsOf, VM_INSIGHTS } from '../domain/rule-streams.ts';
import { type Json, list, members, numeric, optional, text, texts, without } from './wire.ts';

const NAME = { performance: 'pms-performance', vmInsights: 'pms-vm-insights', syslog: 'pms-syslog' } as const;
const DESTINATION = 'pms-workspace';

const OUR_NAMES: readonly unknown[] = Object.values(NAME);
const OUR_STREAMS: readonly string[] = Object.values(STREAM);

/** The parts of the rule's properties that are ours. */
export interface RuleShape {
  readonly performanceCounters: readonly Json[];
  readonly syslog: readonly Json[];
  readonly logAnalytics: readonly Json[];
  readonly dataFlows: readonly Json[];
}

/** What the wanted rule says. */
export function ruleShape(want: DataCollectionRuleWant): RuleShape {
  const { performance, vmInsights, syslog, workspaceId } = want;
  return {
    performanceCounters: [
      ...(performance === undefined ? [] : [countersBody('performance', performance)]),
      ...(vmInsights ? [countersBody('vmInsights', VM_INSIGHTS)] : []),
    ],
    syslog: syslog === undefined ? [] : [syslogBody(syslog)],
    logAnalytics: [{ name: DESTINATION, workspaceResourceId: workspaceId }],
    dataFlows: streamsOf(want).map(stream => ({ streams: [stream], destinations: [DESTINATION] })),
  };
}

const countersBody = (of: 'performance' | 'vmInsights', { counters, samplingFrequencyInSeconds }: CountersWant) => ({
  name: NAME[of],
  streams: [STREAM[of]],
  samplingFrequencyInSeconds,
  counterSpecifiers: [...counters],
});

const syslogBody = ({ facilities, levels }: SyslogWant): Json => ({
  name: NAME.syslog,
  streams: [STREAM.syslog],
  facilityNames: [...facilities],
  logLevels: [...levels],
});

/** The properties that Azure holds with what is ours brought to the wanted shape, and everything else as it is. */
export function withShape(properties: Json, shape: RuleShape): Json {
  const sources = members(properties.dataSources);
  const destinations = members(properties.destinations);
  const isForeign = ({ name }: Json) => !OUR_NAMES.includes(name);
  const dataSources = {
    ...sources,
    performanceCounters: [...list(sources.performanceCounters).filter(isForeign), ...shape.performanceCounters],
    syslog: [...list(sources.syslog).filter(isForeign), ...shape.syslog],
  };
  const others = list(destinations.logAnalytics).filter(({ name }) => name !== DESTINATION);
  return {
    ...properties,
    dataSources: Object.fromEntries(
      Object.entries(dataSources).filter(([, items]) => !Array.isArray(items) || items.length > 0),
    ),
    destinations: {
      ...destinations,
      // What Azure looked up itself it takes from nobody.
      logAnalytics: [...others.map(item => without(item, ['workspaceId'])), ...shape.logAnalytics],
    },
    dataFlows: [...list(properties.dataFlows).filter(flow => !isOurFlow(flow)), ...shape.dataFlows],
  };
}

/** To our destination, of what we send there. */
function isOurFlow(flow: Json): boolean {
  const streams = texts(flow.streams);
  return texts(flow.destinations).includes(DESTINATION) && streams.every(stream => OUR_STREAMS.includes(stream));
}

type Shown = Pick<DataCollectionRule, 'performance' | 'vmInsights' | 'syslog' | 'workspaceId' | 'streams'>;

/** What of ours the properties of a rule hold. A part that somebody bent (other streams, a filter) counts as missing. */
export function readShape(properties: Json): Shown {
  const sources = members(properties.dataSources);
  const counters = list(sources.performanceCounters);
  const destination = list(members(properties.destinations).logAnalytics).find(({ name }) => name === DESTINATION);
  const syslog = list(sources.syslog).find(item => isWhole(item, 'syslog'));
  return {
    ...optional('performance', readCounters(counters.find(item => isWhole(item, 'performance')))),
    ...optional('vmInsights', readCounters(counters.find(item => isWhole(item, 'vmInsights')))),
    ...optional('syslog', syslog && { facilities: texts(syslog.facilityNames), levels: texts(syslog.logLevels) }),
    ...optional('workspaceId', text(destination?.workspaceResourceId)),
    streams: list(properties.dataFlows)
      .filter(flow => isOurFlow(flow) && isPlain(flow))
      .flatMap(({ streams }) => texts(streams)),
  };
}

const isWhole = (item: Json, of: keyof typeof NAME): boolean =>
  item.name === NAME[of] && texts(item.streams).join() === STREAM[of] && isPlain(item);

/** Without a transformation, but for the one that changes nothing, which the portal writes. */
function isPlain({ transformKql, outputStream, streams }: Json): boolean {
  const [kql, output] = [text(transformKql), text(outputStream)];
  return (kql === undefined || kql.trim() === 'source') && (output === undefined || texts(streams).join() === output);
}

function readCounters(item: Json | undefined): CountersWant | undefined {
  if (item === undefined) return undefined;
  const { counterSpecifiers, samplingFrequencyInSeconds } = item;
  return { counters: texts(counterSpecifiers), samplingFrequencyInSeconds: numeric(samplingFrequencyInSeconds) ?? 0 };
}
