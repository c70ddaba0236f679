/**
 * Microsoft.Resources/providers: which namespaces there are, with their types and api-versions, and whether the
 * subscription is registered for them. Made from the registry of types.
 */
import { gatewayError } from '../frame/errors.ts';
import { displayNameOf, regionNames } from '../frame/regions.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { ProviderRegistration } from '../resources-management.ts';
import type { World } from '../world.ts';
import { resourceVersions } from './api-versions.ts';

const globalTypes = /^(privateLinkScopes|privateDnsZones)/i;
const places = regionNames.map(displayNameOf);

function typeBody(type: ResourceType): Json {
  const stable = type.apiVersions.findLast(version => !version.endsWith('-preview'));
  return {
    resourceType: type.name,
    locations: globalTypes.test(type.name) ? ['global'] : places,
    apiVersions: type.apiVersions.toReversed(),
    defaultApiVersion: stable ?? type.apiVersions.at(-1),
    capabilities:
      type.item?.PUT === undefined ? 'None' : 'CrossResourceGroupResourceMove, SupportsTags, SupportsLocation',
  };
}

export const registrationOf = (world: World, namespace: string): ProviderRegistration['state'] =>
  world.registrations.get(namespace)?.state ?? 'Registered';

/** The types that list, read, register and unregister the providers of `types`. */
export function providerTypes(types: readonly ResourceType[]): readonly ResourceType[] {
  const namespaces = [...new Set(types.map(type => type.namespace))].toSorted();

  const find = (call: ArmCall): string => {
    const asked = nameAt(call, 0);
    const namespace = namespaces.find(each => each.toLowerCase() === asked.toLowerCase());
    if (namespace !== undefined) return namespace;
    throw gatewayError(404, 'InvalidResourceNamespace', `The resource namespace '${asked}' is invalid.`);
  };
  const body = ({ world, path }: ArmCall, namespace: string): Json => {
    const own = types.filter(type => type.namespace === namespace).map(typeBody);
    if (path.subscriptionId === '') return { namespace, resourceTypes: own };
    return {
      id: `/subscriptions/${world.subscriptionId}/providers/${namespace}`,
      namespace,
      registrationPolicy: 'RegistrationRequired',
      registrationState: registrationOf(world, namespace),
      resourceTypes: own,
    };
  };
  const move =
    (by: 'Registering' | 'Unregistering', to: 'Registered' | 'NotRegistered') =>
    (call: ArmCall): ArmReply => {
      const { world } = call;
      const namespace = find(call);
      if (registrationOf(world, namespace) !== to) {
        world.registrations.put({ id: namespace, state: by });
        world.settle('providerRegister', () => {
          if (registrationOf(world, namespace) === by) world.registrations.put({ id: namespace, state: to });
        });
      }
      return { status: 200, body: body(call, namespace), work: 'providerRegister' };
    };

  const common = { namespace: 'Microsoft.Resources', apiVersions: resourceVersions } as const;
  const action = (name: 'register' | 'unregister', handler: (call: ArmCall) => ArmReply): ResourceType => ({
    ...common,
    name: `providers/${name}`,
    operation: (_verb, path) => `${path.names[0] ?? ''}/${name}/action`,
    action: handler,
  });
  return [
    {
      ...common,
      name: 'providers',
      operation: () => 'Microsoft.Resources/subscriptions/providers/read',
      item: { GET: call => ({ status: 200, body: body(call, find(call)) }) },
      list: call => ({ status: 200, body: { value: namespaces.map(namespace => body(call, namespace)) } }),
    },
    action('register', move('Registering', 'Registered')),
    action('unregister', move('Unregistering', 'NotRegistered')),
  ];
}
