/**
 * Machines of Azure Arc on line a of the plant, as the selector `line: a` chooses them.
 */
import type { Machine } from '../../src/domain/machine-resources.ts';
import { idKey } from '../../src/domain/names.ts';
import type { AzureModel } from './azure.ts';
import { pms } from './plant.ts';

const { subscriptionId, resourceGroup } = pms().spec;
const at = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.HybridCompute/machines`;

/** A Linux machine that is Connected, in the region of the plant. */
export const machine = (name: string, over: Partial<Machine> = {}): Machine => ({
  id: `${at}/${name}`,
  location: 'japaneast',
  tags: { line: 'a' },
  system: 'Linux',
  status: 'Connected',
  ...over,
});

/** They are there from now on, as they are given. */
export function putMachines({ machines }: Pick<AzureModel, 'machines'>, ...all: readonly Machine[]): void {
  for (const one of all) machines.all.set(idKey(one.id), one);
}
