/**
 * Microsoft.HybridCompute/machines: seeded with an agent, or made by a PUT without one; changed by PATCH, which answers
 * `Updating` without operation headers; deleted at once with extensions and associations (recorded in 2022 and 2025). A
 * machine joins one private link scope, of its own region, by a PATCH, and leaves it with an empty text.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { locationOf, objectAt, stringAt, tagsOf } from '../frame/body.ts';
import { badRequest, gatewayError, otherLocation } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { settleResource } from '../operations.ts';
import type { Machine } from '../resources-machines.ts';
import type { World } from '../world.ts';
import { hybridVersions } from './api-versions.ts';
import { inCallScope, listReply, notFound, outerId } from './call-kit.ts';
import { listedMachine, machineBody, machineType, shownMachine } from './machine-body.ts';

/** What the body asks of the scope: nothing, leaving (empty), or one that exists in the machine's region. */
function scopeOf(world: World, properties: Json, machine: Pick<Machine, 'location' | 'privateLinkScopeId'>) {
  const asked = stringAt(properties, 'privateLinkScopeResourceId');
  if (asked === undefined) return machine.privateLinkScopeId;
  if (asked === '') return '';
  const scope = world.hybridScopes.get(asked);
  if (scope === undefined)
    throw gatewayError(404, 'ResourceNotFound', `The private link scope '${asked}' was not found.`);
  if (scope.location !== machine.location) {
    throw badRequest(
      'BadRequest',
      `The private link scope '${asked}' is in ${scope.location}; a machine in ${machine.location} cannot use it.`,
    );
  }
  return asked;
}

function settle(world: World, machine: Machine): void {
  const done = () => {
    const now = world.machines.get(machine.id);
    if (now !== undefined) world.machines.put({ ...now, state: 'Succeeded' });
  };
  settleResource(world, 'machinePut', { done, failed: done });
}

function write(world: World, before: Machine, properties: Json, tags: Machine['tags'] | undefined): Machine {
  const privateLinkScopeId = scopeOf(world, properties, before);
  const machine: Machine = {
    ...before,
    tags: tags ?? before.tags,
    state: 'Updating',
    osProfile: { ...before.osProfile, ...objectAt(properties, 'osProfile') },
    ...(privateLinkScopeId === undefined ? {} : { privateLinkScopeId }),
  };
  world.machines.put(machine);
  settle(world, machine);
  return machine;
}

function create(call: ArmCall, location: string): Machine {
  const properties = objectAt(call.body, 'properties');
  const osType = stringAt(properties, 'osType')?.toLowerCase();
  return {
    id: outerId(call, machineType),
    name: nameAt(call, 0),
    group: call.group,
    location,
    tags: {},
    vmId: stringAt(properties, 'vmId') ?? randomUUID(),
    principalId: randomUUID(),
    clientPublicKey: stringAt(properties, 'clientPublicKey') ?? randomBytes(270).toString('base64'),
    osName: osType === 'windows' ? 'windows' : 'linux',
    osProfile: {},
    state: 'Updating',
  };
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, machineType);
  const found = world.machines.get(outerId(call, machineType));
  if (found !== undefined && found.location !== location) {
    throw otherLocation(found.name, found.group, found.location, location);
  }
  const machine = write(world, found ?? create(call, location), objectAt(body, 'properties'), tagsOf(body) ?? {});
  return { status: found === undefined ? 201 : 200, body: machineBody(world, machine), work: 'machinePut' };
}

/** The machine of the path. Throws the gateway's 404. */
export function findMachine(call: ArmCall): Machine {
  const machine = call.world.machines.get(outerId(call, machineType));
  if (machine === undefined) throw notFound(call);
  return machine;
}

function patch(call: ArmCall): ArmReply {
  const { world, body } = call;
  const machine = write(world, findMachine(call), objectAt(body, 'properties'), tagsOf(body));
  return { status: 200, body: machineBody(world, machine), work: 'machinePut' };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const machine = world.machines.get(outerId(call, machineType));
  if (machine === undefined) return { status: 204 };
  for (const each of world.machineExtensions.under(machine.id)) world.machineExtensions.delete(each.id);
  for (const each of world.ruleAssociations.where('machine', machine.id)) world.ruleAssociations.delete(each.id);
  world.machines.delete(machine.id);
  return { status: 200, work: 'machineDelete' };
}

export const machines: ResourceType = {
  namespace: 'Microsoft.HybridCompute',
  name: 'machines',
  apiVersions: hybridVersions,
  item: {
    GET: call => ({ status: 200, body: shownMachine(call.world, findMachine(call)) }),
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call => listReply(inCallScope(call, call.world.machines.all()).map(each => listedMachine(call.world, each))),
  state: world => world.machines.all().map(each => shownMachine(world, each)),
};
