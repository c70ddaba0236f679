/**
 * The names and ids that an import writes. Pure; src/domain/importing.ts uses it.
 */
import type { DataCollectionEndpoint } from './collection-resources.ts';
import {
  componentId,
  dataCollectionEndpointId,
  parseId,
  privateEndpointId,
  privateLinkScopeId,
  workspaceId,
} from './names.ts';
import type { ArmId, Component, PrivateEndpoint, PrivateLinkScope, Workspace } from './resources.ts';

/** What the CRD takes as names of items. */
const NAME_MAX = { workspace: 63, component: 50, dataCollectionEndpoint: 44 } as const;

/** The resource's own name, as far as the CRD takes it and no other item has it. */
export function itemName(
  { kind, name }: Workspace | Component | DataCollectionEndpoint,
  items: readonly { readonly name: string }[],
): string {
  const max = NAME_MAX[kind];
  const plain = name.replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+/, '');
  const taken = new Set(items.map(item => item.name.toLowerCase()));
  const candidate = (suffix: string) => `${plain.slice(0, max - suffix.length).replace(/-+$/, '') || kind}${suffix}`;
  let number = 1;
  while (taken.has(candidate(number === 1 ? '' : `-${number}`).toLowerCase())) number++;
  return candidate(number === 1 ? '' : `-${number}`);
}

/** ARM returns ids in any letter case; people read them better in the documented one. */
export function canonicalId({
  kind,
  id,
}: Workspace | Component | DataCollectionEndpoint | PrivateLinkScope | PrivateEndpoint): ArmId {
  const parsed = parseId(id);
  const name = parsed?.names[0];
  if (parsed === undefined || name === undefined) return id;
  const make = {
    workspace: workspaceId,
    component: componentId,
    dataCollectionEndpoint: dataCollectionEndpointId,
    privateLinkScope: privateLinkScopeId,
    privateEndpoint: privateEndpointId,
  };
  return make[kind](parsed, name);
}
