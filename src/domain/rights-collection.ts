/**
 * The rights that data collection needs: endpoints, rules and machines. Pure; src/domain/rights.ts uses it. Source: "Azure
 * permissions for Monitor" (Microsoft Learn); facts: ampls 8.
 */
import type { Desired } from './desire.ts';
import type { CollectionWant } from './desire-collection.ts';
import { placesOf } from './machine-choice.ts';
import { type ArmId, isAdopted } from './resources.ts';

const ENDPOINT = 'Microsoft.Insights/dataCollectionEndpoints';
const RULE = 'Microsoft.Insights/dataCollectionRules';
const READ_ENDPOINT = [`${ENDPOINT}/read`];
const MAKE_ENDPOINT = [...READ_ENDPOINT, `${ENDPOINT}/write`, `${ENDPOINT}/delete`];
const MAKE_RULE = [`${RULE}/read`, `${RULE}/write`, `${RULE}/delete`];

const ASSOCIATION = 'Microsoft.Insights/dataCollectionRuleAssociations';
const MACHINE = 'Microsoft.HybridCompute/machines';
const ASSOCIATE = [`${ASSOCIATION}/read`, `${ASSOCIATION}/write`, `${ASSOCIATION}/delete`];
const INSTALL = [`${MACHINE}/extensions/write`, `${MACHINE}/extensions/delete`];

/** Actions that must be allowed at a scope. */
interface CollectionRights {
  readonly scope: ArmId;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Scope by scope, what is made in the `group`; none when the spec asks for no data collection. */
export function collectionRights(
  { collection, subscriptionId }: Desired,
  group: Pick<CollectionRights, 'scope' | 'name'>,
): readonly CollectionRights[] {
  if (collection === undefined) return [];
  const endpoints = collection.endpoints.map(item =>
    isAdopted(item)
      ? { scope: item.id, name: `${ENDPOINT} ${item.name}`, actions: READ_ENDPOINT }
      : { ...group, actions: MAKE_ENDPOINT },
  );
  const rules = collection.rules.length === 0 ? [] : [{ ...group, actions: MAKE_RULE }];
  return [...endpoints, ...rules, ...machineRights(collection, subscriptionId)];
}

/** Of machines by id, virtual ones too, their own resource groups are asked. */
function machineRights({ machines }: CollectionWant, subscriptionId: string): readonly CollectionRights[] {
  if (machines === undefined) return [];
  const read = [`${MACHINE}/read`, `${MACHINE}/extensions/read`];
  const actions = [...read, ...ASSOCIATE, ...(machines.agent === undefined ? [] : INSTALL)];
  return placesOf({ subscriptionId, want: machines }).map(place => ({
    scope: `/subscriptions/${place.subscriptionId}/resourceGroups/${place.resourceGroup}`,
    name: `resource group ${place.resourceGroup}`,
    actions,
  }));
}
