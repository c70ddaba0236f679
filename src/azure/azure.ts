/**
 * The port `Azure` of src/ports.ts, put together: one credential, clients per subscription, one set of rules for every
 * request. The only module of src/azure that others import, with `settings.ts` and the type `RequestRecord`.
 */
import type { ArmId } from '../domain/resources.ts';
import type { Azure, AzureInquiry, Clock, Log, WriteGuard } from '../ports.ts';
import { siteOf } from './adapter.ts';
import { createMachines } from './azure-machines.ts';
import { createClients } from './clients.ts';
import { createCredential } from './credential.ts';
import { readSurroundings } from './graph.ts';
import { createInquiry, readEndpointNeed, readPermissions, readRegistration } from './inquiries.ts';
import {
  readDnsZones,
  readScopeLinks,
  readSoftDeleted,
  readZoneGroups,
  readZoneLinks,
  readZoneRecords,
} from './listings.ts';
import { createLogsQuery, createLogsRead, createPublicQuery } from './logs-query.ts';
import {
  getNetworkInterface,
  getVirtualNetwork,
  INTERFACE_TYPE,
  readNetworkInterface,
  readSubnet,
  SUBNET_TYPE,
} from './networks.ts';
import { failureOfOperation, subscriptionOf } from './operations.ts';
import { createCalls, type RequestRecord } from './pipeline.ts';
import { type Arm, create, get, READ_DEADLINE_MS, readOne, remove, setAccess, untag, update } from './resources.ts';
import type { AzureSettings } from './settings.ts';

/** What the port needs of the process around it. */
export interface AzureOptions {
  readonly settings: AzureSettings;
  readonly log: Log;
  readonly clock: Clock;
  /** Called after every HTTP exchange with the Resource Manager; must not throw. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** The operator's own, for the user agent. */
  readonly version: string;
  /** Asked at the last moment before each write; a write to which it objects fails as `Waiting`. */
  readonly guard?: WriteGuard;
}

/**
 * Azure as one identity. Nothing is sent before the first call, and wrong credentials show there, as `PortError`. Throws
 * a TypeError when `settings.endpoint` is no URL: whoever reads the configuration checks that.
 */
export function createAzure({ settings, log, clock, onRequest, version, guard }: AzureOptions): Azure & AzureInquiry {
  const credential = createCredential(settings, clock);
  const calls = createCalls({
    endpoint: settings.endpoint,
    clock,
    onRequest: record => {
      log.debug('Azure request', { ...record });
      onRequest?.(record);
    },
  });
  const sdkOf = createClients({
    settings,
    credential,
    policy: calls.policy,
    version,
    ...(guard ? { guard } : {}),
  });
  const arm = { calls, sdkOf, endpoint: settings.endpoint };
  const querying = { settings: settings.logsQuery, credential, clock };
  const { publicEgressProxy } = settings.logsQuery;
  return {
    ...createInquiry(arm),
    ...createMachines(arm),
    identity: signal => credential.identity(signal),
    get: (kind, id, signal) => get(arm, kind, id, signal),
    scopeLinks: (scopeId, signal) => readScopeLinks(arm, scopeId, signal),
    networkInterface: (id, signal) => networkInterface(arm, id, signal),
    zoneGroups: (endpointId, signal) => readZoneGroups(arm, endpointId, signal),
    zoneLinks: (zoneId, signal) => readZoneLinks(arm, zoneId, signal),
    zoneRecords: (zoneId, signal) => readZoneRecords(arm, zoneId, signal),
    dnsZones: (subscriptionId, signal) => readDnsZones(arm, subscriptionId, signal),
    subnet: (id, signal) => subnet(arm, id, signal),
    endpointNeed: (scopeId, signal) => readEndpointNeed(arm, scopeId, signal),
    permissions: (scope, signal) => readPermissions(arm, scope, signal),
    registration: (subscriptionId, namespace, signal) => readRegistration(arm, { subscriptionId, namespace }, signal),
    surroundings: (subscriptionIds, signal) => readSurroundings(arm, subscriptionIds, signal),
    softDeletedWorkspaces: (place, signal) => readSoftDeleted(arm, place, signal),
    create: (want, signal) => create(arm, want, signal),
    update: (want, changes, signal) => update(arm, want, changes, signal),
    setAccess: (at, values, signal) => setAccess(arm, at, values, signal),
    query: createLogsQuery(querying),
    logs: createLogsRead(querying),
    ...(publicEgressProxy === undefined ? {} : { queryPublic: createPublicQuery(publicEgressProxy, querying) }),
    untag: (kind, id, tag, signal) => untag(arm, { kind, id, tag }, signal),
    remove: (kind, id, signal) => remove(arm, kind, id, signal),
    operationFailure: (operation, signal) => operationFailure(arm, operation, signal),
  };
}

async function networkInterface(arm: Arm, id: ArmId, signal: AbortSignal) {
  const at = siteOf(id, INTERFACE_TYPE, arm.sdkOf);
  const task = { what: `reading network interface ${at.name}`, signal };
  return readOne(arm, task, { send: () => getNetworkInterface(at), read: readNetworkInterface });
}

async function subnet(arm: Arm, id: ArmId, signal: AbortSignal) {
  const at = siteOf(id, SUBNET_TYPE, arm.sdkOf);
  const task = { what: `reading subnet ${at.parent}/${at.name}`, signal };
  return readOne(arm, task, { send: () => getVirtualNetwork(at), read: network => readSubnet(network, id) });
}

async function operationFailure({ calls, sdkOf }: Arm, operation: string, signal: AbortSignal) {
  const subscription = subscriptionOf(operation);
  if (subscription === undefined) return undefined;
  const task = { what: 'the operation', signal, deadlineMs: READ_DEADLINE_MS };
  return failureOfOperation(calls, task, () => sdkOf(subscription).send({ method: 'GET', url: operation }));
}
