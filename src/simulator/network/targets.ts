/**
 * What a private endpoint can lead to: a private link scope of Azure Monitor, one of Azure Arc, or a foreign service of
 * the seed. Each with its group, its members, and the words with which it approves a connection (all recorded).
 */
import type { World } from '../world.ts';
import { arcMembers } from './arc-members.ts';
import { inRecordOrder, type Member, membersOf } from './members.ts';

export interface Target {
  readonly kind: 'monitor' | 'arc' | 'foreign';
  /** Canonical ARM id, or the alias. */
  readonly id: string;
  /** Undefined: it has no groups, and none may be asked. */
  readonly groupId: string | undefined;
  readonly ready: boolean;
  /** Whether it approves even what asks for manual approval. */
  readonly approvesManual: boolean;
  /** The connection's description while the endpoint is made, and after. */
  readonly descriptions: { readonly created: string; readonly settled: string };
}

/** The target with this id; undefined when there is none in this world. */
export function targetOf(world: World, id: string): Target | undefined {
  const scope = world.scopes.get(id);
  if (scope !== undefined) {
    const descriptions = { created: '', settled: 'Auto-Approved' };
    const ready = scope.state === 'Succeeded';
    return { kind: 'monitor', id: scope.id, groupId: 'azuremonitor', ready, approvesManual: false, descriptions };
  }
  const arc = world.hybridScopes.get(id);
  if (arc !== undefined) {
    const descriptions = { created: 'Auto Approved', settled: 'Auto-approved' };
    return { kind: 'arc', id: arc.id, groupId: 'hybridcompute', ready: true, approvesManual: false, descriptions };
  }
  const foreign = world.foreignServices.get(id);
  if (foreign === undefined) return undefined;
  const { groupId, approvesManual } = foreign;
  // A private link service keeps the words of the beginning (recorded in 2022).
  const settled = groupId === undefined ? 'Auto Approved' : 'Auto-Approved';
  return {
    kind: 'foreign',
    id: foreign.id,
    groupId,
    ready: true,
    approvesManual,
    descriptions: { created: 'Auto Approved', settled },
  };
}

/** What the target requires of an endpoint now, in the order of its records. */
export function targetMembers(world: World, id: string): readonly Member[] {
  if (world.scopes.get(id) !== undefined) return inRecordOrder(membersOf(world, id));
  const arc = world.hybridScopes.get(id);
  return arc === undefined ? (world.foreignServices.get(id)?.members ?? []) : arcMembers(arc.location);
}
