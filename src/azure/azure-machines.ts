/**
 * The port `AzureMachines` of src/ports-machines.ts. src/azure/azure.ts alone imports it.
 */
import type { AzureMachines } from '../ports-machines.ts';
import type { Endpoint } from './inquiries.ts';
import { readEndpointGraph, readMachineGraph } from './machine-graph.ts';
import { associate, dissociate, installAgent, removeAgent } from './machine-writes.ts';
import { readAgent, readAssociations, readMachines, readOneAssociation, readOneMachine } from './machines.ts';
import type { Arm } from './resources.ts';

/** Machines as one identity sees and writes them. */
export const createMachines = (arm: Arm & Endpoint): AzureMachines => ({
  machines: (place, signal) => readMachines(arm, place, signal),
  machine: (id, signal) => readOneMachine(arm, id, signal),
  associationsOf: (targetId, signal) => readAssociations(arm, targetId, signal),
  association: (id, signal) => readOneAssociation(arm, id, signal),
  agent: (machineId, signal) => readAgent(arm, machineId, signal),
  machineGraph: (places, signal) => readMachineGraph(arm, places, signal),
  endpointGraph: (places, signal) => readEndpointGraph(arm, places, signal),
  associate: (want, signal) => associate(arm, want, signal),
  dissociate: (id, signal) => dissociate(arm, id, signal),
  installAgent: (want, signal) => installAgent(arm, want, signal),
  removeAgent: (id, signal) => removeAgent(arm, id, signal),
});
