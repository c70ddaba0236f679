/**
 * Actions in the words of events: `workspace law-plant-a in rg-monitor`, where a message of the same pass tells the rest.
 * Pure; events.ts alone imports it.
 */
import { accessChangeText } from './access.ts';
import { nameOf } from './converge.ts';
import { labelOf, parseId, shortName } from './names.ts';
import type { ArmId, Kind } from './resources.ts';
import type { Action } from './steps.ts';

type OfMachines = Extract<Action, { verb: 'join' | 'leave' }>;
type Told = Exclude<Action, { verb: 'publish' | 'unpublish' | 'export' | 'unexport' | 'note' | OfMachines['verb'] }>;

/** Of records and of what the inventory alone notes the conditions tell. */
const UNTOLD: ReadonlySet<string> = new Set(['publish', 'unpublish', 'export', 'unexport', 'note']);

export const isTold = (action: Action): action is Told | OfMachines => !UNTOLD.has(action.verb);

/** Names before the rest is counted: a wave is of dozens. */
const MACHINES_SHOWN = 5;

/** `machines line-1, line-2: given what was missing` */
function machinesNote(action: OfMachines): string {
  const items = action.verb === 'join' ? action.joins : action.leaves;
  const names = items.slice(0, MACHINES_SHOWN).map(({ machineId }) => shortName(machineId));
  const more = items.length > names.length ? [`${items.length - names.length} more`] : [];
  const done = action.verb === 'join' ? 'given what was missing' : 'rid of what was ours';
  return `${items.length === 1 ? 'machine' : 'machines'} ${[...names, ...more].join(', ')}: ${done}`;
}

type Forgotten = Extract<Action, { verb: 'forget' }>;

/** What was done to what, in which resource group. */
export function actionNote(action: Told | OfMachines): string {
  if (action.verb === 'join' || action.verb === 'leave') return machinesNote(action);
  const name = `${subjectOf(action)}${groupText(idOf(action))}`;
  switch (action.verb) {
    case 'create':
      return action.why === 'absent' ? name : `${name} (${action.why})`;
    case 'update':
      return `${name}: ${action.changes.map(c => `${c.field} ${c.found} -> ${c.wanted}`).join(', ')}`;
    case 'close':
    case 'open':
      return `${name}: ${accessChangeText(action.kind, action.changes)}`;
    case 'untag':
      return `${name}: our tag is taken off`;
    case 'forget':
      return `${name} ${FORGOTTEN[action.why]}`;
    default:
      return name;
  }
}

/** `private DNS zone a, private DNS zone b in rg-dns`: the same done to several things. */
export function severalNote(actions: readonly Told[]): string {
  const groups = Map.groupBy(actions, action => groupText(idOf(action)));
  return [...groups].map(([group, items]) => `${items.map(subjectOf).join(', ')}${group}`).join('; ');
}

const FORGOTTEN = { Deleted: 'is gone', Retained: 'stays in Azure', Renamed: 'is listed once' } as const;

/** Notes of this length are short enough to be read, in characters. */
const NOTE_LENGTH = 900;

/** What a pass leaves in Azure, in as many notes as it takes. */
export function leftNotes(actions: readonly Forgotten[]): readonly string[] {
  const parts: Forgotten[][] = [];
  for (const action of actions) {
    const last = parts.at(-1);
    if (last !== undefined && leftNote([...last, action]).length <= NOTE_LENGTH) last.push(action);
    else parts.push([action]);
  }
  return parts.map(leftNote);
}

/** `stay in Azure: private endpoint pe-a, workspace law-a (query closed) in rg-monitor; component web in rg-apps` */
function leftNote(actions: readonly Forgotten[]): string {
  const groups = Map.groupBy(actions, action => groupText(action.id));
  const told = [...groups].map(([group, items]) => `${items.map(leftText).join(', ')}${group}`);
  return `${actions.length === 1 ? 'stays' : 'stay'} in Azure: ${told.join('; ')}`;
}

const leftText = (action: Forgotten): string => {
  const { closed = [], usedBy = [] } = action;
  const told = [
    ...(closed.length === 0 ? [] : [`${closed.join(' and ')} closed`]),
    ...(usedBy.length === 0 ? [] : [`in use by ${usedBy.join(', ')}`]),
  ];
  return told.length === 0 ? subjectOf(action) : `${subjectOf(action)} (${told.join('; ')})`;
};

const idOf = (action: Told): ArmId => ('want' in action ? action.want.id : action.id);

function subjectOf(action: Told): string {
  const [kind] = action.key.split('/') as [Kind];
  return nameOf({ kind, name: labelOf(idOf(action)) });
}

const groupText = (id: ArmId): string => {
  const group = parseId(id)?.resourceGroup;
  return group === undefined ? '' : ` in ${group}`;
};
