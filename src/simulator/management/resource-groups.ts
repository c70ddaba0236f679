/**
 * Microsoft.Resources/resourceGroups: made and changed at once, deleted with their contents as a long-running operation
 * (group-deletion.ts).
 */
import { stringAt, tagsOf } from '../frame/body.ts';
import { gatewayError, locationRequired, resourceGroupNotFound } from '../frame/errors.ts';
import { isRegion, regionNames } from '../frame/regions.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { ResourceGroup } from '../resources.ts';
import { resourceVersions } from './api-versions.ts';
import { deleteGroup } from './group-deletion.ts';
import { resourceFilter } from './resource-filter.ts';

const body = (group: ResourceGroup): Json => ({
  id: group.id,
  name: group.name,
  type: 'Microsoft.Resources/resourceGroups',
  location: group.location,
  ...(group.tags === undefined ? {} : { tags: group.tags }),
  ...(group.managedBy === undefined ? {} : { managedBy: group.managedBy }),
  properties: { provisioningState: group.state ?? 'Succeeded' },
});

const idOf = (call: ArmCall): string => `/subscriptions/${call.world.subscriptionId}/resourceGroups/${nameAt(call, 0)}`;

function find(call: ArmCall): ResourceGroup {
  const group = call.world.resourceGroups.get(idOf(call));
  if (group === undefined) throw resourceGroupNotFound(nameAt(call, 0));
  return group;
}

function checkName(name: string): void {
  const invalid = [...new Set(name.match(/[^\p{L}\p{N}\-._()]/gu))].join('');
  if (invalid !== '') {
    throw gatewayError(
      400,
      'InvalidResourceGroup',
      `The provided resource group name '${name}' has these invalid characters: '${invalid}'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.`,
    );
  }
  if (name.length <= 90 && !name.endsWith('.')) return;
  throw gatewayError(
    400,
    'InvalidResourceGroup',
    name.endsWith('.')
      ? `The provided resource group name '${name}' ends with '.', which is not allowed.`
      : `The provided resource group name has ${name.length} characters. Its length must be less than or equal to 90.`,
  );
}

/** The region asked for, in its short form. */
function regionOf(call: ArmCall): string {
  const asked = stringAt(call.body, 'location');
  if (asked === undefined || asked === '') throw locationRequired();
  const region = asked.replaceAll(' ', '').toLowerCase();
  if (isRegion(region)) return region;
  throw gatewayError(
    400,
    'LocationNotAvailableForResourceGroup',
    `The provided location '${asked}' is not available for resource group. List of available regions is '${regionNames.join(',')}'.`,
  );
}

function put(call: ArmCall): ArmReply {
  const { world } = call;
  const name = nameAt(call, 0);
  checkName(name);
  const location = regionOf(call);
  const before = world.resourceGroups.get(idOf(call));
  if (before !== undefined && before.location !== location) {
    throw gatewayError(
      409,
      'InvalidResourceGroupLocation',
      `Invalid resource group location '${location}'. The Resource group already exists in location '${before.location}'.`,
    );
  }
  const [tags, managedBy] = [tagsOf(call.body), stringAt(call.body, 'managedBy')];
  const group = world.resourceGroups.put({
    id: before?.id ?? idOf(call),
    name: before?.name ?? name,
    group: before?.name ?? name,
    location,
    ...(tags === undefined ? {} : { tags }),
    ...(managedBy === undefined ? {} : { managedBy }),
  });
  return { status: before === undefined ? 201 : 200, body: body(group), work: 'groupPut' };
}

function patch(call: ArmCall): ArmReply {
  const before = find(call);
  const tags = tagsOf(call.body) ?? before.tags;
  const group = call.world.resourceGroups.put({ ...before, ...(tags === undefined ? {} : { tags }) });
  return { status: 200, body: body(group), work: 'groupPut' };
}

const verbs = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete', POST: 'action' } as const;

/** `types` are all others: what may lie in a group. */
export const resourceGroups = (types: readonly ResourceType[]): ResourceType => ({
  namespace: 'Microsoft.Resources',
  name: 'resourceGroups',
  apiVersions: resourceVersions,
  operation: verb => `Microsoft.Resources/subscriptions/resourceGroups/${verbs[verb]}`,
  item: {
    GET: call => ({ status: 200, body: body(find(call)) }),
    PUT: put,
    PATCH: patch,
    DELETE: call => deleteGroup(call, find(call), types),
  },
  list: call => {
    const matches = resourceFilter(call.query.get('$filter'));
    return { status: 200, body: { value: call.world.resourceGroups.all().map(body).filter(matches) } };
  },
  state: world => world.resourceGroups.all().map(body),
});
