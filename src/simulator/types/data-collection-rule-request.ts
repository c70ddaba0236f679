/**
 * What a PUT asks of a data collection rule, brought into Azure's order of fields (recorded), with the workspaces' ids
 * added, and checked: the refusal names each fault by its path (code and form from memory, wording partly ours).
 */
import { isObject, numberAt, objectAt, objectsAt, stringAt, stringsAt } from '../frame/body.ts';
import { ArmError } from '../frame/errors.ts';
import type { Json } from '../frame/resource-type.ts';
import type { World } from '../world.ts';

const order = [
  'streams',
  'description',
  'dataCollectionEndpointId',
  'streamDeclarations',
  'dataSources',
  'performanceCounters',
  'windowsEventLogs',
  'syslog',
  'logFiles',
  'extensions',
  'destinations',
  'logAnalytics',
  'azureMonitorMetrics',
  'samplingFrequencyInSeconds',
  'counterSpecifiers',
  'xPathQueries',
  'facilityNames',
  'logLevels',
  'workspaceResourceId',
  'workspaceId',
  'dataFlows',
  'columns',
];
const last = ['transformKql', 'outputStream', 'name'];

const rankOf = (key: string): number => {
  const at = order.indexOf(key);
  if (at !== -1) return at;
  return last.includes(key) ? order.length + 1 : order.length;
};

/** Objects with their known fields in Azure's order, deep down; lists and everything else as they are. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const sorted = Object.entries(value).toSorted(([one], [other]) => rankOf(one) - rankOf(other));
  return Object.fromEntries(sorted.map(([key, item]) => [key, key === 'columns' ? item : ordered(item)]));
}

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

const invalid = (target: string, message: string): Fault => ({ code: 'InvalidProperty', message, target });

/** Names of data sources and destinations, which flows refer to and which must not repeat. */
function namesIn(container: Json): readonly string[] {
  return Object.entries(container).flatMap(([key, value]) => {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.flatMap(item => (isObject(item) ? [stringAt(item, 'name') ?? `(unnamed ${key})`] : []));
  });
}

function counterFaults(dataSources: Json): readonly Fault[] {
  return objectsAt(dataSources, 'performanceCounters').flatMap((counter, index) => {
    const target = `properties.dataSources.performanceCounters[${index}]`;
    const seconds = numberAt(counter, 'samplingFrequencyInSeconds');
    const faults: Fault[] = [];
    if (seconds === undefined || seconds < 1 || seconds > 1800) {
      const text = `'Sampling Frequency In Seconds' must be between 1 and 1800 inclusive. You entered ${seconds ?? 0}.`;
      faults.push(invalid(`${target}.samplingFrequencyInSeconds`, text));
    }
    if (stringsAt(counter, 'counterSpecifiers').length === 0) {
      faults.push(invalid(`${target}.counterSpecifiers`, "'Counter Specifiers' must not be empty."));
    }
    if (stringsAt(counter, 'streams').length === 0)
      faults.push(invalid(`${target}.streams`, "'Streams' must not be empty."));
    return faults;
  });
}

function nameFaults(container: Json, at: string): readonly Fault[] {
  const names = namesIn(container);
  return names.flatMap((name, index) => {
    if (name.startsWith('(unnamed')) return [invalid(at, `A name is missing: ${name}.`)];
    return names.indexOf(name) === index ? [] : [invalid(at, `The name '${name}' is used more than once.`)];
  });
}

function flowFaults(properties: Json): readonly Fault[] {
  const known = new Set(namesIn(objectAt(properties, 'destinations')));
  return objectsAt(properties, 'dataFlows').flatMap((flow, index) => {
    const target = `properties.dataFlows[${index}]`;
    const missing = stringsAt(flow, 'destinations').filter(name => !known.has(name));
    const faults = missing.map(name => invalid(`${target}.destinations`, `Destination '${name}' is not declared.`));
    return stringsAt(flow, 'streams').length > 0
      ? faults
      : [...faults, invalid(`${target}.streams`, "'Streams' must not be empty.")];
  });
}

function referenceFaults(world: World, properties: Json, location: string): readonly Fault[] {
  const faults: Fault[] = [];
  const endpointId = stringAt(properties, 'dataCollectionEndpointId');
  if (endpointId !== undefined) {
    const endpoint = world.dataCollectionEndpoints.get(endpointId);
    if (endpoint === undefined) {
      faults.push(
        invalid('properties.dataCollectionEndpointId', `Data collection endpoint '${endpointId}' was not found.`),
      );
    } else if (endpoint.location !== location) {
      const text = `Data collection endpoint '${endpointId}' is in ${endpoint.location}, the rule in ${location}.`;
      faults.push(invalid('properties.dataCollectionEndpointId', text));
    }
  }
  objectsAt(objectAt(properties, 'destinations'), 'logAnalytics').forEach((destination, index) => {
    const id = stringAt(destination, 'workspaceResourceId') ?? '';
    if (world.workspaces.get(id) !== undefined) return;
    const target = `properties.destinations.logAnalytics[${index}].workspaceResourceId`;
    faults.push(invalid(target, `Workspace '${id}' was not found.`));
  });
  return faults;
}

function withWorkspaceIds(world: World, properties: Json): Json {
  if (properties.destinations === undefined) return properties;
  const destinations = objectAt(properties, 'destinations');
  if (destinations.logAnalytics === undefined) return properties;
  const logAnalytics = objectsAt(destinations, 'logAnalytics').map(each => ({
    ...each,
    workspaceId: world.workspaces.get(stringAt(each, 'workspaceResourceId') ?? '')?.customerId,
  }));
  return { ...properties, destinations: { ...destinations, logAnalytics } };
}

/** The rule's properties as they are kept and shown. Throws ArmError 400 InvalidPayload with every fault. */
export function ruleProperties(world: World, asked: Json, location: string): Json {
  const { immutableId: _immutableId, provisioningState: _state, metadata: _metadata, ...properties } = asked;
  const dataSources = objectAt(properties, 'dataSources');
  const details = [
    ...nameFaults(dataSources, 'properties.dataSources'),
    ...nameFaults(objectAt(properties, 'destinations'), 'properties.destinations'),
    ...counterFaults(dataSources),
    ...flowFaults(properties),
    ...referenceFaults(world, properties, location),
  ];
  if (details.length > 0) {
    throw new ArmError(400, { code: 'InvalidPayload', message: 'Data collection rule is invalid', details });
  }
  return ordered(withWorkspaceIds(world, properties)) as Json;
}
