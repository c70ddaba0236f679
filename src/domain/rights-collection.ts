/**
 * The rights that data collection needs: endpoints and rules. Pure; src/domain/rights.ts uses it. Source: "Azure
 * permissions for Monitor" (Microsoft Learn); facts: ampls 8.
 */
import type { Desired } from './desire.ts';
import { type ArmId, isAdopted } from './resources.ts';

const ENDPOINT = 'Microsoft.Insights/dataCollectionEndpoints';
const RULE = 'Microsoft.Insights/dataCollectionRules';
const READ_ENDPOINT = [`${ENDPOINT}/read`];
const MAKE_ENDPOINT = [...READ_ENDPOINT, `${ENDPOINT}/write`, `${ENDPOINT}/delete`];
const MAKE_RULE = [`${RULE}/read`, `${RULE}/write`, `${RULE}/delete`];

/** Actions that must be allowed at a scope. */
interface CollectionRights {
  readonly scope: ArmId;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Scope by scope, what is made in the `group`; none when the spec asks for no data collection. */
export function collectionRights(
  { collection }: Desired,
  group: Pick<CollectionRights, 'scope' | 'name'>,
): readonly CollectionRights[] {
  if (collection === undefined) return [];
  const endpoints = collection.endpoints.map(item =>
    isAdopted(item)
      ? { scope: item.id, name: `${ENDPOINT} ${item.name}`, actions: READ_ENDPOINT }
      : { ...group, actions: MAKE_ENDPOINT },
  );
  return [...endpoints, ...(collection.rules.length === 0 ? [] : [{ ...group, actions: MAKE_RULE }])];
}
