/**
 * Reads of machines of Azure Arc and of Azure, of their associations and of the agent's extension. By plain requests
 * through the policies of all others: @azure/arm-hybridcompute is of the old generation (facts: azure-sdk 2), and what is
 * needed of it is four addresses. src/azure only. Sources: REST references "Machines" and "Machine Extensions" 2025-01-13
 * (Hybrid Compute), "Data Collection Rule Associations" 2024-03-11, "Virtual Machines" 2024-07-01.
 */
import type { MachineSystem } from '../domain/collection-resources.ts';
import {
  type AgentExtension,
  type Association,
  isArcMachine,
  type Machine,
  machineOfAssociation,
  machineOfExtension,
} from '../domain/machine-resources.ts';
import { type Place, shortName } from '../domain/names.ts';
import type { ArmId } from '../domain/resources.ts';
import type { Endpoint } from './inquiries.ts';
import type { Answer } from './pipeline.ts';
import { type Arm, orAbsent, READ_DEADLINE_MS, readOne, understood } from './resources.ts';
import {
  type Json,
  members,
  objectOf,
  optional,
  readTags,
  required,
  requiredList,
  text,
  UnexpectedAnswerError,
} from './wire.ts';

export const HYBRID_VERSION = '2025-01-13';
export const COLLECTION_VERSION = '2024-03-11';
const COMPUTE_VERSION = '2024-07-01';
/** Of a list: twenty thousand machines at the thousand that a page holds. */
const MAX_PAGES = 20;
const PAGES_DEADLINE_MS = 4 * READ_DEADLINE_MS;

/** Every type of the agent's extension. */
export const AGENT_TYPES = ['AzureMonitorLinuxAgent', 'AzureMonitorWindowsAgent'] as const;

export const isAgentType = (type: unknown): boolean =>
  AGENT_TYPES.some(known => known.toLowerCase() === text(type)?.toLowerCase());

/** All machines of Azure Arc in a resource group. */
export function readMachines(arm: Arm & Endpoint, place: Place, signal: AbortSignal) {
  const { subscriptionId, resourceGroup } = place;
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.HybridCompute/machines`;
  return readList(arm, path, {
    what: `listing the machines of ${resourceGroup}`,
    version: HYBRID_VERSION,
    signal,
    read: readMachine,
  });
}

/** One machine by one GET. */
export function readOneMachine(arm: Arm & Endpoint, id: ArmId, signal: AbortSignal): Promise<Machine | undefined> {
  const task = { what: `reading machine ${shortName(id)}`, signal };
  const version = isArcMachine(id) ? HYBRID_VERSION : COMPUTE_VERSION;
  return readOne(arm, task, { send: () => sdkOf(arm, id).read(id, version), read: readMachine });
}

/** All associations of a rule or an endpoint. */
export function readAssociations(arm: Arm & Endpoint, targetId: ArmId, signal: AbortSignal) {
  return readList(arm, `${targetId}/associations`, {
    what: `listing the associations of ${shortName(targetId)}`,
    version: COLLECTION_VERSION,
    signal,
    read: readAssociation,
  });
}

/** One association by one GET. */
export function readOneAssociation(arm: Arm & Endpoint, id: ArmId, signal: AbortSignal) {
  const task = { what: `reading association ${associationLabel(id)}`, signal };
  return readOne(arm, task, { send: () => sdkOf(arm, id).read(id, COLLECTION_VERSION), read: readAssociation });
}

/** The agent's extension among those of a machine of Azure Arc. */
export async function readAgent(
  arm: Arm & Endpoint,
  machineId: ArmId,
  signal: AbortSignal,
): Promise<AgentExtension | undefined> {
  const extensions = await readList(arm, `${machineId}/extensions`, {
    what: `listing the extensions of machine ${shortName(machineId)}`,
    version: HYBRID_VERSION,
    signal,
    read: body => (isAgentType(members(body.properties).type) ? [readExtension(body)] : []),
  });
  return extensions?.flat()[0];
}

/** `press-1/configurationAccessEndpoint` */
export const associationLabel = (id: ArmId): string => `${shortName(machineOfAssociation(id))}/${shortName(id)}`;

/** The clients of the subscription of a path. Throws `PortError` for what would lead elsewhere. */
export function sdkOf(arm: Arm, path: ArmId) {
  if (path.split('/').some(part => /^\.{1,2}$/.test(part))) throw new UnexpectedAnswerError(`${path} is no ARM id`);
  return arm.sdkOf(/^\/subscriptions\/([^/?]+)/i.exec(path)?.[1] ?? '');
}

interface Listing<T> {
  readonly what: string;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly read: (body: Json) => T;
}

/** All pages; `undefined` when the first one proves that what is asked about is not there. */
async function readList<T>(
  arm: Arm & Endpoint,
  path: string,
  { what, version, signal, read }: Listing<T>,
): Promise<readonly T[] | undefined> {
  const sdk = sdkOf(arm, path);
  const send = async (answers: readonly Answer[]) => {
    await sdk.read(path, version);
    for (let page = 1; nextOf(answers) !== undefined; page++) {
      // Half a list would take machines for gone.
      if (page === MAX_PAGES) throw new UnexpectedAnswerError(`there are more than ${MAX_PAGES} pages`);
      await laterPage(sdk.send({ method: 'GET', url: nextOf(answers) ?? '' }), page);
    }
  };
  const pages = await orAbsent(arm.calls.run({ what, signal, deadlineMs: PAGES_DEADLINE_MS }, send));
  return pages && understood(what, () => pages.flatMap(({ body }) => requiredList(objectOf(body), 'value')).map(read));
}

const nextOf = (answers: readonly Answer[]): string | undefined => text(members(answers.at(-1)?.body).nextLink);

/** Only the first page proves an absence: a later one that is gone leaves the list half read. */
async function laterPage(sent: Promise<unknown>, page: number): Promise<void> {
  try {
    await sent;
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    throw new UnexpectedAnswerError(`page ${page + 1} could not be read: ${words}`, { cause: thrown });
  }
}

/** Throws UnexpectedAnswerError without id and region. */
export function readMachine(body: Json): Machine {
  const id = required(body, 'id');
  const { osType, osName, status, storageProfile } = members(body.properties);
  const system = readSystem(text(osType) ?? text(osName) ?? text(members(members(storageProfile).osDisk).osType));
  return {
    id,
    location: required(body, 'location').toLowerCase().replaceAll(' ', ''),
    tags: readTags(body),
    ...optional('system', system),
    ...(isArcMachine(id) ? optional('status', text(status)) : {}),
  };
}

/** Azure has it in every letter case. */
export function readSystem(told: string | undefined): MachineSystem | undefined {
  if (told === undefined) return undefined;
  if (/^linux$/i.test(told)) return 'Linux';
  return /^windows$/i.test(told) ? 'Windows' : undefined;
}

/** Throws UnexpectedAnswerError without an id. */
export function readAssociation(body: Json): Association {
  const id = required(body, 'id');
  const { dataCollectionRuleId, dataCollectionEndpointId, description } = members(body.properties);
  return {
    id,
    machineId: machineOfAssociation(id),
    ...optional('ruleId', text(dataCollectionRuleId)),
    ...optional('endpointId', text(dataCollectionEndpointId)),
    ...optional('description', text(description)),
  };
}

/** Throws UnexpectedAnswerError without an id. */
export function readExtension(body: Json): AgentExtension {
  const id = required(body, 'id');
  const { provisioningState, typeHandlerVersion, enableAutomaticUpgrade, settings } = members(body.properties);
  return {
    id,
    machineId: machineOfExtension(id),
    tags: readTags(body),
    provisioningState: text(provisioningState) ?? 'Succeeded',
    ...optional('version', text(typeHandlerVersion)),
    ...(typeof enableAutomaticUpgrade === 'boolean' ? { automaticUpgrade: enableAutomaticUpgrade } : {}),
    ...optional('proxy', text(members(members(settings).proxy).address)),
  };
}
