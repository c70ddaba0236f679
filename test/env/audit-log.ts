/**
 * The API server's own record of what was asked of it: who wrote what, how often. Used by tests that count writes.
 */
import { readFile } from 'node:fs/promises';

/** One request (audit.k8s.io/v1 Event, level Metadata but for roles and bindings). */
export interface AuditEvent {
  /** A watch is there twice: when it starts to answer, and when it has ended. */
  readonly stage: 'ResponseStarted' | 'ResponseComplete';
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string; readonly groups?: readonly string[] };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  /** `authorization.k8s.io/decision`: `allow` or `forbid`. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of roles and bindings alone. */
  // biome-ignore lint/suspicious/noExplicitAny: any object of RBAC; a test reads the fields it knows
  readonly responseObject?: any;
  readonly requestReceivedTimestamp: string;
}

/**
 * Metadata of every request once it was answered, and of a watch when it is let in: it may end with the program. With what was written of roles and
 * bindings, so that the log tells who might do what; not with those that the API server makes for itself at its start.
 */
export const auditPolicyOf = (administrator: string): string => `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: RequestResponse
    users: [${administrator}]
    verbs: [create, update, patch, delete]
    resources: [{group: rbac.authorization.k8s.io}]
  - level: Metadata
`;

/** What was answered, in the order of the log; a watch once it has ended. A last line still being written is left out. */
export const readAuditLog = async (file: string): Promise<AuditEvent[]> =>
  (await readStages(file)).filter(({ stage }) => stage === 'ResponseComplete');

/** The same, with each watch when it was let in too. */
export async function readStages(file: string): Promise<AuditEvent[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as AuditEvent);
}

const writeVerbs = ['create', 'update', 'patch', 'delete', 'deletecollection'];

export interface WriteFilter {
  readonly userAgent?: RegExp;
  readonly username?: string;
  readonly resource?: string;
}

/** The writes among the events; not those by the API server itself, nor access reviews (they are POSTs that ask). */
export function writesIn(events: readonly AuditEvent[], filter: WriteFilter = {}): AuditEvent[] {
  return events.filter(
    event =>
      writeVerbs.includes(event.verb) &&
      event.user.username !== 'system:apiserver' &&
      !event.objectRef?.resource?.endsWith('reviews') &&
      (filter.userAgent?.test(event.userAgent ?? '') ?? true) &&
      (filter.username === undefined || event.user.username === filter.username) &&
      (filter.resource === undefined || event.objectRef?.resource === filter.resource),
  );
}
