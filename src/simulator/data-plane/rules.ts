/**
 * What a data collection rule says: which streams go to which workspace and table, and which counters an agent reads.
 * Rules are kept as clients sent them, so every field is looked at before it is believed.
 */
import type { Workspace } from '../resources.ts';
import type { DataCollectionRule } from '../resources-machines.ts';
import { isRecord } from '../seed-rules.ts';
import type { World } from '../world.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsAt = (parent: unknown, key: string): Fields => {
  const value = isRecord(parent) ? parent[key] : undefined;
  return isRecord(value) ? value : {};
};
const recordsAt = (parent: Fields, key: string): readonly Fields[] => {
  const value = parent[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
};
const textsAt = (parent: Fields, key: string): readonly string[] => {
  const value = parent[key];
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
};
const textAt = (parent: Fields, key: string): string | undefined => {
  const value = parent[key];
  return typeof value === 'string' ? value : undefined;
};

/** `Microsoft-Perf` is table Perf; `Custom-Readings_CL` is Readings_CL. */
const tableOfStream = (stream: string): string => stream.replace(/^(Microsoft|Custom)-/, '');

export interface StreamTarget {
  readonly workspace: Workspace;
  readonly table: string;
}

/** Where the rows of a stream go; none for a stream that the rule does not have, or whose workspaces are gone. */
export function streamTargets(world: World, rule: DataCollectionRule, stream: string): readonly StreamTarget[] {
  const destinations = recordsAt(fieldsAt(rule.properties, 'destinations'), 'logAnalytics');
  const flows = recordsAt(rule.properties, 'dataFlows').filter(flow => textsAt(flow, 'streams').includes(stream));
  return flows.flatMap(flow =>
    textsAt(flow, 'destinations').flatMap(name => {
      const destination = destinations.find(each => textAt(each, 'name') === name);
      const workspace = world.workspaces.get(textAt(destination ?? {}, 'workspaceResourceId') ?? '');
      return workspace === undefined
        ? []
        : [{ workspace, table: tableOfStream(textAt(flow, 'outputStream') ?? stream) }];
    }),
  );
}

export interface CounterSource {
  readonly name: string;
  readonly samplingFrequencyInSeconds: number;
  readonly counterSpecifiers: readonly string[];
}

/** The performance counters of a rule that flow as `Microsoft-Perf`. */
export function counterSources(rule: DataCollectionRule): readonly CounterSource[] {
  const sources = recordsAt(fieldsAt(rule.properties, 'dataSources'), 'performanceCounters');
  return sources
    .filter(source => textsAt(source, 'streams').includes('Microsoft-Perf'))
    .map(source => {
      const seconds = source.samplingFrequencyInSeconds;
      return {
        name: textAt(source, 'name') ?? 'perfCounters',
        samplingFrequencyInSeconds: typeof seconds === 'number' && seconds >= 1 ? seconds : 60,
        counterSpecifiers: textsAt(source, 'counterSpecifiers'),
      };
    });
}

/** The rules that are associated with a machine. */
export const rulesOf = (world: World, machineId: string): readonly DataCollectionRule[] =>
  world.ruleAssociations
    .where('machine', machineId)
    .flatMap(({ ruleId }) => (ruleId === undefined ? [] : (world.dataCollectionRules.get(ruleId) ?? [])));

/** ARM id of the data collection endpoint that a machine is told to ask for its configuration. */
export const configurationEndpointOf = (world: World, machineId: string): string | undefined =>
  world.ruleAssociations.where('machine', machineId).find(({ endpointId }) => endpointId !== undefined)?.endpointId;
