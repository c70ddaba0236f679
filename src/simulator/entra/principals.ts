/**
 * Who may log in, and to which tenant. Data only; the checks are in client-authentication.ts.
 */
import { createHash } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';

export interface FederatedCredential {
  /** The token issuer, compared exactly. */
  readonly issuer: string;
  /** The `sub` of the assertion, compared exactly, e.g. `system:serviceaccount:monitoring:pms`. */
  readonly subject: string;
  /** What the assertion must be made out to; default `api://AzureADTokenExchange`. */
  readonly audience?: string;
  /** The issuer's public keys. */
  readonly jwks: JSONWebKeySet;
}

/** An application of a tenant, with a secret, certificates, a federated credential, or several of them. */
export interface Principal {
  readonly clientId: string;
  /** Of its service principal; default: derived from the client id and the tenant (`objectIdOf`). */
  readonly objectId?: string;
  readonly secret?: string;
  /** ISO 8601; default: never. */
  readonly secretExpiresAt?: string;
  /** PEM, public parts. */
  readonly certificates?: readonly string[];
  readonly federated?: FederatedCredential;
}

export interface Tenant {
  readonly tenantId: string;
  /** Default `Simulated tenant`. */
  readonly displayName?: string;
  /** Another name for the tenant in addresses, e.g. `contoso.onmicrosoft.com`. */
  readonly domain?: string;
  readonly principals: readonly Principal[];
}

/** Who makes a call, as the token says. */
export interface Caller {
  readonly clientId: string;
  readonly objectId: string;
  readonly tenantId: string;
}

/** The object id of a service principal: the seeded one, or the same one again for the same client and tenant. */
export function objectIdOf(principal: Principal, tenantId: string): string {
  if (principal.objectId !== undefined) return principal.objectId;
  const hex = createHash('sha256').update(`${tenantId} ${principal.clientId}`.toLowerCase()).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The tenant that an address names by id or domain. */
export const findTenant = (tenants: readonly Tenant[], name: string): Tenant | undefined =>
  tenants.find(each => [each.tenantId, each.domain].some(known => known?.toLowerCase() === name.toLowerCase()));

/** The principal with that client id, and its tenant: the first of those given. */
export function findPrincipal(
  tenants: readonly Tenant[],
  clientId: string,
): { readonly tenant: Tenant; readonly principal: Principal } | undefined {
  for (const tenant of tenants) {
    const principal = tenant.principals.find(each => each.clientId.toLowerCase() === clientId.toLowerCase());
    if (principal !== undefined) return { tenant, principal };
  }
  return undefined;
}
