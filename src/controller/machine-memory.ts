/**
 * What is known of single machines beside the lists: answers to GETs and to our own writes, kept in the ledger. A list or
 * Resource Graph may lag behind them, so for a while they win. For src/controller.
 */
import type { AgentExtension, Association } from '../domain/machine-resources.ts';
import { idKey } from '../domain/names.ts';
import type { Reading } from '../domain/observed.ts';
import type { ArmId } from '../domain/resources.ts';
import type { Ledger } from './ledger.ts';

/** A list may be this much older than it was asked for, in milliseconds; Resource Graph is told to be seconds behind. */
const LAG_MS = 60_000;

const KEPT = { settled: () => true, pollMs: () => 0, resyncMs: Number.POSITIVE_INFINITY } as const;

/** Under which id the agent of a machine is kept, whatever its extension is called. */
const agentKey = (machineId: ArmId): string => `${machineId}/extensions`;

export const noteAssociation = (ledger: Ledger, id: ArmId, found: Association | undefined): void =>
  ledger.record({ ...KEPT, id }, found);

export const noteAgent = (ledger: Ledger, machineId: ArmId, found: AgentExtension | undefined): void =>
  ledger.record({ ...KEPT, id: agentKey(machineId) }, found);

/** Something that is read as a list, and when (epoch ms). */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly readAt: number;
}

/** The associations of a list as they are by now; those of `ids` that it does not show are added where they are known. */
export function knownAssociations(
  ledger: Ledger,
  { items, readAt }: Listed<Association>,
  ids: readonly ArmId[],
): readonly Association[] {
  const all = new Map<string, { readonly id: ArmId; readonly shown?: Association }>(ids.map(id => [idKey(id), { id }]));
  for (const shown of items) all.set(idKey(shown.id), { id: shown.id, shown });
  return [...all.values()].flatMap(({ id, shown }) => {
    const known = ledger.peek<Association>(id);
    const isNewer = ledger.readAt(id) + LAG_MS > readAt;
    return newest(shown, isNewer ? known : undefined) ?? [];
  });
}

/** The agents of a graph as they are by now. */
export function knownAgents(
  ledger: Ledger,
  { items, readAt }: Listed<AgentExtension>,
  machineIds: readonly ArmId[],
): readonly AgentExtension[] {
  const shown = new Map(items.map(agent => [idKey(agent.machineId), agent]));
  const machines = new Map([...machineIds, ...items.map(agent => agent.machineId)].map(id => [idKey(id), id]));
  return [...machines].flatMap(([key, id]) => newestAgent(ledger, id, { shown: shown.get(key), readAt }) ?? []);
}

function newestAgent(
  ledger: Ledger,
  machineId: ArmId,
  { shown, readAt }: { readonly shown: AgentExtension | undefined; readonly readAt: number },
): AgentExtension | undefined {
  const at = ledger.readAt(agentKey(machineId));
  const known = ledger.peek<AgentExtension>(agentKey(machineId));
  if (known === undefined || at + LAG_MS <= readAt) return shown;
  // What both show is as the later one says; what was on its way out and is not shown any more is gone.
  const isShown = shown !== undefined && known.is === 'present';
  const isGone = shown === undefined && known.is === 'present' && /^deleting$/i.test(known.body.provisioningState);
  return (isShown || isGone) && at <= readAt ? shown : newest(shown, known);
}

function newest<T>(shown: T | undefined, known: Reading<T> | undefined): T | undefined {
  if (known === undefined || known.is === 'unread') return shown;
  return known.is === 'present' ? known.body : undefined;
}
