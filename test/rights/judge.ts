/**
 * What one installation's calls of the API server amount to: which were refused and not on purpose, which rights the
 * operator had and which of them it used, and whether it had any that the chart does not ship. Pure; keep-calls.ts
 * collects what it takes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AuditEvent } from '../env/audit-log.ts';
import {
  type Account,
  callText,
  grantsOf,
  isBoundTo,
  type Manifest,
  type Right,
  rightsOf,
  roleOf,
  usedRights,
  usernameOf,
} from './grants.ts';

/** Calls that a story has refused on purpose. */
export interface Planted {
  /** Of `get configmaps private-monitoring/plant-a-dns`. */
  readonly calls: RegExp;
  readonly why: string;
}

export interface Installation {
  readonly account: Account;
  /** What the chart rendered. */
  readonly shipped: readonly Manifest[];
  /** The API server's record of all requests, also of watches that have not ended. */
  readonly events: readonly AuditEvent[];
  readonly planted: readonly Planted[];
  /** When the API server was starting again: until it is ready it knows no roles. Times as `Date.now()`. */
  readonly starts: readonly { readonly from: number; readonly until: number }[];
}

export interface Judgement {
  /** Calls of the operator's account. */
  readonly calls: number;
  /** Refused, and nobody said that they would be. */
  readonly refused: readonly string[];
  /** How many were refused on purpose. */
  readonly planted: number;
  /** What was to be refused and never was. */
  readonly unmet: readonly string[];
  /** Roles of the account that are not as the chart renders them. */
  readonly notShipped: readonly string[];
  readonly granted: readonly Right[];
  readonly used: readonly Right[];
}

/** The operator's programs name themselves; what a test asks in its place shows nothing of what the operator needs. */
const OPERATOR = /^private-monitoring-scope\//;

export function judge({ account, shipped, events, planted, starts }: Installation): Judgement {
  const username = usernameOf(account);
  const calls = events.filter(({ user }) => user.username === username);
  const isStarting = ({ requestReceivedTimestamp }: AuditEvent) => {
    const at = Date.parse(requestReceivedTimestamp);
    return starts.some(({ from, until }) => at >= from && at <= until);
  };
  const refused = events.filter(event => isRefusal(event, username) && !isStarting(event));
  const isPlanted = (event: AuditEvent) => planted.some(({ calls }) => calls.test(textOf(event)));
  const inForce = rolesIn(events);
  const grants = grantsOf(inForce, account);
  return {
    calls: calls.filter(({ stage }) => stage === 'ResponseComplete').length,
    refused: [...new Set(refused.filter(event => !isPlanted(event)).map(textOf))].sort(),
    planted: refused.filter(isPlanted).length,
    unmet: planted.filter(({ calls }) => !refused.some(event => calls.test(textOf(event)))).map(({ why }) => why),
    notShipped: notShipped(inForce, shipped, account),
    granted: rightsOf(grants),
    used: usedRights(
      grants,
      calls.filter(({ userAgent, responseStatus }) => OPERATOR.test(userAgent ?? '') && responseStatus?.code !== 403),
    ),
  };
}

/** Not authorized; or, of a program of the operator, with a token that is not taken, which has no user then. */
const isRefusal = ({ user, userAgent, responseStatus, annotations }: AuditEvent, username: string): boolean =>
  (user.username === username && annotations?.['authorization.k8s.io/decision'] === 'forbid') ||
  (responseStatus?.code === 401 && OPERATOR.test(userAgent ?? ''));

function textOf({ verb, requestURI, objectRef }: AuditEvent): string {
  if (objectRef?.resource === undefined) return `${verb} ${requestURI}`;
  const { resource, subresource, namespace, name } = objectRef;
  return callText(verb, subresource ? `${resource}/${subresource}` : resource, [namespace, name]);
}

/** Roles and bindings as they were at the end, from the requests that wrote them. */
function rolesIn(events: readonly AuditEvent[]): readonly Manifest[] {
  const objects = new Map<string, Manifest>();
  for (const { verb, objectRef, responseStatus, responseObject } of events) {
    const isDone = (responseStatus?.code ?? 500) < 300;
    if (objectRef?.apiGroup !== 'rbac.authorization.k8s.io' || !isDone) continue;
    const { resource, namespace = '', name = responseObject?.metadata?.name } = objectRef;
    const key = `${resource}/${namespace}/${name}`;
    if (verb === 'delete') objects.delete(key);
    else if (responseObject !== undefined) objects.set(key, responseObject);
  }
  return [...objects.values()];
}

function notShipped(inForce: readonly Manifest[], shipped: readonly Manifest[], account: Account): readonly string[] {
  const bound = inForce.filter(object => isBoundTo(object, account)).map(binding => roleOf(binding, inForce));
  const strange = bound.filter(
    ({ kind, metadata, rules }) =>
      !shipped.some(
        other =>
          other.kind === kind &&
          other.metadata.name === metadata.name &&
          (kind === 'ClusterRole' || other.metadata.namespace === metadata.namespace) &&
          isDeepStrictEqual(other.rules, rules),
      ),
  );
  return strange.map(({ kind, metadata: { namespace, name } }) => [kind, namespace, name].filter(Boolean).join(' '));
}
