/**
 * What a pass would observe of machines once they had been given or had lost what a plan says. Only for looking ahead.
 * Pure; src/domain/afterwards.ts alone uses it.
 */

import { ownDescription } from './machine-ownership.ts';
import type { AgentExtension, Association, MachineJoin, MachineLeave } from './machine-resources.ts';
import { idKey } from './names.ts';
import { bodyOf, type MachinesSight, type Observed, present } from './observed.ts';
import type { Owner } from './resources.ts';

const change = (seen: Observed, machines: (sight: MachinesSight) => Partial<MachinesSight>): Observed =>
  seen.machines === undefined ? seen : { ...seen, machines: { ...seen.machines, ...machines(seen.machines) } };

const without = <T extends { readonly id: string }>(items: readonly T[], gone: readonly { readonly id: string }[]) => {
  const ids = new Set(gone.map(({ id }) => idKey(id)));
  return items.filter(({ id }) => !ids.has(idKey(id)));
};

export function withJoined(joins: readonly MachineJoin[], owner: Owner, seen: Observed): Observed {
  const associations = joins.flatMap(({ machineId, rule, endpoint }): readonly Association[] => [
    ...(rule === undefined ? [] : [{ ...rule, machineId }]),
    ...(endpoint === undefined ? [] : [{ ...endpoint, machineId, description: ownDescription(owner) }]),
  ]);
  const agents = joins.flatMap(({ machineId, agent }): readonly AgentExtension[] =>
    agent === undefined ? [] : [{ ...agent, machineId, provisioningState: 'Succeeded' }],
  );
  const stale = joins.flatMap(({ stale: ids = [] }) => ids.map(id => ({ id })));
  return change(seen, sight => ({
    associations: present([...without(bodyOf(sight.associations) ?? [], [...associations, ...stale]), ...associations]),
    agents: present([...without(bodyOf(sight.agents) ?? [], agents), ...agents]),
  }));
}

export function withLeft(leaves: readonly MachineLeave[], seen: Observed): Observed {
  const gone = leaves.flatMap(({ endpoint, rules }) => [...rules, ...(endpoint ? [endpoint] : [])]);
  const agents = leaves.flatMap(({ agent }) => agent ?? []);
  return change(seen, sight => ({
    associations: present(without(bodyOf(sight.associations) ?? [], gone)),
    agents: present(without(bodyOf(sight.agents) ?? [], agents)),
  }));
}
