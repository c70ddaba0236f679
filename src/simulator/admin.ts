/**
 * The simulator's own calls, under `/_sim` and without a token of Azure: what was called, what is there, faults, time,
 * how a machine resolves names,
 * starting anew, cutting Azure off. Not part of the simulated Azure. Who may call is decided in admin-guard.ts.
 */
import { isoTime, type MovableClock } from './clock.ts';
import type { FaultEngine } from './faults/engine.ts';
import { FaultPlanError, parseFaultPlan } from './faults/plan.ts';
import type { ResourceType } from './frame/resource-type.ts';
import type { Reachability } from './front.ts';
import type { Journal } from './journal.ts';
import { workspaceBody } from './types/workspace-body.ts';
import { softDeleted } from './types/workspaces.ts';
import type { World } from './world.ts';

export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface AdminOptions {
  readonly world: World;
  readonly types: readonly ResourceType[];
  readonly journal: Journal;
  readonly reachability: Reachability;
  readonly faults: FaultEngine;
  readonly clock: MovableClock;
  /** Puts everything back to what it was at the first start: resources, journal, faults, reachability. */
  readonly reset: () => void;
}

export interface AdminRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
}

const ok = (body: unknown): AdminAnswer => ({ status: 200, body });
const bad = (error: string): AdminAnswer => ({ status: 400, body: { error } });

/** Every resource as a GET with its type's newest api-version would show it. */
export const resourceBodies = ({ world, types }: Pick<AdminOptions, 'world' | 'types'>): readonly unknown[] =>
  types.flatMap(type => type.state?.(world, type.apiVersions.at(-1) ?? '') ?? []);

/** All resources, and the operations under way. */
function state(options: AdminOptions): unknown {
  const { world } = options;
  return {
    resources: resourceBodies(options),
    deletedWorkspaces: softDeleted(world).map(each => workspaceBody(world, each)),
    operations: world.operations.all().filter(each => each.status === 'InProgress'),
  };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function deny({ reachability }: AdminOptions, text: string): AdminAnswer {
  const { on } = objectOf(text);
  if (typeof on !== 'boolean') return bad('the body must be {"on": true} or {"on": false}');
  reachability.denied = on;
  return ok({ on });
}

const timeOf = ({ clock }: AdminOptions) => ({ now: isoTime(clock.now()), frozen: clock.frozen });

/** One jump; longer ones would run a month's worth of timers in one go. */
const mostAdvanceMs = 31 * 86_400_000;

function moveClock(options: AdminOptions, text: string): AdminAnswer {
  const { advanceMs, frozen, ...others } = objectOf(text);
  const isTime =
    advanceMs === undefined || (typeof advanceMs === 'number' && advanceMs >= 0 && advanceMs <= mostAdvanceMs);
  const isSwitch = frozen === undefined || typeof frozen === 'boolean';
  const nothing = advanceMs === undefined && frozen === undefined;
  if (nothing || !isTime || !isSwitch || Object.keys(others).length > 0) {
    return bad(`the body must have advanceMs (0 to ${mostAdvanceMs}), frozen (true or false), or both`);
  }
  if (typeof frozen === 'boolean') options.clock.freeze(frozen);
  if (typeof advanceMs === 'number') options.clock.advance(advanceMs);
  return ok(timeOf(options));
}

function setMachine({ world }: AdminOptions, text: string): AdminAnswer {
  const { id, resolves, ...others } = objectOf(text);
  const machine = typeof id === 'string' ? world.machines.get(id) : undefined;
  const isKnown = resolves === 'Private' || resolves === 'Public';
  if (typeof id !== 'string' || !isKnown || Object.keys(others).length > 0) {
    return bad('the body must be {"id": <ARM id of a machine>, "resolves": "Private" or "Public"}');
  }
  if (machine === undefined) return { status: 404, body: { error: `there is no machine ${id}` } };
  world.machines.put({ ...machine, resolves });
  return ok({ id: machine.id, resolves });
}

function loadFaults({ faults }: AdminOptions, text: string): AdminAnswer {
  try {
    faults.load(parseFaultPlan(text));
    return ok(faults.report());
  } catch (error) {
    if (error instanceof FaultPlanError)
      return { status: 400, body: { error: error.message, problems: error.problems } };
    throw error;
  }
}

function journal({ journal: { entries } }: AdminOptions, query: URLSearchParams): AdminAnswer {
  const last = query.get('last');
  if (last === null) return ok(entries);
  return /^\d{1,9}$/.test(last)
    ? ok(Number(last) === 0 ? [] : entries.slice(-Number(last)))
    : bad('last must be a number');
}

type Call = (options: AdminOptions, request: AdminRequest) => AdminAnswer;

const calls: Readonly<Record<string, Call>> = {
  'GET /_sim/journal': (options, { query }) => journal(options, query),
  'GET /_sim/state': options => ok(state(options)),
  'GET /_sim/faults': ({ faults }) => ok(faults.report()),
  'POST /_sim/faults': (options, { text }) => loadFaults(options, text),
  'GET /_sim/clock': options => ok(timeOf(options)),
  'POST /_sim/clock': (options, { text }) => moveClock(options, text),
  'POST /_sim/machines': (options, { text }) => setMachine(options, text),
  'POST /_sim/deny': (options, { text }) => deny(options, text),
  'POST /_sim/reset': options => {
    options.reset();
    return ok({ reset: true });
  },
};

/** Answers one admin call; 404 for a path that is none. */
export function adminCall(options: AdminOptions, request: AdminRequest): AdminAnswer {
  const asked = `${request.method} ${request.path}`;
  const call = Object.hasOwn(calls, asked) ? calls[asked] : undefined;
  if (call !== undefined) return call(options, request);
  const known = Object.keys(calls).join(', ');
  return { status: 404, body: { error: `no such admin call: ${asked}; there are ${known}` } };
}
