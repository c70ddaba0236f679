/**
 * From the spec to data collection: endpoints, the rules that say what agents collect, and the machines. Pure;
 * src/domain/desire.ts alone calls it.
 */
import type {
  CountersWant,
  DataCollectionEndpointWant,
  DataCollectionRuleWant,
  MachineSystem,
  MachinesWant,
} from './collection-resources.ts';
import { adoptedName, dataCollectionEndpointId, dataCollectionRuleId, ruleName, shortName } from './names.ts';
import type { PmsObject, Spec } from './object.ts';
import { DEFAULT_SAMPLING_SECONDS, LINUX_COUNTERS, WINDOWS_COUNTERS } from './performance-counters.ts';
import type { Adopted, ArmId, Policy, Tags } from './resources.ts';

type Asked = NonNullable<Spec['dataCollection']>;

export interface CollectionWant {
  /** In the order of the spec. */
  readonly endpoints: readonly (DataCollectionEndpointWant | Adopted<'dataCollectionEndpoint'>)[];
  /** At most one for each system; none of what nothing is collected for. */
  readonly rules: readonly DataCollectionRuleWant[];
  /** Key of the workspace that the rules send to. */
  readonly workspaceKey: string;
  readonly machines?: MachinesWant;
}

interface Around {
  readonly tags: Tags;
  readonly policy: Policy;
  /** In the order of the spec. */
  readonly workspaces: readonly { readonly key: string; readonly id: ArmId }[];
}

/** What is asked for; `undefined` when the spec has no data collection. */
export function wantCollection(object: PmsObject, around: Around): CollectionWant | undefined {
  const { spec } = object;
  const asked = spec.dataCollection;
  if (asked === undefined) return undefined;
  const index = asked.workspace === undefined ? 0 : spec.workspaces.findIndex(({ name }) => name === asked.workspace);
  // The CRD asks for a workspace that is there.
  const workspace = around.workspaces[index] ?? { key: '', id: '' };
  const machines = wantMachines(spec, asked.machines);
  return {
    endpoints: asked.endpoints.map(item => wantEndpoint(spec, item, around)),
    rules: (['Linux', 'Windows'] as const).flatMap(system => wantRule(object, system, workspace.id, around)),
    workspaceKey: workspace.key,
    ...(machines === undefined ? {} : { machines }),
  };
}

function wantEndpoint(
  spec: Spec,
  { name, resourceId, location }: Asked['endpoints'][number],
  { tags, policy }: Around,
): CollectionWant['endpoints'][number] {
  const kind = 'dataCollectionEndpoint';
  if (resourceId !== undefined) {
    const key = `${kind}/${adoptedName(name, resourceId)}`;
    return { kind, key, id: resourceId, name: shortName(resourceId), policy: 'Retain', adopted: true };
  }
  const id = dataCollectionEndpointId(spec, name);
  return { kind, key: `${kind}/${name}`, id, name, location: location ?? spec.location, tags, policy };
}

function wantRule(
  { spec, metadata }: PmsObject,
  system: MachineSystem,
  workspaceId: ArmId,
  { tags, policy }: Around,
): readonly DataCollectionRuleWant[] {
  const asked = spec.dataCollection;
  const counters = system === 'Linux' ? asked?.linuxPerformance : asked?.windowsPerformance;
  const syslog = system === 'Linux' ? asked?.syslog : undefined;
  const vmInsights = asked?.vmInsights === 'Enabled';
  if (counters === undefined && syslog === undefined && !vmInsights) return [];
  const name = ruleName(metadata.name, system);
  return [
    {
      kind: 'dataCollectionRule',
      key: `dataCollectionRule/${system}`,
      id: dataCollectionRuleId(spec, name),
      name,
      system,
      tags,
      policy,
      workspaceId,
      ...(counters === undefined ? {} : { performance: wantCounters(counters, system) }),
      ...(syslog === undefined ? {} : { syslog }),
      vmInsights,
    },
  ];
}

function wantCounters(
  { counters, samplingFrequencyInSeconds }: NonNullable<Asked['linuxPerformance']>,
  system: MachineSystem,
): CountersWant {
  const preset = system === 'Linux' ? LINUX_COUNTERS : WINDOWS_COUNTERS;
  return {
    counters: counters ?? preset,
    samplingFrequencyInSeconds: samplingFrequencyInSeconds ?? DEFAULT_SAMPLING_SECONDS,
  };
}

function wantMachines(spec: Spec, asked: Asked['machines']): MachinesWant | undefined {
  if (asked === undefined) return undefined;
  const { resourceIds = [], selector, installAgent = false, agent = {}, takeOver = false } = asked;
  const { version, automaticUpgrade = true, proxy } = agent;
  return {
    ids: resourceIds,
    ...(selector === undefined
      ? {}
      : { selector: { resourceGroup: selector.resourceGroup ?? spec.resourceGroup, tags: selector.tags ?? {} } }),
    ...(installAgent
      ? {
          agent: {
            automaticUpgrade,
            ...(version === undefined ? {} : { version }),
            ...(proxy === undefined ? {} : { proxy }),
          },
        }
      : {}),
    takeOver,
  };
}
