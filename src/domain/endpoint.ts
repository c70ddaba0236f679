/**
 * The private endpoint beyond its shape: is the connection approved, and are the names of our own workspaces on its
 * interface? Only then are its records complete. Pure.
 */
import { converge, isSucceeded } from './converge.ts';
import type { Desired } from './desire.ts';
import { ABSENT, bodyOf, type Observed } from './observed.ts';
import { type RecordSet, recordsOf } from './records.ts';
import type { PrivateEndpoint } from './resources.ts';
import { ready, unreadable, type Verdict, waits } from './steps.ts';

/** How often a finished endpoint is looked at until Azure has put the names of a new link on it, in milliseconds. */
const MEMBERS_RETRY_MS = 3_000;

/** What the operator's settings allow to be published, whatever an object asks for. */
export interface DnsRules {
  /** Only with a simulated Azure. */
  readonly allowLoopback: boolean;
}

/** The endpoint's records as far as Azure shows them now. */
export interface RecordsView {
  readonly set: RecordSet;
  /** Wanted workspaces whose own names are not among them, or not known. */
  readonly missing: readonly string[];
  /** Those of them that are linked: Azure is about to put their names on the interface. */
  readonly awaited: readonly string[];
  /** Endpoint and its own names are all there: only then may a claim be made. Not knowing never shrinks a set. */
  readonly complete: boolean;
}

/** What the records are read from. */
export type RecordsSight = Pick<
  Observed,
  'workspaces' | 'links' | 'endpoint' | 'networkInterface' | 'zoneGroupRecords' | 'subnet'
>;

export function viewRecords(want: Desired, seen: RecordsSight, rules: DnsRules): RecordsView {
  const endpoint = bodyOf(seen.endpoint.reading);
  const set = recordsOf(
    {
      networkInterface: bodyOf(seen.networkInterface),
      endpoint,
      zoneGroupRecords: bodyOf(seen.zoneGroupRecords),
    },
    {
      aliases: want.dns.aliases,
      subnetPrefixes: bodyOf(seen.subnet)?.addressPrefixes ?? [],
      allowLoopback: rules.allowLoopback,
    },
  );
  const missing = missingMembers(want, seen, set);
  const awaited = missing.filter(name => isLinked(name, seen));
  return { set, missing, awaited, complete: endpoint !== undefined && missing.length === 0 };
}

function isLinked(workspace: string, { workspaces, links }: RecordsSight): boolean {
  const link = bodyOf(links.get(`scopedResource/${workspace}`)?.reading ?? ABSENT);
  const isThere = workspaces.get(`workspace/${workspace}`)?.reading.is === 'present';
  return isThere && link !== undefined && isSucceeded(link.provisioningState);
}

function missingMembers(want: Desired, seen: RecordsSight, set: RecordSet): readonly string[] {
  const names = [...set.records, ...set.refused].map(record => record.name);
  return want.workspaces
    .filter(workspace => {
      const sight = seen.workspaces.get(workspace.key);
      const customerId = sight && bodyOf(sight.reading)?.customerId?.toLowerCase();
      return customerId === undefined || !names.some(name => name.startsWith(`${customerId}.`));
    })
    .map(workspace => workspace.name);
}

/** EndpointReady. */
export function convergeEndpoint(want: Desired, seen: Observed, view: RecordsView): Verdict {
  const verdict = converge(want.endpoint, seen.endpoint, { ...seen, owner: want.owner });
  const body = bodyOf(seen.endpoint.reading);
  if (verdict.state !== 'Ready' || body === undefined) return verdict;
  return connection(want, body) ?? members(want, seen, view);
}

function connection(want: Desired, body: PrivateEndpoint): Verdict | undefined {
  const { connectionStatus: status, connectionDescription: description } = body;
  const said = description ? `: ${description}` : '';
  if (status === 'Approved') return undefined;
  if (status === 'Pending') {
    return waits('ConnectionPending', `the connection to ${want.scope.name} waits for approval${said}`, 30_000);
  }
  const reason = status === 'Rejected' ? 'ConnectionRejected' : 'ConnectionDisconnected';
  const message = `the connection of ${want.endpoint.name} to ${want.scope.name} is ${status ?? 'gone'}${said}; approve it, or delete the private endpoint: it is then made again`;
  return { state: 'Stalled', reason, message, actions: [] };
}

function members(want: Desired, seen: Observed, view: RecordsView): Verdict {
  if (seen.networkInterface.is === 'unread') return unreadable(seen.networkInterface.failure);
  if (view.awaited.length > 0) {
    const message = `the names of ${view.awaited.join(', ')} are not on ${want.endpoint.name} yet`;
    return waits('MembersPending', message, MEMBERS_RETRY_MS);
  }
  if (view.missing.length > 0) {
    return waits('WaitingForStep', `waits for ${view.missing.join(', ')} to be there and linked`);
  }
  const addresses = bodyOf(seen.networkInterface)?.entries.length ?? 0;
  return ready('AllReady', `private endpoint ${want.endpoint.name} is Approved with ${addresses} addresses`);
}
