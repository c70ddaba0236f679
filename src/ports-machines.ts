/**
 * What is read of machines and written to them: the part of the contract `Azure` (src/ports.ts) that only objects with
 * machines use. A thousand machines are read by lists; one machine is asked before anything on it is written.
 */
import type {
  AgentExtension,
  AgentWant,
  Association,
  AssociationWant,
  Machine,
  MachineGraph,
} from './domain/machine-resources.ts';
import type { Place } from './domain/names.ts';
import type { ArmId } from './domain/resources.ts';

/** The address of a write's long-running operation, for `operationFailure`; absent when it was done at once. */
export interface MachineWriteAnswer {
  readonly operation?: string;
}

/** Machines, their associations and their agents, under the rules of src/ports.ts. */
export interface AzureMachines {
  /** All machines of Azure Arc in a resource group; `undefined` when there is no such group. */
  machines(place: Place, signal: AbortSignal): Promise<readonly Machine[] | undefined>;

  /** One machine, of Azure Arc or virtual; `undefined` on 404. */
  machine(id: ArmId, signal: AbortSignal): Promise<Machine | undefined>;

  /** All associations of a rule or an endpoint; `undefined` when that is not there. */
  associationsOf(targetId: ArmId, signal: AbortSignal): Promise<readonly Association[] | undefined>;

  /** One association; `undefined` on 404 of it or of its machine. */
  association(id: ArmId, signal: AbortSignal): Promise<Association | undefined>;

  /** The extension of the Azure Monitor Agent on a machine of Azure Arc, whatever its name; `undefined` when it has none. */
  agent(machineId: ArmId, signal: AbortSignal): Promise<AgentExtension | undefined>;

  /** Machines and agents of these resource groups, as Azure Resource Graph knows them: one query, by POST, that writes nothing. */
  machineGraph(places: readonly Place[], signal: AbortSignal): Promise<MachineGraph>;

  /** The endpoints that the machines of these resource groups are associated with, as Azure Resource Graph knows them. */
  endpointGraph(places: readonly Place[], signal: AbortSignal): Promise<readonly Association[]>;

  /** PUT of an association; it is done with the answer. */
  associate(want: AssociationWant, signal: AbortSignal): Promise<MachineWriteAnswer>;

  /** DELETE of an association. A 404 is success. */
  dissociate(id: ArmId, signal: AbortSignal): Promise<MachineWriteAnswer>;

  /** PUT of the extension; the machine itself carries it out, within minutes. */
  installAgent(want: AgentWant, signal: AbortSignal): Promise<MachineWriteAnswer>;

  /** DELETE of the extension; the machine itself carries it out. A 404 is success. */
  removeAgent(id: ArmId, signal: AbortSignal): Promise<MachineWriteAnswer>;
}
