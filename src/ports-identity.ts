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
   * For an object with our finalizer, what tells the identity gets one too, so that it is there for the deletion. Throws
   * PortError when the object may not act at all or its identity cannot be told, ConflictError when what tells it
   * changed meanwhile; makes no call to Azure.
   */
  of(object: PmsObject, want: Desired, signal: AbortSignal): Promise<Azure>;

  /**
   * Lets an object of the namespace go by `go`; when it is the last one that needs the namespace's identity, what tells
   * that goes first. One object of a namespace at a time. Throws as `go`, PortError and ConflictError.
   */
  leave<T>(namespace: string, leaving: Leaving<T>, signal: AbortSignal): Promise<T>;
}

export interface Leaving<T> {
  /** Asked when its turn has come. */
  readonly isLast: () => boolean;
  readonly go: () => Promise<T>;
}

/** What tells an identity: a Secret holds its credential, a ServiceAccount names it and can prove it. */
export interface CredentialRef {
  readonly kind: 'Secret' | 'ServiceAccount';
  readonly namespace: string;
  readonly name: string;
}

export interface CredentialSight extends CredentialRef {
  /** Another one after it was deleted and made again. */
  readonly uid: string;
  readonly resourceVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of a Secret, decoded; of a ServiceAccount none. */
  readonly data: Readonly<Record<string, string>>;
  readonly isBeingDeleted: boolean;
  readonly finalizers: readonly string[];
}

export interface ServiceAccountToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Secrets and ServiceAccounts of the cluster, each by its name: one request each, nothing is kept. */
export interface Credentials {
  /** `undefined` when it is not there. */
  read(ref: CredentialRef, signal: AbortSignal): Promise<CredentialSight | undefined>;

  /** Puts our finalizer on or takes it off, if it is still as it was seen. ConflictError else; one that is gone is let go. */
  hold(sight: CredentialSight, wanted: boolean, signal: AbortSignal): Promise<void>;

  /**
   * A token that proves to that audience to be the ServiceAccount. Throws `NamespaceTerminating` in a namespace that is
   * being deleted, where the API server gives none.
   */
  token(ref: CredentialRef, audience: string, signal: AbortSignal): Promise<ServiceAccountToken>;
}

/** An application in Entra ID, and one of two ways to prove to be it. */
export interface NamespaceIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  /** A fresh token of somebody whom it trusts, asked for before each access token. Throws PortError. */
  readonly assertion?: () => Promise<string>;
  /** Its secret as it is now, asked for before each access token. */
  readonly currentSecret?: () => string;
}
