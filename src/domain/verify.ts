/**
 * PathVerified: whether the private path carries what the gate asks for. First the workspaces' own view of their links,
 * then certificates seen at the endpoint's addresses, then queries through them. Pure. Source: facts ampls 6.
 */
import { isSucceeded } from './converge.ts';
import { asksQueries, type Desired } from './desire.ts';
import { sameId, scopeOfLink } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { hasNoVantage, isFailure, type PathFinding, type PathOutcome, type PathProof } from './path-proof.ts';
import type { Reason } from './reasons.ts';
import type { LinkView } from './resources.ts';
import { ready, unreadable, type Verdict, waits } from './steps.ts';

/** Links and isolation take some minutes to work everywhere in Azure (facts: ampls 7); no failure is final before. */
export const PATH_GRACE_MS = 180_000;
export const YOUNG_RETRY_MS = 10_000;
export const PATH_RETRY_MS = 30_000;
const AT_ONCE_MS = 1;
const FINDINGS_SHOWN = 3;
const WAITS = 'waits for EndpointReady and RecordsPublished';

/** `undefined` when the gate asks for no path: the step has no condition then. */
export function verifyPath(want: Desired, seen: Observed): Verdict | undefined {
  if (want.gate === 'None') return undefined;
  const view = ownView(want, seen);
  if (view.state !== 'Ready') return view;
  return want.gate === 'DNS' ? view : measured(want, seen);
}

/** The step as a prerequisite of a closing: what cannot be told is not proved. */
export const asProof = (verdict: Verdict): Verdict => (verdict.unknown ? { ...verdict, state: 'Waiting' } : verdict);

function ownView(want: Desired, seen: Observed): Verdict {
  if (want.workspaces.some(({ key }) => seen.workspaces.get(key)?.viewDue)) return viewDue(seen);
  const scopeGuid = bodyOf(seen.scope.reading)?.scopeGuid?.toLowerCase();
  const isOurs = ({ linkId, scopeGuid: told }: LinkView) =>
    sameId(scopeOfLink(linkId), want.scope.id) || (told !== undefined && told.toLowerCase() === scopeGuid);
  const others = want.workspaces.filter(({ key }) => {
    const sight = seen.workspaces.get(key);
    // An Azure that does not tell is not held against the workspace.
    const linkedBy = sight && bodyOf(sight.reading)?.linkedBy;
    return linkedBy !== undefined && !linkedBy.some(isOurs);
  });
  if (others.length === 0) return ready('PathProved', `the workspaces name ${want.scope.name} among their scopes`);
  const names = others.map(({ name }) => name).join(', ');
  return waits('LinkNotSeen', `${names} does not name ${want.scope.name} among its scopes yet`, YOUNG_RETRY_MS);
}

/** Read in the pass that begins with an endpoint that is there. */
function viewDue(seen: Observed): Verdict {
  const endpoint = bodyOf(seen.endpoint.reading);
  const isThere = endpoint !== undefined && isSucceeded(endpoint.provisioningState);
  return waits('WaitingForStep', WAITS, isThere ? AT_ONCE_MS : undefined);
}

function measured(want: Desired, seen: Observed): Verdict {
  if (seen.path.is === 'unread') return unreadable(seen.path.failure);
  if (seen.path.is === 'absent') return waits('WaitingForStep', WAITS);
  const proof = seen.path.body;
  if (hasNoVantage(proof)) return noVantage(proof);
  const failures = proof.findings.filter(isFailure);
  const [first] = failures;
  if (first !== undefined) return failing(first.outcome, failures, { proof, now: seen.now });
  const unclear = proof.findings.filter(({ outcome }) => outcome === 'Unclear');
  if (unclear.length > 0) return waits('QueryUnanswered', `${text(unclear)}; ${from(proof)}`, YOUNG_RETRY_MS);
  return ready('PathProved', `${heldText(want, proof)}; ${from(proof)}`);
}

const from = (proof: PathProof): string => `measured from ${proof.from}`;

/** Nothing is known to be wrong: the machines may stand where the operator does not. */
function noVantage(proof: PathProof): Verdict {
  const message = `no address of the private endpoint answers: ${text(proof.findings)}; ${from(proof)}. Run the operator where its pods reach the endpoint, or choose spec.verification.gate DNS`;
  return { state: 'Ready', reason: 'NoVantage', message, unknown: true, actions: [] };
}

const REASONS: Readonly<Record<Exclude<PathOutcome, 'Held' | 'Unclear'>, { reason: Reason; cure: string }>> = {
  Unreachable: {
    reason: 'PathBlocked',
    cure: 'other addresses of the endpoint answer: look for a firewall rule on port 443',
  },
  Broken: { reason: 'PathBlocked', cure: 'look for a firewall or proxy that ends TLS connections' },
  Untrusted: {
    reason: 'ForeignCertificate',
    cure: 'HTTPS inspection? Except these names from it, or give the operator that authority (--data-plane-ca-file)',
  },
  Public: {
    reason: 'PublicPath',
    cure: 'the call left the private path: look for a proxy or NAT between operator and endpoint',
  },
  OtherScope: {
    reason: 'OtherScope',
    cure: 'the endpoint leads to a scope that does not hold the workspace; a new link takes some minutes',
  },
  Forbidden: {
    reason: 'QueryForbidden',
    cure: 'give the identity Log Analytics Reader on the workspace, or choose spec.verification.gate TLS',
  },
};

function failing(
  outcome: PathOutcome,
  failures: readonly PathFinding[],
  { proof, now }: { readonly proof: PathProof; readonly now: number },
): Verdict {
  const { reason, cure } = REASONS[outcome as keyof typeof REASONS];
  const message = `${text(failures)}; ${cure}; ${from(proof)}`;
  const since = Math.min(...failures.map(({ failedSince }) => failedSince ?? proof.measuredAt));
  if (now - since < PATH_GRACE_MS) return waits(reason, message, YOUNG_RETRY_MS);
  return { state: 'Stalled', reason, message, retryAfterMs: PATH_RETRY_MS, actions: [] };
}

/** `api.monitor.azure.com at 10.13.1.7: no connection within 5 s` */
function text(findings: readonly PathFinding[]): string {
  const told = findings.slice(0, FINDINGS_SHOWN).map(({ via, subject, address, detail }) => {
    const what = via === 'Query' ? `query of ${subject} through ${address}` : `${subject} at ${address}`;
    return `${what}: ${(detail ?? 'no answer').replace(/\.$/, '')}`;
  });
  const more = findings.length - told.length;
  return more > 0 ? `${told.join('; ')}; and ${more} more` : told.join('; ');
}

function heldText(want: Desired, { findings }: PathProof): string {
  const seenBy = (via: PathFinding['via']) => findings.filter(finding => finding.via === via);
  const certificates = `the certificates of ${seenBy('TLS').length} addresses are right`;
  const queries = seenBy('Query');
  return asksQueries(want.gate) && queries.length > 0
    ? `${certificates}, ${queries.map(({ subject }) => subject).join(', ')} answered through ${queries[0]?.address}`
    : certificates;
}
