/**
 * How an extension of an Arc machine looks: alone, and in lists and operations with `location` before `type` (recorded).
 */
import type { Json } from '../frame/resource-type.ts';
import type { MachineExtension } from '../resources-machines.ts';
import { given } from './call-kit.ts';

const type = 'Microsoft.HybridCompute/machines/extensions';

function propertiesOf(extension: MachineExtension): Json {
  const { publisher, typeHandlerVersion } = extension;
  const failed = extension.state === 'Failed';
  const status = failed
    ? { code: '1', level: 'Error', message: 'Extension Message: failed' }
    : { code: '0', level: 'Information', message: 'Extension Message: success' };
  const reported = extension.state === 'Succeeded' || failed;
  return {
    publisher,
    type: extension.type,
    typeHandlerVersion,
    autoUpgradeMinorVersion: extension.autoUpgradeMinorVersion,
    enableAutomaticUpgrade: extension.enableAutomaticUpgrade,
    ...given('settings', extension.settings),
    provisioningState: extension.state,
    ...(reported ? { instanceView: { name: extension.name, type: extension.type, typeHandlerVersion, status } } : {}),
  };
}

export const extensionBody = (extension: MachineExtension): Json => ({
  id: extension.id,
  name: extension.name,
  type,
  location: extension.location,
  ...given('tags', extension.tags),
  properties: propertiesOf(extension),
});

export const listedExtension = (extension: MachineExtension): Json => ({
  id: extension.id,
  name: extension.name,
  location: extension.location,
  type,
  ...given('tags', extension.tags),
  properties: propertiesOf(extension),
});
