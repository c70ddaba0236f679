/**
 * Microsoft.HybridCompute/machines/extensions: made, changed and deleted through 202 and an operation that takes minutes
 * (recorded in 2022 to 2025). The machine's agent does the work: without a connected one the operation fails (assumed).
 */
import { locationOf, objectAt, stringAt, tagsOf } from '../frame/body.ts';
import { badRequest, conflict } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { runOperation } from '../operations.ts';
import type { Machine, MachineExtension } from '../resources-machines.ts';
import { hybridVersions } from './api-versions.ts';
import { given, listReply, notFound } from './call-kit.ts';
import { hybridHeaders } from './hybrid-operations.ts';
import { extensionBody, listedExtension } from './machine-extension-body.ts';
import { findMachine } from './machines.ts';

/** What the service picks when no version is asked; the real ones move on every month. */
const newestVersions: Readonly<Record<string, string>> = {
  azuremonitorlinuxagent: '1.35.1',
  azuremonitorwindowsagent: '1.33.0',
};

const idOf = (call: ArmCall, machine: Machine): string => `${machine.id}/extensions/${nameAt(call, 1)}`;

function versionOf(properties: Json, before: MachineExtension | undefined, type: string): string {
  const asked = stringAt(properties, 'typeHandlerVersion');
  return asked ?? before?.typeHandlerVersion ?? newestVersions[type.toLowerCase()] ?? '1.0.0.0';
}

const flagOf = (properties: Json, key: string, fallback: boolean): boolean =>
  typeof properties[key] === 'boolean' ? properties[key] : fallback;

function extensionOf(call: ArmCall, machine: Machine, before: MachineExtension | undefined): MachineExtension {
  const properties = objectAt(call.body, 'properties');
  const publisher = stringAt(properties, 'publisher') ?? before?.publisher;
  const type = stringAt(properties, 'type') ?? before?.type;
  if (publisher === undefined || type === undefined) {
    throw badRequest('BadRequest', "'properties.publisher' and 'properties.type' of a machine extension are required.");
  }
  const settings = properties.settings === undefined ? before?.settings : objectAt(properties, 'settings');
  return {
    id: before?.id ?? idOf(call, machine),
    name: before?.name ?? nameAt(call, 1),
    group: machine.group,
    machineId: machine.id,
    location: machine.location,
    ...given('tags', tagsOf(call.body) ?? before?.tags),
    publisher,
    type,
    typeHandlerVersion: versionOf(properties, before, type),
    autoUpgradeMinorVersion: flagOf(properties, 'autoUpgradeMinorVersion', false),
    enableAutomaticUpgrade: flagOf(properties, 'enableAutomaticUpgrade', true),
    ...given('settings', settings),
    state: before === undefined ? 'Creating' : 'Updating',
  };
}

function checkIdle(extension: MachineExtension | undefined): void {
  if (extension === undefined || extension.state === 'Succeeded' || extension.state === 'Failed') return;
  throw conflict('Conflict', `Another operation on extension '${extension.name}' is in progress.`);
}

function accepted(call: ArmCall, extension: MachineExtension, work: 'extensionPut' | 'extensionDelete'): ArmReply {
  const { world } = call;
  const connected = world.machines.get(extension.machineId)?.agent?.status === 'Connected';
  const end = (state: 'Succeeded' | 'Failed') => {
    const now = world.machineExtensions.get(extension.id);
    if (now === undefined) return;
    if (work === 'extensionDelete' && state === 'Succeeded') world.machineExtensions.delete(extension.id);
    else world.machineExtensions.put({ ...now, state });
  };
  const message = 'The machine is not connected: its agent did not report the result of the operation in time.';
  const unreachable = { kind: 'Failed', error: { code: 'MachineNotConnected', message } } as const;
  const { id: resourceId, location } = extension;
  const title = work === 'extensionPut' ? 'PutExtension' : 'DeleteExtension';
  const start = { provider: 'Microsoft.HybridCompute', resourceId, title, location, paceSeconds: 120 } as const;
  const outcome = connected ? undefined : unreachable;
  const run = { work, done: () => end('Succeeded'), failed: () => end('Failed'), outcome };
  const operation = runOperation(world, start, run);
  return { status: 202, headers: hybridHeaders(call, operation), work };
}

function put(call: ArmCall): ArmReply {
  const machine = findMachine(call);
  locationOf(call.body, 'Microsoft.HybridCompute/machines/extensions');
  const before = call.world.machineExtensions.get(idOf(call, machine));
  checkIdle(before);
  return accepted(call, call.world.machineExtensions.put(extensionOf(call, machine, before)), 'extensionPut');
}

function find(call: ArmCall): MachineExtension {
  const extension = call.world.machineExtensions.get(idOf(call, findMachine(call)));
  if (extension === undefined) throw notFound(call);
  return extension;
}

function patch(call: ArmCall): ArmReply {
  const before = find(call);
  checkIdle(before);
  const extension = call.world.machineExtensions.put(extensionOf(call, findMachine(call), before));
  return accepted(call, extension, 'extensionPut');
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const extension = world.machineExtensions.get(idOf(call, findMachine(call)));
  if (extension === undefined) return { status: 204 };
  checkIdle(extension);
  return accepted(call, world.machineExtensions.put({ ...extension, state: 'Deleting' }), 'extensionDelete');
}

export const machineExtensions: ResourceType = {
  namespace: 'Microsoft.HybridCompute',
  name: 'machines/extensions',
  apiVersions: hybridVersions,
  item: { GET: call => ({ status: 200, body: extensionBody(find(call)) }), PUT: put, PATCH: patch, DELETE: remove },
  list: call => listReply(call.world.machineExtensions.under(findMachine(call).id).map(listedExtension)),
  state: world => world.machineExtensions.all().map(extensionBody),
};
