/**
 * The streams of a rule: what an agent sends under which name, and so to which table. Pure; the adapter writes them, the
 * comparison looks for them. Source: "Structure of a data collection rule" (Microsoft Learn); facts: ampls 4.
 */
import type { CountersWant, DataCollectionRuleWant } from './collection-resources.ts';

export const STREAM = {
  performance: 'Microsoft-Perf',
  vmInsights: 'Microsoft-InsightsMetrics',
  syslog: 'Microsoft-Syslog',
} as const;

/** The one counter that stands for all that VM insights shows, and how often it is sampled. */
export const VM_INSIGHTS: CountersWant = {
  counters: [String.raw`\VmInsights\DetailedMetrics`],
  samplingFrequencyInSeconds: 60,
};

/** The streams that a wanted rule sends, in a fixed order. */
export const streamsOf = ({
  performance,
  vmInsights,
  syslog,
}: Pick<DataCollectionRuleWant, 'performance' | 'vmInsights' | 'syslog'>): readonly string[] => [
  ...(performance === undefined ? [] : [STREAM.performance]),
  ...(vmInsights ? [STREAM.vmInsights] : []),
  ...(syslog === undefined ? [] : [STREAM.syslog]),
];
