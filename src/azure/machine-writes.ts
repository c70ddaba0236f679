/**
 * Writes to what hangs on machines: associations, done with the answer, and the agent's extension, which the machine
 * itself installs or removes within minutes. src/azure only. Sources: as machines.ts; proxy settings: "Azure Monitor Agent
 * network configuration"; `typeHandlerVersion`: "Virtual machine extension management with Azure Arc-enabled servers".
 */
import type { AgentWant, AssociationWant } from '../domain/machine-resources.ts';
import { machineOfExtension } from '../domain/machine-resources.ts';
import { shortName } from '../domain/names.ts';
import type { ArmId } from '../domain/resources.ts';
import type { MachineWriteAnswer } from '../ports-machines.ts';
import type { Endpoint } from './inquiries.ts';
import { associationLabel, COLLECTION_VERSION, HYBRID_VERSION, sdkOf } from './machines.ts';
import { operationOf } from './operations.ts';
import { type Arm, orAbsent, WRITE_DEADLINE_MS } from './resources.ts';
import { type Json, optional } from './wire.ts';

const PUBLISHER = 'Microsoft.Azure.Monitor';

interface Write {
  readonly method: 'PUT' | 'DELETE';
  readonly what: string;
  readonly version: string;
  readonly body?: Json;
}

/** One PUT. */
export function associate(
  arm: Arm & Endpoint,
  { id, ruleId, endpointId, description }: AssociationWant,
  signal: AbortSignal,
): Promise<MachineWriteAnswer> {
  const properties = {
    ...optional('dataCollectionRuleId', ruleId),
    ...optional('dataCollectionEndpointId', endpointId),
    ...optional('description', description),
  };
  const what = `associating ${associationLabel(id)}`;
  return write(arm, id, { method: 'PUT', what, version: COLLECTION_VERSION, body: { properties } }, signal);
}

/** One DELETE; what is not there counts as deleted. */
export async function dissociate(arm: Arm & Endpoint, id: ArmId, signal: AbortSignal): Promise<MachineWriteAnswer> {
  const what = `deleting association ${associationLabel(id)}`;
  return (await orAbsent(write(arm, id, { method: 'DELETE', what, version: COLLECTION_VERSION }, signal))) ?? {};
}

/** One PUT. Resolves with the first answer; the machine takes minutes. */
export function installAgent(arm: Arm & Endpoint, want: AgentWant, signal: AbortSignal): Promise<MachineWriteAnswer> {
  const { id, location, system, tags, version, automaticUpgrade, proxy } = want;
  const settings = proxy && { proxy: { mode: 'application', address: proxy, auth: 'false' } };
  const properties = {
    publisher: PUBLISHER,
    type: `AzureMonitor${system}Agent`,
    autoUpgradeMinorVersion: automaticUpgrade,
    enableAutomaticUpgrade: automaticUpgrade,
    ...optional('typeHandlerVersion', version),
    ...optional('settings', settings),
  };
  const what = `installing the Azure Monitor Agent on ${shortName(machineOfExtension(id))}`;
  const body = { location, tags, properties };
  return write(arm, id, { method: 'PUT', what, version: HYBRID_VERSION, body }, signal);
}

/** One DELETE; what is not there counts as deleted. */
export async function removeAgent(arm: Arm & Endpoint, id: ArmId, signal: AbortSignal): Promise<MachineWriteAnswer> {
  const what = `removing the Azure Monitor Agent from ${shortName(machineOfExtension(id))}`;
  return (await orAbsent(write(arm, id, { method: 'DELETE', what, version: HYBRID_VERSION }, signal))) ?? {};
}

async function write(
  arm: Arm & Endpoint,
  id: ArmId,
  { method, what, version, body }: Write,
  signal: AbortSignal,
): Promise<MachineWriteAnswer> {
  const path = id.split('/').map(encodeURIComponent).join('/');
  const url = `${arm.endpoint.replace(/\/+$/, '')}${path}?api-version=${version}`;
  const task = { what, signal, deadlineMs: WRITE_DEADLINE_MS };
  const answers = await arm.calls.run(task, () => sdkOf(arm, id).send({ method, url, ...(body ? { body } : {}) }));
  const answer = answers.at(-1);
  return answer === undefined ? {} : optional('operation', operationOf(answer));
}
