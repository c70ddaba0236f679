/**
 * The warning about a scope that is to be PrivateOnly, told from the preflight on until it is: whom else it cuts off. Pure.
 */
import { ACCESSES, type AccessWant, accessOf, isClosed } from './access.ts';
import type { Desired } from './desire.ts';
import { ownerKey, sameId, shortName } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { ready, type Verdict } from './steps.ts';

const SHOWN = 5;

/** Who shares the scope and the DNS target; `undefined` for everything but a scope that is to be closed. */
export function privateOnlyWarning(
  { kind, access }: AccessWant,
  { want, seen }: { readonly want: Desired; readonly seen: Observed },
): string | undefined {
  if (kind !== 'privateLinkScope' || !ACCESSES.some(name => isClosed(kind, access[name]))) return undefined;
  const endpoints = (bodyOf(seen.scope.reading)?.connections ?? [])
    .map(connection => connection.endpointId)
    .filter(id => !sameId(id, want.endpoint.id))
    .map(id => `private endpoint ${shortName(id)}`);
  const me = ownerKey(want.owner);
  const owners = new Set((bodyOf(seen.target)?.lines ?? []).flatMap(line => line.owners).filter(owner => owner !== me));
  const sharing = [
    ...endpoints,
    ...[...owners].sort().map(owner => `object ${owner} in DNS target ${want.dns.target}`),
  ];
  const told = sharing.length === 0 ? 'nobody else is known to share them' : `shared with ${list(sharing)}`;
  return `PrivateOnly cuts off what is not linked to this scope for every network behind its endpoints and its DNS: ${told}`;
}

/** For the preflight: before anything is made, and as long as the scope is not closed as asked. */
export function privateOnlyAhead(want: Desired, seen: Observed): readonly Verdict[] {
  const body = bodyOf(seen.scope.reading);
  const found = body && accessOf(body);
  return want.access.flatMap(item => {
    const due = ACCESSES.filter(name => isClosed(item.kind, item.access[name]) && !isClosed(item.kind, found?.[name]));
    const warning = due.length === 0 ? undefined : privateOnlyWarning(item, { want, seen });
    return warning === undefined ? [] : [ready('PassedWithWarnings', `warning: ${warning}`)];
  });
}

const list = (names: readonly string[]): string =>
  names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');
