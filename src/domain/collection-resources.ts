/**
 * Data collection as plain data: endpoints through which machines get their configuration, rules that say what the Azure
 * Monitor Agent collects, and the machines that are given both. Beside resources.ts. Pure; any layer may import.
 */
import type { ArmId, LinkView, ResourceBase, Tags, WantBase } from './resource-base.ts';

/** Linked to the scope like a workspace; three names on the private endpoint. Born open. */
export interface DataCollectionEndpointWant extends WantBase {
  readonly kind: 'dataCollectionEndpoint';
  readonly location: string;
  readonly tags: Tags;
}

export interface DataCollectionEndpoint extends ResourceBase {
  readonly kind: 'dataCollectionEndpoint';
  readonly location: string;
  readonly tags: Tags;
  /** Public network access: Enabled, Disabled or SecuredByPerimeter; one switch for all that the endpoint does. */
  readonly access: { readonly ingestion?: string };
  /** Host from which agents get their configuration: `dce-a1b2.japaneast-1.handler.control.monitor.azure.com`. */
  readonly configurationHost?: string;
  /** The endpoint's own view of its links, whoever made them; absent when Azure tells none. */
  readonly linkedBy?: readonly LinkView[];
}

export type MachineSystem = 'Linux' | 'Windows';

/** Counters of one kind of machine, to the table Perf. */
export interface CountersWant {
  readonly counters: readonly string[];
  readonly samplingFrequencyInSeconds: number;
}

/** What Linux machines send of syslog. Facilities by Azure's names (`auth`, `*`), levels from Debug to Emergency. */
export interface SyslogWant {
  readonly facilities: readonly string[];
  readonly levels: readonly string[];
}

/** Where a rule is and which endpoint it names: that of its workspace's region. */
export interface RulePlace {
  readonly location: string;
  readonly endpointId: ArmId;
}

/** One rule for all machines of one system. It sends to one workspace, in whose region it and its endpoint are. */
export interface DataCollectionRuleWant extends WantBase {
  readonly kind: 'dataCollectionRule';
  readonly system: MachineSystem;
  readonly tags: Tags;
  readonly workspaceId: ArmId;
  readonly performance?: CountersWant;
  readonly syslog?: SyslogWant;
  readonly vmInsights: boolean;
  /** Absent until the regions of the workspace and of the endpoints are read; nothing is compared or sent without it. */
  readonly place?: RulePlace;
}

/** A rule as Azure shows it, as far as our sources, our destination and the flows between them go. */
export interface DataCollectionRule extends ResourceBase {
  readonly kind: 'dataCollectionRule';
  readonly location: string;
  readonly tags: Tags;
  /** Linux, Windows, or something else that nobody here makes; absent: for both. */
  readonly system?: string;
  readonly endpointId?: ArmId;
  /** The workspace of our destination. */
  readonly workspaceId?: ArmId;
  readonly performance?: CountersWant;
  readonly vmInsights?: CountersWant;
  readonly syslog?: SyslogWant;
  /** Streams that flow to our destination, of those that we send. */
  readonly streams: readonly string[];
}

/** Machines that are given the rules, and what each is given. */
export interface MachinesWant {
  readonly ids: readonly ArmId[];
  readonly selector?: { readonly resourceGroup: string; readonly tags: Tags };
  /** Absent: the agent is somebody else's matter. */
  readonly agent?: { readonly version?: string; readonly automaticUpgrade: boolean; readonly proxy?: string };
  /** A machine with an endpoint outside of the scope is given ours. */
  readonly takeOver: boolean;
}
