/**
 * The simulator's own calls, under `/_sim` and without a token: what was called, what is there, and cutting Azure off.
 * Not part of the simulated Azure.
 */
import type { ResourceType } from './frame/resource-type.ts';
import type { JournalEntry } from './journal.ts';
import { softDeleted, workspaceBody } from './types/workspaces.ts';
import type { World } from './world.ts';

export interface Reachability {
  /** While true every call but the admin's ends in a reset connection. */
  denied: boolean;
}

export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface AdminOptions {
  readonly world: World;
  readonly types: readonly ResourceType[];
  readonly journal: readonly JournalEntry[];
  readonly reachability: Reachability;
}

/** Every resource as a GET with its type's newest api-version would show it, and the operations under way. */
function state({ world, types }: AdminOptions): unknown {
  return {
    resources: types.flatMap(type => type.state?.(world, type.apiVersions.at(-1) ?? '') ?? []),
    deletedWorkspaces: softDeleted(world).map(each => workspaceBody(world, each)),
    operations: world.operations.all().filter(each => each.status === 'InProgress'),
  };
}

function deny({ reachability }: AdminOptions, text: string): AdminAnswer {
  let asked: unknown;
  try {
    asked = JSON.parse(text);
  } catch {
    asked = undefined;
  }
  const on = typeof asked === 'object' && asked !== null && 'on' in asked ? asked.on : undefined;
  if (typeof on !== 'boolean')
    return { status: 400, body: { error: 'the body must be {"on": true} or {"on": false}' } };
  reachability.denied = on;
  return { status: 200, body: { on } };
}

/** Answers one admin call; 404 for a path that is none. */
export function adminCall(options: AdminOptions, method: string, path: string, text: string): AdminAnswer {
  switch (`${method} ${path}`) {
    case 'GET /_sim/journal':
      return { status: 200, body: options.journal };
    case 'GET /_sim/state':
      return { status: 200, body: state(options) };
    case 'POST /_sim/deny':
      return deny(options, text);
    default:
      return { status: 404, body: { error: `no such admin call: ${method} ${path}` } };
  }
}
