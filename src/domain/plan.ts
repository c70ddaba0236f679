/**
 * The plan: every step, what it waits for, and what it would do now. Read this file to know the operator. Pure.
 */
import { adopt } from './adopt.ts';
import { collectionStep, convergeCollectors } from './collection.ts';
import { converge, isSucceeded, nameOf, provisioning } from './converge.ts';
import type { Desired } from './desire.ts';
import { convergeEndpoint, type DnsRules, viewRecords } from './endpoint.ts';
import { exportStep } from './export-map.ts';
import { judgeIdentity } from './identity.ts';
import { isolate } from './isolation.ts';
import { convergeMachines, type MachinesPlan } from './machines.ts';
import { sameId, shortName } from './names.ts';
import { isPassedOn } from './neighbours.ts';
import { bodyOf, entryOf, type Observed, type Sight } from './observed.ts';
import { addressCount, exactNeed, preflight as judgePreflight } from './preflight.ts';
import { proofOf } from './proof.ts';
import { isPublished, resolving as judgeResolution, leaveFormerTargets, mergedTarget, publish } from './publishing.ts';
import { convergeWorkspace } from './recover.ts';
import { isAdopted, type ScopedResourceWant, type Wanted } from './resources.ts';
import { convergeScope } from './scope.ts';
import {
  acts,
  after,
  combine,
  each,
  inSeries,
  type Plan,
  ready,
  type Step,
  unreadable,
  type Verdict,
} from './steps.ts';
import { reopenLeaving } from './stranding.ts';
import { prune, pruneCollection, pruneZones, unlink } from './teardown.ts';
import { flowStep } from './telemetry-flow.ts';
import { asProof, verifyPath } from './verify.ts';
import { convergeZones } from './zones.ts';

/** The steps from what is wanted and what was seen. A converged object has no action in any of them. */
export function plan(want: Desired, seen: Observed, rules: DnsRules): Plan {
  const context = { ...seen, owner: want.owner };
  const view = viewRecords(want, seen, rules);

  const credentials = judgeIdentity(seen);
  const preflight = after({ credentials }, () => judgePreflight(want, seen));
  const gate = { CredentialsReady: credentials, PreflightPassed: preflight };
  const workspaces = after(gate, () =>
    each([...want.workspaces, ...want.components], item => {
      const sight = sightOf(seen, item);
      return isAdopted(item) ? adopt(item, sight, seen) : convergeWorkspace(item, sight, context);
    }),
  );
  const scope = after(gate, () => convergeScope(want, seen));
  const collectors = convergeCollectors(want, seen, gate);
  const linkable = { WorkspacesReady: workspaces, ...stepOf('the data collection endpoints', collectors) };
  const links = after({ ...gate, ...linkable, ScopeReady: scope }, () =>
    inSeries(want.links, link => convergeLink(link, want, seen)),
  );
  // What stays must not stay closed unasked once its link is gone.
  const reopened = reopenLeaving(want, seen);
  const unlinked = after({ ResourcesLinked: links, ...stepOf('the workspaces taken out', reopened) }, () =>
    unlink(want, seen),
  );
  // An endpoint takes its members from the links: none may be coming or going. One that cannot go is no reason to wait.
  const leaving = unlinked.state === 'Waiting' && reopened?.state !== 'Stalled' ? { Pruned: unlinked } : {};
  const endpoint = after(
    { ...gate, ResourcesLinked: links, ...leaving },
    () => exactNeed(want, seen) ?? convergeEndpoint(want, seen, view),
  );
  const zoneGroup = convergeZones(want, seen, { ...gate, ResourcesLinked: links, EndpointReady: endpoint });
  const collecting = collectionStep(want, seen, collectors, { ...gate, WorkspacesReady: workspaces });
  const machines = convergeMachines(want, seen, {
    ...gate,
    ...stepOf('the data collection rules', collecting),
    ResourcesLinked: links,
  });
  const collection = collecting && combine([collecting, ...listOf(machines?.verdict)]);
  const published = after({ EndpointReady: endpoint, ...firstOf(want, seen, machines) }, () =>
    publish(want, seen, view),
  );
  const resolving = judgeResolution(want, seen);
  // For resolvers that nobody here can ask: nothing waits for it.
  const exported = exportStep(want, seen, view);
  const taken = unlinked.state === 'Ready' ? { ResourcesLinked: links } : { 'the links taken out': unlinked };
  const pruned = after(taken, () => prune(want, seen));
  const collectionPruned = pruneCollection(want, seen, {
    ...taken,
    ...stepOf('the data collection rules', collecting),
  });
  // Without data collection in the spec there is no such step: what machines lose is told with all that goes.
  const departing = collecting === undefined ? listOf(machines?.verdict) : [];
  const zonesPruned = pruneZones(want, seen, stepOf('ZoneGroupReady', zoneGroup));
  // Whoever still asks the former server gets right answers until the new one gives them.
  const moved = after({ RecordsPublished: published, RecordsResolving: resolving }, () => leaveFormerTargets(seen));
  const verified = verifyPath(want, seen);
  const path = verified && asProof(verified);
  const built = {
    WorkspacesReady: workspaces,
    ScopeReady: scope,
    ResourcesLinked: links,
    EndpointReady: endpoint,
    ...stepOf('ZoneGroupReady', zoneGroup),
    RecordsPublished: published,
    ...(want.gate === 'None' ? {} : { RecordsResolving: resolving }),
    ...stepOf('PathVerified', path),
    ...stepOf('DataCollectionReady', collection),
  };
  const flowing = flowStep(want, seen);
  const proof = proofOf(want, seen, { resolving, verified, flowing });
  const isolated = isolate({ want, seen, proof, before: { ...gate, ...built } }); // last, always

  const steps = [
    { name: 'CredentialsReady', verdict: credentials },
    { name: 'PreflightPassed', verdict: preflight },
    { name: 'WorkspacesReady', verdict: workspaces },
    { name: 'ScopeReady', verdict: scope },
    { name: 'ResourcesLinked', verdict: links },
    { name: 'EndpointReady', verdict: endpoint },
    ...(zoneGroup === undefined ? [] : [{ name: 'ZoneGroupReady', verdict: zoneGroup } as const]),
    { name: 'RecordsPublished', verdict: published },
    { name: 'RecordsResolving', verdict: resolving },
    ...(exported === undefined ? [] : [{ name: 'RecordsExported', verdict: exported } as const]),
    ...(verified === undefined ? [] : [{ name: 'PathVerified', verdict: verified } as const]),
    ...(isolated === undefined ? [] : [{ name: 'Isolated', verdict: isolated } as const]),
    ...(collection === undefined ? [] : [{ name: 'DataCollectionReady', verdict: collection } as const]),
    ...tellFlow(want, flowing),
    {
      name: 'Pruned',
      verdict: combine([
        ...listOf(reopened),
        unlinked,
        pruned,
        ...departing,
        ...listOf(collectionPruned),
        ...listOf(zonesPruned),
        moved,
      ]),
    },
  ] as const;
  return {
    mode: 'converge',
    steps,
    conflicts: mergedTarget(want, seen, view)?.conflicts ?? [],
    ...(view.complete ? { records: view.set } : {}),
    ...subnetOf(want, seen),
    ...machines?.status,
  };
}

const listOf = (verdict: Verdict | undefined): readonly Verdict[] => (verdict === undefined ? [] : [verdict]);

const stepOf = (name: string, verdict: Verdict | undefined): Readonly<Record<string, Verdict>> =>
  verdict === undefined ? {} : { [name]: verdict };

/** Part of Ready only where the spec says so. */
const tellFlow = ({ requiresTelemetry }: Desired, verdict: Verdict | undefined): readonly Step[] => {
  if (verdict === undefined) return [];
  const step = { name: 'TelemetryFlowing', verdict } as const;
  return [requiresTelemetry ? step : { ...step, aside: true }];
};

/** Names that lead to the endpoint cut off every agent without a data collection endpoint: those come first, once. */
const firstOf = (want: Desired, seen: Observed, machines: MachinesPlan | undefined) =>
  isPublished(want, seen) ? {} : stepOf('the machines', machines?.associating);

const NOT_SEEN: Sight<never> = { reading: { is: 'absent' } };

const sightOf = (seen: Observed, { key }: Wanted): Sight =>
  seen.workspaces.get(key) ?? seen.components.get(key) ?? NOT_SEEN;

/** A link to the same workspace under another name does the same work: it is adopted, not repeated (ampls 1.3). */
function convergeLink(link: ScopedResourceWant, want: Desired, seen: Observed): Verdict {
  if (seen.scopeLinks.is === 'unread') return unreadable(seen.scopeLinks.failure);
  const sight = seen.links.get(link.key) ?? NOT_SEEN;
  const found = bodyOf(sight.reading);
  const entry = entryOf(seen, link.key);
  if (entry?.origin === 'Adopted' && found !== undefined) {
    const text = `${nameOf(found)} links ${shortName(link.targetId)} already`;
    if (isSucceeded(found.provisioningState)) return ready('AllReady', text);
    return provisioning(`${text} and is ${found.provisioningState}`, sight.unsettledSince, seen.now);
  }
  const twin = bodyOf(seen.scopeLinks)?.find(
    candidate => sameId(candidate.targetId, link.targetId) && !sameId(candidate.id, link.id),
  );
  // The list is a hint: what the inventory named and a GET did not find is gone, whatever the list says.
  if (found !== undefined || twin === undefined || sameId(entry?.id, twin.id)) {
    return converge(link, sight, { ...seen, owner: want.owner });
  }
  const { key, policy } = link;
  const text = `${nameOf(twin)} links ${shortName(link.targetId)} already`;
  const kept = isPassedOn(twin, seen) ? ({ policy, origin: 'Created' } as const) : KEPT;
  return acts('Updating', text, { verb: 'adopt', key, id: twin.id, ...kept });
}

const KEPT = { policy: 'Retain', origin: 'Adopted' } as const;

/** Counted until the endpoint has its addresses; then the count has done its work. */
function subnetOf(want: Desired, seen: Observed): Pick<Plan, 'subnet'> {
  const subnet = bodyOf(seen.subnet);
  if (subnet === undefined || seen.endpoint.reading.is !== 'absent' || isAdopted(want.endpoint)) return {};
  return { subnet: addressCount(want, seen, subnet, bodyOf(seen.endpointNeed)) };
}
