/**
 * Which connections and queries a measurement of the private path makes. Pure.
 */
import type { Desired } from './desire.ts';
import type { RecordsView } from './endpoint.ts';
import { bodyOf, type Observed } from './observed.ts';
import type { PathTargets, TlsTarget } from './path-proof.ts';

const API = /^api\.monitor\./;
const HANDLER = /^global\.handler\.control\.monitor\./;

/**
 * Not all names: members such as diagservices-query answer nobody on a healthy endpoint (facts: ampls 6). One name for
 * each address is enough; workspaces of a region share one.
 */
export function pathTargets(want: Desired, seen: Pick<Observed, 'workspaces'>, view: RecordsView): PathTargets {
  const own = view.set.records.filter(record => record.sameAs === undefined);
  const workspaces = want.workspaces.flatMap(({ key, name }) => {
    const sight = seen.workspaces.get(key);
    const customerId = (sight && bodyOf(sight.reading))?.customerId?.toLowerCase();
    return customerId === undefined ? [] : [{ key, workspace: name, customerId }];
  });
  const tls = new Map<string, TlsTarget>();
  for (const { name, addresses } of own) {
    const of = workspaces.filter(({ customerId }) => name.startsWith(`${customerId}.ods.`)).map(one => one.key);
    if (of.length === 0 && !API.test(name) && !HANDLER.test(name)) continue;
    for (const address of addresses) tls.set(address, { name, address, of: [...(tls.get(address)?.of ?? []), ...of] });
  }
  const [api] = own.find(({ name }) => API.test(name))?.addresses ?? [];
  const asked = want.gate === 'Query' && api !== undefined ? workspaces : [];
  return { tls: [...tls.values()], queries: asked.map(workspace => ({ ...workspace, address: api ?? '' })) };
}
