/**
 * Public access that objects share: one setting has one writer. What two live objects ask for differently stays as Azure
 * shows it, and the object that it does not suit says who holds it; what another live object wants closed is not opened by
 * one that leaves. Pure. Design section 5, "Shared things have one writer".
 *
 * | this object asks | Azure shows | another live object asks | then                                  |
 * |------------------|-------------|--------------------------|---------------------------------------|
 * | x                | x           | anything                 | it is as asked                        |
 * | x                | y           | nothing, or x            | it is brought to x                    |
 * | x                | y           | y                        | Stalled SettingConflict, nobody writes |
 * | x, and leaves    | closed      | closed                   | it stays closed                       |
 */
import { ACCESSES, type Access, type AccessWant, accessField, isClosed, PERIMETER } from './access.ts';
import { nameOf } from './converge.ts';
import { type Neighbourhood, wishesFor } from './neighbours.ts';
import type { Verdict } from './steps.ts';

interface Agreed {
  /** Without what another object has the say of. */
  readonly item: AccessWant;
  /** Told beside whatever becomes of the rest. */
  readonly conflict?: Verdict;
}

type Found = { readonly [A in Access]: string };

/** What of one resource's access this object may bring to the asked value. */
export function agreedAccess(item: AccessWant, found: Found, seen: Neighbourhood): Agreed {
  const lost = ACCESSES.flatMap(access => {
    const wanted = item.access[access];
    if (wanted === undefined || found[access] === PERIMETER || isAsFound(item, found, access)) return [];
    const holders = wishesFor(item.id, access, seen).filter(({ value }) => value !== wanted);
    return holders.length === 0 ? [] : [{ access, wanted, by: holders.map(({ name }) => name).join(', ') }];
  });
  if (lost.length === 0) return { item };
  const isKept = (name: string) => !lost.some(({ access }) => access === name);
  const access = Object.fromEntries(Object.entries(item.access).filter(([name]) => isKept(name)));
  const told = lost.map(
    ({ access: name, wanted, by }) =>
      `${accessField(item.kind, name)} stays ${found[name]}, as object ${by} asks, and this object asks for ${wanted}`,
  );
  const message = `${nameOf(item)}: ${told.join('; ')}: let them ask for the same, or take the field out of one`;
  return { item: { ...item, access }, conflict: { state: 'Stalled', reason: 'SettingConflict', message, actions: [] } };
}

const isAsFound = ({ kind, access }: AccessWant, found: Found, name: Access): boolean =>
  isClosed(kind, access[name]) === isClosed(kind, found[name]);

/** Whether another live object wants an access closed that this one would open as it leaves. */
export const isHeldClosed = (
  { kind, id }: Pick<AccessWant, 'kind' | 'id'>,
  access: Access,
  seen: Neighbourhood,
): boolean => wishesFor(id, access, seen).some(({ value }) => isClosed(kind, value));
