/**
 * Which connections and queries a measurement of the private path makes. Pure.
 */
import { ACCESSES, isClosed } from './access.ts';
import { asksQueries, type Desired } from './desire.ts';
import type { RecordsView } from './endpoint.ts';
import { bodyOf, type Observed } from './observed.ts';
import type { PathTargets, TlsTarget } from './path-proof.ts';

const API = /^api\.monitor\./;
const HANDLER = /^global\.handler\.control\.monitor\./;
/** Where the telemetry of components goes, by region; looked at where a component's access is to be closed. */
const COMPONENTS = /(^|\.)in\.ai\.monitor\./;

/**
 * Not all names: members such as diagservices-query answer nobody on a healthy endpoint (facts: ampls 6). One name for
 * each address is enough; workspaces of a region share one.
 */
export function pathTargets(
  want: Desired,
  seen: Pick<Observed, 'workspaces' | 'collection'>,
  view: RecordsView,
): PathTargets {
  const own = view.set.records.filter(record => record.sameAs === undefined);
  const workspaces = want.workspaces.flatMap(({ key, name }) => {
    const sight = seen.workspaces.get(key);
    const customerId = (sight && bodyOf(sight.reading))?.customerId?.toLowerCase();
    return customerId === undefined ? [] : [{ key, workspace: name, customerId }];
  });
  const closesComponent = want.access.some(
    ({ kind, access }) => kind === 'component' && ACCESSES.some(name => isClosed(kind, access[name])),
  );
  const isLookedAt = (name: string) =>
    API.test(name) || HANDLER.test(name) || (closesComponent && COMPONENTS.test(name));
  // Without this name agents get no configuration.
  const hosts = (want.collection?.endpoints ?? []).map(({ key }) => {
    const sight = seen.collection?.endpoints.get(key);
    return { key, host: sight && bodyOf(sight.reading)?.configurationHost };
  });
  const tls = new Map<string, TlsTarget>();
  for (const { name, addresses } of own) {
    const of = [
      ...workspaces.filter(({ customerId }) => name.startsWith(`${customerId}.ods.`)).map(one => one.key),
      ...hosts.filter(({ host }) => host === name).map(one => one.key),
    ];
    if (of.length === 0 && !isLookedAt(name)) continue;
    for (const address of addresses) tls.set(address, { name, address, of: [...(tls.get(address)?.of ?? []), ...of] });
  }
  const api = apiAddress(view);
  const asked = asksQueries(want.gate) && api !== undefined ? workspaces : [];
  return { tls: [...tls.values()], queries: asked.map(workspace => ({ ...workspace, address: api ?? '' })) };
}

/** Where workspaces are queried: the address of the endpoint's member `api`. */
export const apiAddress = ({ set }: RecordsView): string | undefined =>
  set.records.find(({ name, sameAs }) => sameAs === undefined && API.test(name))?.addresses[0];
