/**
 * The API server's own record of what was asked of it: who wrote what, how often. Used by tests that count writes.
 */
import { readFile } from 'node:fs/promises';

/** One answered request (audit.k8s.io/v1 Event, level Metadata, stage ResponseComplete). */
export interface AuditEvent {
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
  readonly requestReceivedTimestamp: string;
}

/** Metadata of every request once it was answered; a watch counts when it ends. */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - level: Metadata
`;

/** The events of an audit log in their order; a last line still being written is left out. */
export async function readAuditLog(file: string): Promise<AuditEvent[]> {
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
