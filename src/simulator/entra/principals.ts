/**
 * Who may log in to the simulated tenant. Data only; the checks are in client-authentication.ts.
 */
import type { JSONWebKeySet } from 'jose';

export interface FederatedCredential {
  /** The token issuer, compared exactly. */
  readonly issuer: string;
  /** The `sub` of the assertion, compared exactly, e.g. `system:serviceaccount:monitoring:pms`. */
  readonly subject: string;
  /** The issuer's public keys. */
  readonly jwks: JSONWebKeySet;
}

/** An application of the tenant, with a secret, a federated credential, or both. */
export interface Principal {
  readonly clientId: string;
  readonly secret?: string;
  readonly federated?: FederatedCredential;
}
