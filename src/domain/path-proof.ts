/**
 * What a measurement of the private path is: connections to the endpoint's addresses and queries through them, each
 * with what came of it. Pure; src/controller/observe-path.ts measures, verify.ts judges.
 */

/**
 * - Held: it went as it should.
 * - Unreachable: no connection within the time.
 * - Broken: a connection, and then no TLS, or an end before the answer.
 * - Untrusted: a certificate that is not of an authority that this machine trusts, or of another name.
 * - Public: refused as a call from the public side. - OtherScope: refused by a scope that lacks the workspace.
 * - Forbidden: the identity may not query. - Unclear: an answer that says nothing about the path.
 */
export type PathOutcome =
  | 'Held'
  | 'Unreachable'
  | 'Broken'
  | 'Untrusted'
  | 'Public'
  | 'OtherScope'
  | 'Forbidden'
  | 'Unclear';

export interface PathResult {
  readonly outcome: PathOutcome;
  /** In words; absent when it held. */
  readonly detail?: string;
}

export interface PathFinding extends PathResult {
  readonly via: 'TLS' | 'Query';
  /** The name that was connected to, or the workspace that was queried. */
  readonly subject: string;
  readonly address: string;
  /** Keys of the workspaces that it is about; empty: all of them. Two adopted ones can share a name. */
  readonly of: readonly string[];
  /** Since when (epoch ms) this process has seen it fail. */
  readonly failedSince?: number;
}

export interface PathProof {
  /** What was asked, so that another question is not answered by it. */
  readonly asked: string;
  /** Where it was measured from. */
  readonly from: string;
  /** Epoch ms. */
  readonly measuredAt: number;
  readonly findings: readonly PathFinding[];
}

/** One name to be seen at one address. */
export interface TlsTarget {
  readonly name: string;
  readonly address: string;
  /** Keys of the workspaces whose logs go there; empty: it is the scope's own. */
  readonly of: readonly string[];
}

export interface QueryTarget {
  readonly key: string;
  /** For messages. */
  readonly workspace: string;
  readonly customerId: string;
  /** Of the endpoint's member `api`. */
  readonly address: string;
}

export interface PathTargets {
  readonly tls: readonly TlsTarget[];
  readonly queries: readonly QueryTarget[];
}

/** Whether a finding says that the path is not as it should be; an unclear one says nothing. */
export const isFailure = ({ outcome }: PathFinding): boolean => outcome !== 'Held' && outcome !== 'Unclear';

/** No address answers: the operator does not stand where the machines do, or the path is down; it cannot tell which. */
export const hasNoVantage = ({ findings }: Pick<PathProof, 'findings'>): boolean =>
  findings.length > 0 && findings.every(({ outcome }) => outcome === 'Unreachable');

const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** OpenSSL's verification errors as Node.js names them, and its own for a name that the certificate lacks. */
const CERTIFICATE = /CERT|ISSUER|SIGNATURE|SELF_SIGNED|ERR_TLS_CERT_ALTNAME/;

/** What the error of a connection says about the path. */
export function outcomeOfError(thrown: unknown): PathResult {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = codeOf(error);
  const detail = code === undefined || error.message.includes(code) ? error.message : `${code} ${error.message}`;
  if (code !== undefined && NO_CONNECTION.has(code)) return { outcome: 'Unreachable', detail };
  return { outcome: code !== undefined && CERTIFICATE.test(code) ? 'Untrusted' : 'Broken', detail };
}

function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}
