/**
 * The plan: every step, what it waits for, and what it would do now. Read this file to know the operator. Pure.
 */
import { converge, nameOf } from './converge.ts';
import type { Desired } from './desire.ts';
import { convergeEndpoint, type DnsRules, viewRecords } from './endpoint.ts';
import { judgeIdentity } from './identity.ts';
import { sameId } from './names.ts';
import { bodyOf, entryOf, type Observed } from './observed.ts';
import { addressCount, preflight as judgePreflight } from './preflight.ts';
import { resolving as judgeResolution, mergedTarget, publish } from './publishing.ts';
import type { ScopedResourceWant } from './resources.ts';
import { acts, after, each, inSeries, type Plan, ready, unreadable, type Verdict } from './steps.ts';
import { takeDown } from './teardown.ts';

/** The steps from what is wanted and what was seen. A converged object has no action in any of them. */
export function plan(want: Desired, seen: Observed, rules: DnsRules): Plan {
  const context = { ...seen, owner: want.owner };
  const view = viewRecords(want, seen, rules);

  const credentials = judgeIdentity(seen);
  const preflight = after({ credentials }, () => judgePreflight(want, seen));
  const gate = { CredentialsReady: credentials, PreflightPassed: preflight };
  const workspaces = after(gate, () => each(want.workspaces, item => converge(item, sightOf(seen, item), context)));
  const scope = after(gate, () => converge(want.scope, seen.scope, context));
  const links = after({ ...gate, WorkspacesReady: workspaces, ScopeReady: scope }, () =>
    inSeries(want.links, link => convergeLink(link, want, seen)),
  );
  const endpoint = after({ ...gate, ResourcesLinked: links }, () => convergeEndpoint(want, seen, view));
  const published = after({ EndpointReady: endpoint }, () => publish(want, seen, view));
  const resolving = judgeResolution(want, seen);
  const pruned = after({ ResourcesLinked: links }, () => takeDown(noLongerWanted(want, seen), want, seen));

  const steps = [
    { name: 'CredentialsReady', verdict: credentials },
    { name: 'PreflightPassed', verdict: preflight },
    { name: 'WorkspacesReady', verdict: workspaces },
    { name: 'ScopeReady', verdict: scope },
    { name: 'ResourcesLinked', verdict: links },
    { name: 'EndpointReady', verdict: endpoint },
    { name: 'RecordsPublished', verdict: published },
    { name: 'RecordsResolving', verdict: resolving },
    { name: 'Pruned', verdict: pruned },
  ] as const;
  return {
    mode: 'converge',
    steps,
    conflicts: mergedTarget(want, seen, view)?.conflicts ?? [],
    ...(view.complete ? { records: view.set } : {}),
    ...subnetOf(want, seen),
  };
}

const NOT_SEEN = { reading: { is: 'absent' } } as const;

const sightOf = (seen: Observed, item: { key: string }) => seen.workspaces.get(item.key) ?? NOT_SEEN;

/** A link to the same workspace under another name does the same work: it is adopted, not repeated (ampls 1.3). */
function convergeLink(link: ScopedResourceWant, want: Desired, seen: Observed): Verdict {
  if (seen.scopeLinks.is === 'unread') return unreadable(seen.scopeLinks.failure);
  const twin = bodyOf(seen.scopeLinks)?.find(
    candidate => sameId(candidate.targetId, link.targetId) && !sameId(candidate.id, link.id),
  );
  if (twin === undefined) {
    return converge(link, seen.links.get(link.key) ?? NOT_SEEN, { ...seen, owner: want.owner });
  }
  const text = `${nameOf(twin)} links it already`;
  if (sameId(entryOf(seen, link.key)?.id, twin.id)) return ready('AllReady', text);
  return acts('Updating', text, { verb: 'adopt', key: link.key, id: twin.id, policy: 'Retain' });
}

const noLongerWanted = (want: Desired, seen: Observed) => {
  const keys = new Set([...want.workspaces, want.scope, ...want.links, want.endpoint].map(item => item.key));
  return seen.inventory.filter(entry => !keys.has(entry.key));
};

/** Counted until the endpoint has its addresses; then the count has done its work. */
function subnetOf(want: Desired, seen: Observed): Pick<Plan, 'subnet'> {
  const subnet = bodyOf(seen.subnet);
  if (subnet === undefined || seen.endpoint.reading.is !== 'absent') return {};
  return { subnet: addressCount(want, subnet) };
}
