/**
 * Machines of the model's Azure, what they are associated with, and their agents: the part `AzureMachines` of the port.
 * Lists and Resource Graph show what is there; an agent that is installed takes a minute.
 */

import { isEndpointAssociation } from '../../src/domain/machine-ownership.ts';
import type { AgentExtension, Association, Machine } from '../../src/domain/machine-resources.ts';
import { machineOfAssociation, machineOfExtension } from '../../src/domain/machine-resources.ts';
import { idKey, type Place, parseId, sameId } from '../../src/domain/names.ts';
import type { AzureMachines } from '../../src/ports-machines.ts';
import type { SteppingClock } from './stepping-clock.ts';

export interface MachinesModel {
  readonly port: AzureMachines;
  readonly all: Map<string, Machine>;
  readonly associations: Map<string, Association>;
  readonly agents: Map<string, AgentExtension>;
}

interface Around {
  readonly clock: SteppingClock;
  readonly read: <T>(answer: () => T) => Promise<T>;
  readonly write: (id: string, verb: 'create' | 'delete', apply: () => undefined) => Promise<unknown>;
}

const AGENT_MS = 60_000;

const isIn = ({ id }: { readonly id: string }, places: readonly Place[]): boolean => {
  const at = parseId(id);
  return places.some(place => place.resourceGroup.toLowerCase() === at?.resourceGroup.toLowerCase());
};

export function machinesModel({ clock, read, write }: Around): MachinesModel {
  const all = new Map<string, Machine>();
  const associations = new Map<string, Association>();
  const agents = new Map<string, AgentExtension>();
  const settle = (id: string, then: () => void) => clock.after(AGENT_MS, () => agents.has(idKey(id)) && then());
  const port: AzureMachines = {
    machines: place => read(() => [...all.values()].filter(machine => isIn(machine, [place]))),
    machine: id => read(() => all.get(idKey(id))),
    associationsOf: id =>
      read(() =>
        [...associations.values()].filter(({ ruleId, endpointId }) => sameId(ruleId, id) || sameId(endpointId, id)),
      ),
    association: id => read(() => associations.get(idKey(id))),
    agent: machineId => read(() => [...agents.values()].find(agent => sameId(agent.machineId, machineId))),
    machineGraph: places =>
      read(() => ({
        machines: [...all.values()].filter(machine => isIn(machine, places)),
        agents: [...agents.values()].filter(({ machineId }) => isIn({ id: machineId }, places)),
        isCut: false,
      })),
    endpointGraph: places =>
      read(() => [...associations.values()].filter(one => isEndpointAssociation(one) && isIn(one, places))),
    associate: async want => {
      await write(want.id, 'create', () => {
        associations.set(idKey(want.id), { ...want, machineId: machineOfAssociation(want.id) });
        return undefined;
      });
      return {};
    },
    dissociate: async id => {
      await write(id, 'delete', () => {
        associations.delete(idKey(id));
        return undefined;
      });
      return {};
    },
    installAgent: async ({ id, system: _, location: __, ...want }) => {
      await write(id, 'create', () => {
        const agent = { ...want, id, machineId: machineOfExtension(id), provisioningState: 'Creating' };
        agents.set(idKey(id), agent);
        settle(id, () => agents.set(idKey(id), { ...agent, provisioningState: 'Succeeded' }));
        return undefined;
      });
      return { operation: 'install-operation' };
    },
    removeAgent: async id => {
      await write(id, 'delete', () => {
        const agent = agents.get(idKey(id));
        if (agent === undefined) return undefined;
        agents.set(idKey(id), { ...agent, provisioningState: 'Deleting' });
        settle(id, () => agents.delete(idKey(id)));
        return undefined;
      });
      return { operation: 'remove-operation' };
    },
  };
  return { port, all, associations, agents };
}
