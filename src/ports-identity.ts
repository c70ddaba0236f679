/**
 * The contract on who an object is in Azure, and what that is built on. As src/ports.ts: failures are `PortError`.
 */
import type { Desired } from './domain/desire.ts';
import type { PmsObject } from './domain/object.ts';
import type { Azure } from './ports.ts';

/** One adapter of Azure for each identity, each with what it alone has read and written. */
export interface Identities {
  /**
   * Azure as whom the object may act. The same adapter as long as that is the same identity, never the one of another.
   * Throws PortError when it may not act at all, or its identity cannot be told; makes no call to Azure.
   */
  of(object: PmsObject, want: Desired, signal: AbortSignal): Promise<Azure>;
}

/** A ServiceAccount, as far as it tells an identity. */
export interface ServiceAccountSight {
  /** Another one after it was deleted and made again. */
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

/** The ServiceAccounts of the cluster: one request each, nothing is kept. */
export interface ServiceAccounts {
  /** `undefined` when it is not there. */
  get(ref: ServiceAccountRef, signal: AbortSignal): Promise<ServiceAccountSight | undefined>;
  /** A token that proves to that audience to be the ServiceAccount; it lives for some minutes. */
  token(ref: ServiceAccountRef, audience: string, signal: AbortSignal): Promise<string>;
}

/** An application in Entra ID that trusts somebody else's tokens. */
export interface FederatedIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  /** A fresh token of that somebody, asked for before each access token. Throws PortError. */
  readonly assertion: () => Promise<string>;
}
