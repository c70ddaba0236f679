/**
 * Which of the chosen machines have joined the private link scope of Azure Arc, and what is to be done about the others. A
 * machine is never put into a scope, or taken out of one, by the operator: it has one scope, and nothing on it would say
 * whose choice that was. Pure. Source: facts ampls 10.
 */
import type { Desired } from './desire.ts';
import type { ArcWant } from './desire-arc.ts';
import { regionKey } from './difference.ts';
import { isArcMachine, type Machine } from './machine-resources.ts';
import { sameId, shortName } from './names.ts';
import { ABSENT, bodyOf, type Observed } from './observed.ts';
import { isAdopted } from './resources.ts';
import { ready, unreadable, type Verdict } from './steps.ts';

/** Named in a message at most. */
const NAMES_SHOWN = 5;
const HYBRID_VERSION = '2025-01-13';

interface Sorted {
  readonly joined: readonly Machine[];
  /** In no scope yet. */
  readonly open: readonly Machine[];
  /** Of another region or another scope, with what is wrong. */
  readonly outside: readonly { readonly machine: Machine; readonly why: string; readonly canMove: boolean }[];
}

type ArcSeen = Pick<Observed, 'arc' | 'machines'>;

function sorted(arc: ArcWant, machines: readonly Machine[], seen: ArcSeen): Sorted {
  const { scope } = arc;
  const body = bodyOf(seen.arc?.scope.reading ?? ABSENT);
  const region = isAdopted(scope) ? body?.location : scope.location;
  const all = machines.filter(({ id }) => isArcMachine(id));
  const joined = all.filter(({ arcScopeId }) => sameId(arcScopeId, scope.id));
  const others = all.filter(machine => !joined.includes(machine));
  const outside = others.flatMap(machine => {
    const { arcScopeId, location } = machine;
    if (arcScopeId !== undefined) return [{ machine, why: `is in ${arcScopeId}`, canMove: true }];
    const isElsewhere = region !== undefined && regionKey(region) !== regionKey(location);
    const why = `is in region ${location}, the scope in ${region}`;
    return isElsewhere ? [{ machine, why, canMove: false }] : [];
  });
  const open = others.filter(machine => !outside.some(one => one.machine === machine));
  return { joined, open, outside };
}

/** Whether every chosen machine of Azure Arc, and at least one, is in the scope; `undefined` while that cannot be read. */
export function haveAllJoined(want: Desired, seen: ArcSeen): boolean | undefined {
  const arc = want.collection?.arc;
  const machines = seen.machines && bodyOf(seen.machines.chosen);
  if (arc === undefined || machines === undefined) return undefined;
  const { joined, open, outside } = sorted(arc, machines, seen);
  return joined.length > 0 && open.length === 0 && outside.length === 0;
}

/** What is wrong with the machines; `isPublished` says whether the scope's names are in DNS already. */
export function judgeArcMachines(arc: ArcWant, seen: ArcSeen, isPublished: boolean): Verdict {
  const reading = seen.machines?.chosen ?? ABSENT;
  if (reading.is === 'unread') return unreadable(reading.failure);
  const { joined, open, outside } = sorted(arc, bodyOf(reading) ?? [], seen);
  const [first] = outside;
  if (first !== undefined) return notInScope(first, outside.length, arc, isPublished);
  if (open.length > 0) return notJoined(open, arc, isPublished);
  if (joined.length === 0) {
    const message = `spec.dataCollection.machines chooses no machine of Azure Arc yet: connect one, and the names of ${arc.scope.name} follow: azcmagent connect ... --private-link-scope ${arc.scope.id}`;
    return stalled('ArcMachinesNotJoined', message);
  }
  const count = joined.length === 1 ? '1 machine has' : `${joined.length} machines have`;
  return ready('AllReady', `${count} joined ${arc.scope.name}`);
}

const stalled = (reason: 'ArcMachinesNotInScope' | 'ArcMachinesNotJoined', message: string): Verdict => ({
  state: 'Stalled',
  reason,
  message,
  actions: [],
});

const effectOf = (isPublished: boolean): string =>
  isPublished
    ? 'the names are published and stay, and its Arc agent is refused through the private endpoint'
    : 'until then no name of the scope is published';

function notInScope(
  { machine, why, canMove }: Sorted['outside'][number],
  count: number,
  { scope }: ArcWant,
  isPublished: boolean,
): Verdict {
  const more = count > 1 ? ` (and ${count - 1} more like it)` : '';
  const message = `machine ${shortName(machine.id)} ${why}${more}: take it out of spec.dataCollection.machines${canMove ? `, or move it into ${scope.name}` : ''}; ${effectOf(isPublished)}`;
  return stalled('ArcMachinesNotInScope', message);
}

function notJoined(open: readonly Machine[], { scope }: ArcWant, isPublished: boolean): Verdict {
  const names = open.slice(0, NAMES_SHOWN).map(({ id }) => shortName(id));
  const more = open.length > names.length ? ` and ${open.length - names.length} more` : '';
  const are = open.length === 1 ? '1 machine has' : `${open.length} machines have`;
  const message = `${are} not joined ${scope.name}: ${names.join(', ')}${more}; ${effectOf(isPublished)}. Join each: ${joinCommand(open[0]?.id ?? '', scope.id)}`;
  return stalled('ArcMachinesNotJoined', message);
}

/** For a machine that is on board; one that is not yet is told by `azcmagent connect --private-link-scope`. */
const joinCommand = (machineId: string, scopeId: string): string =>
  `az rest --method patch --url '${machineId}?api-version=${HYBRID_VERSION}' --body '{"properties":{"privateLinkScopeResourceId":"${scopeId}"}}'`;
