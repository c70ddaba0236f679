/**
 * The PrivateMonitoringScope object as the pass sees it: spec and status have the types generated from the CRD. Pure;
 * any layer may import it.
 */
import type { PrivateMonitoringScopeSpec, PrivateMonitoringScopeStatus } from './generated/private-monitoring-scope.ts';

export type Spec = PrivateMonitoringScopeSpec;
export type Status = PrivateMonitoringScopeStatus;
export type Condition = NonNullable<Status['conditions']>[number];
export type InventoryEntry = NonNullable<Status['resources']>[number];
export type StatusRecord = NonNullable<Status['records']>[number];

export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

export interface Metadata extends ObjectKey {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** RFC 3339. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PmsObject {
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly status: Status;
}

export const GROUP = 'privatemonitoring.dev';
export const VERSION = 'v1alpha1';
export const KIND = 'PrivateMonitoringScope';
export const PLURAL = 'privatemonitoringscopes';

export const keyText = (key: ObjectKey): string => `${key.namespace}/${key.name}`;

/** `namespace/name` back to a key. Throws a TypeError for anything else. */
export function parseKey(text: string): ObjectKey {
  const [namespace, name, ...rest] = text.split('/');
  if (!namespace || !name || rest.length > 0) throw new TypeError(`not a namespace/name key: ${text}`);
  return { namespace, name };
}
