/**
 * How far the object is, as data: each step with its verdict and the Azure resources below it with their states. Reads
 * the object's conditions and the controller's memory, asks nobody. The demo's views draw it.
 */
import type { Memory } from '../../controller/world.ts';
import { ACCESSES, isClosed } from '../../domain/access.ts';
import { isFailedState, isSucceeded } from '../../domain/converge.ts';
import type { Desired } from '../../domain/desire.ts';
import type { Condition, PmsObject } from '../../domain/object.ts';
import type { Resource, Wanted } from '../../domain/resources.ts';
import { type ConditionType, STEPS } from '../../domain/steps.ts';

export type Mark = 'ready' | 'moving' | 'waiting' | 'stalled';

export interface ResourceProgress {
  readonly name: string;
  readonly mark: Mark;
  /** Azure's own word, such as `Provisioning`; or what we know without Azure: `not there yet`, `PUT sent`. */
  readonly state: string;
  /** From our PUT until it was seen Succeeded, or until now; absent before the PUT. */
  readonly tookMs?: number;
}

export interface StepProgress {
  readonly name: ConditionType;
  readonly mark: Mark;
  readonly reason: string;
  readonly message: string;
  readonly resources: readonly ResourceProgress[];
}

export interface Progress {
  readonly steps: readonly StepProgress[];
  /** Steps that hold. */
  readonly done: number;
  readonly elapsedMs: number;
  /** Calls that the resource manager has answered. */
  readonly calls: number;
}

export interface ProgressSource {
  readonly object: PmsObject;
  readonly want: Desired;
  readonly memory: Pick<Memory, 'ledger' | 'writes'>;
  readonly now: number;
}

export const conditionOf = (object: PmsObject, type: string): Condition | undefined =>
  object.status.conditions?.find(condition => condition.type === type);

/** The steps of the plan in their order. */
export function stepsOf(source: ProgressSource): readonly StepProgress[] {
  const { want } = source;
  const below: Partial<Record<ConditionType, readonly Wanted[]>> = {
    WorkspacesReady: [...want.workspaces, ...want.components],
    ScopeReady: [want.scope],
    ResourcesLinked: want.links,
    EndpointReady: [want.endpoint],
    DataCollectionReady: [...(want.collection?.endpoints ?? []), ...(want.collection?.rules ?? [])],
  };
  return STEPS.filter(name => isAsked(name, want)).map(name => {
    const condition = conditionOf(source.object, name);
    return {
      name,
      mark: markOf(condition, conditionOf(source.object, 'Stalled')),
      reason: condition?.reason ?? 'Pending',
      message: condition?.message ?? '',
      resources: (below[name] ?? []).map(wanted => resourceOf(wanted, source)),
    };
  });
}

/** A step that the spec does not ask for has no condition. */
function isAsked(name: ConditionType, { gate, access, zones, dns, collection }: Desired): boolean {
  if (name === 'DataCollectionReady') return collection !== undefined;
  if (name === 'TelemetryFlowing') return collection?.machines !== undefined;
  if (name === 'RecordsExported') return dns.exports.length > 0;
  if (name === 'ZoneGroupReady') return zones !== undefined;
  if (name === 'PathVerified') return gate !== 'None';
  if (name !== 'Isolated') return true;
  return access.some(item => ACCESSES.some(one => isClosed(item.kind, item.access[one])));
}

function markOf(step: Condition | undefined, stalled: Condition | undefined): Mark {
  if (step === undefined || step.reason === 'WaitingForStep' || step.reason === 'Pending') return 'waiting';
  if (step.status === 'True') return 'ready';
  return stalled?.status === 'True' && stalled.reason === step.reason ? 'stalled' : 'moving';
}

function resourceOf({ key, id, name }: Wanted, { object, memory, now }: ProgressSource): ResourceProgress {
  const { ledger, writes } = memory;
  const reading = ledger.peek<Resource>(id);
  const startedAt = object.status.resources?.find(entry => entry.key === key)?.startedAt;
  const took = (until: number) =>
    startedAt === undefined ? {} : { tookMs: Math.max(0, until - Date.parse(startedAt)) };
  if (writes.isDeleting(id)) return { name, mark: 'moving', state: 'Deleting' };
  if (reading?.is === 'present') {
    const { provisioningState } = reading.body;
    const state = writes.isInFlight(id) ? `${provisioningState}, update sent` : stateOf(reading.body);
    if (isSucceeded(provisioningState)) return { name, mark: 'ready', state, ...took(ledger.changedAt(id)) };
    return { name, mark: isFailedState(provisioningState) ? 'stalled' : 'moving', state, ...took(now) };
  }
  if (startedAt !== undefined) return { name, mark: 'moving', state: 'PUT sent', ...took(now) };
  return { name, mark: 'waiting', state: reading?.is === 'unread' ? 'not known' : 'not there yet' };
}

const stateOf = (body: Resource): string =>
  body.kind === 'privateEndpoint' && body.connectionStatus !== undefined && isSucceeded(body.provisioningState)
    ? `${body.provisioningState}, ${body.connectionStatus}`
    : body.provisioningState;
