/**
 * Microsoft.Network/networkSecurityGroups: enough to be referenced by a subnet, with the rules as asked. Nothing is
 * filtered by them.
 */
import { randomUUID } from 'node:crypto';
import { locationOf, numberAt, objectAt, objectsAt, stringAt, tagsOf } from '../frame/body.ts';
import { networkError, otherLocation } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { checkStays } from '../network/going.ts';
import * as operations from '../operations.ts';
import { sameId } from '../resource-map.ts';
import type { SecurityGroup } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';
import { given, inCallScope, listReply, notFound, outerId } from './call-kit.ts';

const type = 'Microsoft.Network/networkSecurityGroups';

const subnetsOf = (world: World, group: SecurityGroup) =>
  world.subnets
    .all()
    .filter(subnet => subnet.securityGroupId !== undefined && sameId(subnet.securityGroupId, group.id));

function groupBody(world: World, group: SecurityGroup): Json {
  const subnets = subnetsOf(world, group).map(({ id }) => ({ id }));
  const securityRules = group.rules.map(({ name, properties }) => ({
    name,
    id: `${group.id}/securityRules/${name}`,
    etag: group.etag,
    type: `${type}/securityRules`,
    properties: { provisioningState: group.state, ...properties },
  }));
  return {
    name: group.name,
    id: group.id,
    etag: group.etag,
    type,
    location: group.location,
    ...given('tags', group.tags),
    properties: {
      provisioningState: group.state,
      resourceGuid: group.guid,
      securityRules,
      defaultSecurityRules: [],
      ...(subnets.length === 0 ? {} : { subnets }),
    },
  };
}

/** Throws ArmError 400 where a member that every rule has is of a wrong type. */
function ruleOf(rule: Json): SecurityGroup['rules'][number] {
  const properties = objectAt(rule, 'properties');
  for (const name of ['protocol', 'access', 'direction']) stringAt(properties, name);
  numberAt(properties, 'priority');
  return { name: stringAt(rule, 'name') ?? '', properties };
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, type);
  const before = world.securityGroups.get(outerId(call, type));
  if (before !== undefined && before.location !== location) {
    throw otherLocation(before.name, before.group, before.location, location);
  }
  if (before !== undefined) checkStays(call, before.id);
  const rules = objectsAt(objectAt(body, 'properties'), 'securityRules').map(ruleOf);
  const group: SecurityGroup = {
    id: before?.id ?? outerId(call, type),
    name: before?.name ?? nameAt(call, 0),
    group: call.group,
    location,
    ...given('tags', tagsOf(body)),
    etag: world.networkEtag(),
    guid: before?.guid ?? randomUUID(),
    state: 'Updating',
    rules,
  };
  world.securityGroups.put(group);
  const settle = (state: 'Succeeded' | 'Failed') => {
    const now = world.securityGroups.get(group.id);
    if (now !== undefined) world.securityGroups.put({ ...now, state, etag: world.networkEtag() });
  };
  const start = { provider: 'Microsoft.Network', resourceId: group.id, location, paceSeconds: 3 } as const;
  const operation = operations.runOperation(
    world,
    { ...start, title: 'PutNetworkSecurityGroupOperation' },
    { work: 'networkPut', done: () => settle('Succeeded'), failed: () => settle('Failed') },
  );
  const headers = operations.networkPutHeaders(world, operation, call.apiVersion);
  return { status: before === undefined ? 201 : 200, body: groupBody(world, group), headers, work: 'networkPut' };
}

function find(call: ArmCall): SecurityGroup {
  const group = call.world.securityGroups.get(outerId(call, type));
  if (group === undefined) throw notFound(call);
  return group;
}

function patch(call: ArmCall): ArmReply {
  const group = { ...find(call), ...given('tags', tagsOf(call.body)), etag: call.world.networkEtag() };
  call.world.securityGroups.put(group);
  return { status: 200, body: groupBody(call.world, group) };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const group = world.securityGroups.get(outerId(call, type));
  if (group === undefined) return { status: 204 };
  const [subnet] = subnetsOf(world, group);
  if (subnet !== undefined) {
    throw networkError(
      400,
      'InUseNetworkSecurityGroupCannotBeDeleted',
      `Network security group ${group.id} cannot be deleted because it is in use by the following resources: ${subnet.id}. In order to delete the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.`,
    );
  }
  const { id: resourceId, location } = group;
  const operation = operations.runOperation(
    world,
    { provider: 'Microsoft.Network', resourceId, title: 'DeleteNetworkSecurityGroupOperation', location },
    { work: 'networkDelete', done: () => world.securityGroups.delete(group.id) },
  );
  return {
    status: 202,
    headers: operations.networkDeleteHeaders(world, operation, call.apiVersion),
    work: 'networkDelete',
  };
}

export const networkSecurityGroups: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'networkSecurityGroups',
  apiVersions: networkVersions,
  item: {
    GET: call => {
      const group = find(call);
      return { status: 200, body: groupBody(call.world, group), headers: { etag: group.etag } };
    },
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call => listReply(inCallScope(call, call.world.securityGroups.all()).map(each => groupBody(call.world, each))),
  state: world => world.securityGroups.all().map(each => groupBody(world, each)),
};
