/**
 * The part of a seed that says who there is and what they may do: further tenants, role assignments, locks, policies,
 * unregistered providers, the subscription's own state. Its rules, and its planting into a world. Used by seed.ts and
 * plant.ts.
 */
import { X509Certificate } from 'node:crypto';
import type { Principal, Tenant } from './entra/principals.ts';
import { roleNames } from './frame/roles.ts';
import type { LockLevel, PolicyDenial, SubscriptionFacts } from './resources-management.ts';
import { anyMap, guidText, list, map, number, oneOf, type Report, type Rule, text, textOrTexts } from './seed-rules.ts';

/**
 * A scope in a seed: `/` is the subscription, `/resourceGroups/...` lies in it, `/subscriptions/...` is taken as it is.
 * Default everywhere: the subscription.
 */
type SeedScope = string;

export interface SeedRoleAssignment {
  /** Client id. */
  readonly principal: string;
  readonly scope?: SeedScope;
  /** One of the built-in roles that the simulator knows, or `actions`. */
  readonly role?: string;
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
}

export interface SeedLock {
  readonly name: string;
  readonly scope?: SeedScope;
  readonly level: LockLevel;
  readonly notes?: string;
}

export interface SeedPolicyDenial {
  readonly displayName: string;
  readonly scope?: SeedScope;
  readonly resourceType: string;
  readonly condition?: PolicyDenial['condition'];
}

export interface SeedAccess {
  readonly tenantName?: string;
  readonly tenantDomain?: string;
  readonly subscriptionName?: string;
  readonly subscriptionState?: SubscriptionFacts['state'];
  /** Tenants beside the subscription's own: their principals log in and find no subscription. */
  readonly tenants?: readonly Tenant[];
  readonly roleAssignments?: readonly SeedRoleAssignment[];
  readonly locks?: readonly SeedLock[];
  readonly policyDenials?: readonly SeedPolicyDenial[];
  /** Namespaces. */
  readonly unregisteredProviders?: readonly string[];
  /** Resources on a page of a list; default: all of them. */
  readonly pageSize?: number;
}

const scope = text("a scope: '/', '/resourceGroups/...' or '/subscriptions/...'", value =>
  /^\/($|resourceGroups\/|subscriptions\/)/i.test(value),
);
const time = text('a time such as 2026-12-31T00:00:00Z', value => !Number.isNaN(Date.parse(value)));
const pem = text('a certificate in PEM', isCertificate);
const operator = oneOf('Equals', 'NotEquals', 'In', 'NotIn', 'Like', 'NotLike', 'Exists');

/** One application that may log in. */
export const principalRule: Rule = map(
  { clientId: guidText },
  {
    objectId: guidText,
    secret: text(),
    secretExpiresAt: time,
    certificates: list(pem),
    federated: map({ issuer: text(), subject: text(), jwks: anyMap }, { audience: text() }),
  },
);

/** The optional keys of a seed that belong here. */
export const accessRules: Readonly<Record<keyof SeedAccess, Rule>> = {
  tenantName: text(),
  tenantDomain: text(),
  subscriptionName: text(),
  subscriptionState: oneOf('Enabled', 'Warned', 'PastDue', 'Disabled'),
  tenants: list(map({ tenantId: guidText, principals: list(principalRule) }, { displayName: text(), domain: text() })),
  roleAssignments: list(
    map({ principal: guidText }, { scope, role: oneOf(...roleNames), actions: list(text()), notActions: list(text()) }),
  ),
  locks: list(map({ name: text(), level: oneOf('CanNotDelete', 'ReadOnly') }, { scope, notes: text() })),
  policyDenials: list(
    map(
      { displayName: text(), resourceType: text('a type such as Microsoft.Network/privateEndpoints', isType) },
      { scope, condition: map({ field: text(), operator, value: textOrTexts }) },
    ),
  ),
  unregisteredProviders: list(text()),
  pageSize: number,
};

function isCertificate(value: string): boolean {
  try {
    new X509Certificate(value);
    return true;
  } catch {
    // Whatever is wrong with it, it is no certificate.
    return false;
  }
}

function isType(value: string): boolean {
  return /^[\w.]+(\/\w+)+$/.test(value);
}

interface WithPrincipals extends SeedAccess {
  readonly tenantId: string;
  readonly principals: readonly Principal[];
}

/** What the single values cannot show. */
export function checkAccess(seed: WithPrincipals, report: Report): void {
  const known = new Set(seed.principals.map(each => each.clientId.toLowerCase()));
  seed.roleAssignments?.forEach(({ principal, role, actions }, index) => {
    const at = `roleAssignments[${index}]`;
    if (!known.has(principal.toLowerCase())) report(`${at}.principal`, `'${principal}' is not among principals`);
    if ((role === undefined) === (actions === undefined)) report(at, 'must have either role or actions');
  });
  if (seed.pageSize !== undefined && !(Number.isInteger(seed.pageSize) && seed.pageSize > 0)) {
    report('pageSize', `must be a whole number above 0, not ${seed.pageSize}`);
  }
  const ids = [seed, ...(seed.tenants ?? [])].map(each => each.tenantId.toLowerCase());
  seed.tenants?.forEach(({ tenantId }, index) => {
    if (ids.indexOf(tenantId.toLowerCase()) <= index)
      report(`tenants[${index}].tenantId`, `'${tenantId}' is there twice`);
  });
}

/** Every tenant, the subscription's first. */
export function tenantsOf(seed: WithPrincipals): readonly Tenant[] {
  const { tenantId, principals, tenantName, tenantDomain } = seed;
  const home = {
    tenantId,
    principals,
    displayName: tenantName ?? 'Simulated tenant',
    ...(tenantDomain === undefined ? {} : { domain: tenantDomain }),
  };
  return [home, ...(seed.tenants ?? [])];
}
