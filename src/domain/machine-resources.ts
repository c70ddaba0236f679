/**
 * Machines that report to Azure Monitor, and what hangs on them: associations with rules and endpoints, and the extension
 * that installs the Azure Monitor Agent. Plain data, as Azure shows it or takes it. Pure; any layer may import it.
 */
import type { MachineSystem } from './collection-resources.ts';
import type { ArmId, Tags } from './resource-base.ts';

/** A machine of Azure Arc, or a virtual machine of Azure. */
export interface Machine {
  readonly id: ArmId;
  readonly location: string;
  readonly tags: Tags;
  /** Absent while no agent of Azure has told it. */
  readonly system?: MachineSystem;
  /** `Connected`, `Disconnected`, `Expired`, ... of a machine of Azure Arc; absent of others, and before it has reported. */
  readonly status?: string;
}

/** What ties a machine to a rule or, under the one name that Azure knows, to its endpoint. Carries no tags. */
export interface Association {
  readonly id: ArmId;
  readonly machineId: ArmId;
  /** One of both. */
  readonly ruleId?: ArmId;
  readonly endpointId?: ArmId;
  /** Free text; ours tells whose it is. */
  readonly description?: string;
}

/** What an association is to say. */
export type AssociationWant = Omit<Association, 'machineId'>;

/** The extension of the Azure Monitor Agent on a machine. */
export interface AgentExtension {
  readonly id: ArmId;
  readonly machineId: ArmId;
  readonly tags: Tags;
  /** ARM's `provisioningState`, as sent. */
  readonly provisioningState: string;
  readonly version?: string;
  readonly automaticUpgrade?: boolean;
  /** Address of the proxy in its settings. */
  readonly proxy?: string;
}

/** An extension as it is put: on a machine of Azure Arc. */
export interface AgentWant {
  readonly id: ArmId;
  readonly location: string;
  readonly system: MachineSystem;
  readonly tags: Tags;
  /** Absent: the newest. */
  readonly version?: string;
  readonly automaticUpgrade: boolean;
  readonly proxy?: string;
}

/** What Azure Resource Graph knows of the machines of some resource groups; seconds to minutes behind. */
export interface MachineGraph {
  readonly machines: readonly Machine[];
  readonly agents: readonly AgentExtension[];
  /** There was more than is read. */
  readonly isCut: boolean;
}

/** Azure gives a machine its configuration through the association of this name. */
export const ENDPOINT_ASSOCIATION = 'configurationAccessEndpoint';

export const associationId = (machineId: ArmId, name: string): ArmId =>
  `${machineId}/providers/Microsoft.Insights/dataCollectionRuleAssociations/${name}`;

/** The machine of an association's id. */
export const machineOfAssociation = (id: ArmId): ArmId => id.replace(/\/providers\/microsoft\.insights\/.*$/i, '');

/** The extension has the name of its type, as the portal and az give it. */
export const agentId = (machineId: ArmId, system: MachineSystem): ArmId =>
  `${machineId}/extensions/AzureMonitor${system}Agent`;

/** The machine of an extension's id. */
export const machineOfExtension = (id: ArmId): ArmId => id.replace(/\/extensions\/[^/]+$/i, '');

/** Whether an id is that of a machine of Azure Arc: others get no extension from us. */
export const isArcMachine = (id: ArmId): boolean => /\/providers\/microsoft\.hybridcompute\/machines\/[^/]+$/i.test(id);

/** What one machine is still to be given. Sent in this order; what is absent is there, or must wait. */
export interface MachineJoin {
  readonly machineId: ArmId;
  readonly rule?: { readonly id: ArmId; readonly ruleId: ArmId };
  readonly endpoint?: { readonly id: ArmId; readonly endpointId: ArmId };
  readonly agent?: AgentWant;
  /** Associations of ours with a rule that is not this machine's any more. */
  readonly stale?: readonly ArmId[];
}

/** What a machine that is chosen no longer still has of ours. Taken away in this order, each once the one before is gone. */
export interface MachineLeave {
  readonly machineId: ArmId;
  /** As it was seen last. */
  readonly agent?: AgentExtension;
  readonly endpoint?: Association;
  readonly rules: readonly Association[];
}

/** For the status: how many, and those with something wrong first. */
export interface MachinesTold {
  readonly selected: number;
  readonly associated: number;
  /** Whose heartbeat is fresh; absent, with the next, while nobody has heard of any. */
  readonly reporting?: number;
  /** That have been seen to come through the private path. */
  readonly private?: number;
  readonly machines: readonly MachineTold[];
}

export interface MachineTold {
  readonly id: ArmId;
  readonly agent?: string;
  readonly associated: boolean;
  readonly problem?: string;
  /** RFC 3339, as the next. */
  readonly lastHeartbeat?: string;
  readonly lastPerformanceSample?: string;
  readonly countersMissing?: number;
  readonly privatePath?: 'True' | 'Unknown';
}
