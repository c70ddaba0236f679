/**
 * Public access as Azure has it: two switches of a workspace or an Application Insights component, one of a data collection
 * endpoint, and two access modes of a private link scope, by the names that the spec has for them. Pure; any layer may
 * import.
 */
import type { DataCollectionEndpoint } from './collection-resources.ts';
import type { ArmId, Component, PrivateLinkScope, Resource, Workspace } from './resources.ts';

export const ACCESSES = ['ingestion', 'query'] as const;
export type Access = (typeof ACCESSES)[number];

/** What has such switches. */
export const ACCESS_KINDS = ['workspace', 'component', 'dataCollectionEndpoint', 'privateLinkScope'] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

export const hasAccess = (kind: string): kind is AccessKind => ACCESS_KINDS.some(known => known === kind);

/** What is read of those. */
export type Accessible = Workspace | Component | DataCollectionEndpoint | PrivateLinkScope;

export const isAccessible = (body: Resource): body is Accessible => hasAccess(body.kind);

/** The switches that a kind has; the one of a data collection endpoint is told as ingestion. */
export const accessesOf = (kind: AccessKind): readonly Access[] =>
  kind === 'dataCollectionEndpoint' ? ['ingestion'] : ACCESSES;

/** Azure's own words: Enabled, Disabled, SecuredByPerimeter of a workspace, component or endpoint; Open, PrivateOnly of a scope. */
export type AccessValues = { readonly [A in Access]?: string };

/** What the spec says of one resource's access; an access that it does not state is left as found. */
export interface AccessWant {
  readonly kind: AccessKind;
  readonly key: string;
  readonly id: ArmId;
  readonly name: string;
  readonly access: AccessValues;
}

/** One access whose value is to change. */
export interface AccessChange {
  readonly access: Access;
  readonly found: string;
  readonly wanted: string;
}

const VALUES = {
  workspace: { open: 'Enabled', closed: 'Disabled' },
  component: { open: 'Enabled', closed: 'Disabled' },
  dataCollectionEndpoint: { open: 'Enabled', closed: 'Disabled' },
  privateLinkScope: { open: 'Open', closed: 'PrivateOnly' },
} as const;

/** A network security perimeter decides: never written by us, in neither direction. */
export const PERIMETER = 'SecuredByPerimeter';

export const isClosed = (kind: AccessKind, value: string | undefined): boolean => value === VALUES[kind].closed;

/** What Azure shows of both accesses; what it does not show, or the kind does not have, is open. */
export function accessOf(body: Accessible): { readonly [A in Access]: string } {
  const { open } = VALUES[body.kind];
  const { ingestion = open, query = open }: AccessValues =
    body.kind === 'privateLinkScope' ? body.accessModes : body.access;
  return { ingestion, query };
}

/** The name that Azure has for it: what people find in the portal's JSON view. */
export function accessField(kind: AccessKind, access: Access): string {
  if (kind === 'privateLinkScope') return `accessModes.${access}`;
  if (kind === 'dataCollectionEndpoint') return 'publicNetworkAccess';
  return `publicNetworkAccessFor${access === 'query' ? 'Query' : 'Ingestion'}`;
}

/** `publicNetworkAccessForQuery Enabled -> Disabled` */
export const accessChangeText = (kind: AccessKind, changes: readonly AccessChange[]): string =>
  changes.map(({ access, found, wanted }) => `${accessField(kind, access)} ${found} -> ${wanted}`).join(', ');
