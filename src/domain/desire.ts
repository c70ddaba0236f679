/**
 * From the spec to plain data: every Azure resource that the object asks for, with ids, names and defaults filled in.
 * Pure: no clock, no Azure.
 */
import type { AccessWant } from './access.ts';
import { wantAccess } from './desire-access.ts';
import { type CollectionWant, wantCollection } from './desire-collection.ts';
import { type DnsWant, wantDns } from './desire-dns.ts';
import { wantZones, type ZonesWant } from './desire-zones.ts';
import { LOWER_RETENTION_ANNOTATION } from './diff.ts';
import {
  ABANDON_ANNOTATION,
  adoptedName,
  linkName,
  OWNER_TAG,
  ownerText,
  privateEndpointId,
  privateLinkScopeId,
  RELEASE_ANNOTATION,
  scopedResourceId,
  shortName,
  workspaceId,
} from './names.ts';
import type { PmsObject } from './object.ts';
import type {
  Adoptable,
  Adopted,
  ArmId,
  Owner,
  Policy,
  PrivateEndpointWant,
  PrivateLinkScopeWant,
  ScopedResourceWant,
  Tags,
  Wanted,
  WorkspaceWant,
} from './resources.ts';

export interface Desired {
  readonly owner: Owner;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspaces: readonly (WorkspaceWant | Adopted<'workspace'>)[];
  readonly components: readonly Adopted<'component'>[];
  readonly scope: PrivateLinkScopeWant | Adopted<'privateLinkScope'>;
  /** The agent's half; absent when the spec asks for none. */
  readonly collection?: CollectionWant;
  /** One for each workspace, component and data collection endpoint, in their order. */
  readonly links: readonly ScopedResourceWant[];
  readonly endpoint: PrivateEndpointWant | Adopted<'privateEndpoint'>;
  /** Private DNS for clients inside Azure; absent when the spec asks for none. */
  readonly zones?: ZonesWant;
  readonly dns: DnsWant;
  /** How much must be proved before anything is closed. */
  readonly gate: Gate;
  /** Whether machines that do not report hold Ready back. */
  readonly requiresTelemetry: boolean;
  /** What the spec says of public access, workspaces first and the scope last. */
  readonly access: readonly AccessWant[];
  readonly isolation: { readonly onDelete?: 'Reopen' | 'Leave'; readonly onLostPath: 'Report' | 'Reopen' };
  /** The metadata.generation of the spec. */
  readonly generation: number;
  /** Milliseconds after which Azure and DNS are read again. */
  readonly intervalMs: number;
  readonly suspended: boolean;
  /** Nothing is written, only told. */
  readonly planOnly: boolean;
  /** What others changed in Azure is told and left. */
  readonly reportsDrift: boolean;
  /** A deletion takes our tag off what it leaves. */
  readonly releases: boolean;
  /** The object is to go without anything in Azure being touched. */
  readonly abandoned: boolean;
  /** Epoch ms of the deletion, when the object is being deleted. */
  readonly deletedAt?: number;
}

export type Gate = 'None' | 'DNS' | 'TLS' | 'Query' | 'Telemetry';

/** Whether workspaces are queried through the private path. */
export const asksQueries = (gate: Gate): boolean => gate === 'Query' || gate === 'Telemetry';

/** What the object asks for. `installation` makes ownership unique across clusters. */
export function desire(object: PmsObject, installation: string): Desired {
  const { spec, metadata } = object;
  const owner = { installation, namespace: metadata.namespace, name: metadata.name };
  const tags: Tags = { ...spec.tags, [OWNER_TAG]: ownerText(owner) };
  const policy = spec.deletionPolicy ?? 'Delete';
  const workspaces = spec.workspaces.map(workspace => wantWorkspace(object, workspace, tags));
  const components = (spec.applicationInsights ?? []).map(({ name, resourceId }) =>
    adopted('component', resourceId, `component/${adoptedName(name, resourceId)}`),
  );
  const scope = wantScope(object, tags, policy);
  const endpoint = wantEndpoint(object, scope, { tags, policy });
  const collection = wantCollection(object, { tags, policy, workspaces });
  const collectors = collection?.endpoints ?? [];
  const zones = wantZones(object, endpoint.id, { owner, tags, policy });
  return {
    owner,
    subscriptionId: spec.subscriptionId,
    resourceGroup: spec.resourceGroup,
    workspaces,
    components,
    scope,
    ...(collection === undefined ? {} : { collection }),
    links: [...workspaces, ...components, ...collectors].map(target => wantLink(target, scope, { owner, policy })),
    endpoint,
    ...(zones === undefined ? {} : { zones }),
    dns: wantDns(spec.dns),
    gate: spec.verification?.gate ?? 'Query',
    requiresTelemetry: spec.verification?.requireTelemetry ?? false,
    access: wantAccess(object, { workspaces, components, collectors, scope }),
    isolation: { onLostPath: 'Report', ...spec.isolation },
    generation: metadata.generation,
    intervalMs: durationMs(spec.interval ?? '10m'),
    suspended: spec.suspend ?? false,
    planOnly: spec.mode === 'Plan',
    reportsDrift: spec.driftPolicy === 'Report',
    releases: metadata.annotations[RELEASE_ANNOTATION] === 'true',
    abandoned: metadata.annotations[ABANDON_ANNOTATION] === metadata.uid,
    ...(metadata.deletionTimestamp === undefined ? {} : { deletedAt: Date.parse(metadata.deletionTimestamp) }),
  };
}

/** All wanted resources, adopted ones included, but for private DNS: what that needs Azure has to tell. */
export const wantsOf = (want: Desired): readonly Wanted[] => [
  ...want.workspaces,
  ...want.components,
  want.scope,
  ...(want.collection?.endpoints ?? []),
  ...want.links,
  want.endpoint,
  ...(want.collection?.rules ?? []),
];

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `1h30m` in milliseconds. The CRD admits only this form; anything else is a TypeError. */
export function durationMs(text: string): number {
  if (!/^([0-9]+[smh])+$/.test(text)) throw new TypeError(`not a duration: ${text}`);
  return [...text.matchAll(/([0-9]+)([smh])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  );
}

/** Something of the spec that is there already. */
function adopted<K extends Adoptable>(kind: K, id: ArmId, key: string): Adopted<K> {
  return { kind, key, id, name: shortName(id), policy: 'Retain', adopted: true };
}

function wantWorkspace(
  object: PmsObject,
  workspace: PmsObject['spec']['workspaces'][number],
  tags: Tags,
): Desired['workspaces'][number] {
  const { spec } = object;
  const { resourceId } = workspace;
  if (resourceId !== undefined) {
    return adopted('workspace', resourceId, `workspace/${adoptedName(workspace.name, resourceId)}`);
  }
  return {
    kind: 'workspace',
    key: `workspace/${workspace.name}`,
    id: workspaceId(spec, workspace.name),
    name: workspace.name,
    location: workspace.location ?? spec.location,
    policy: workspace.deletionPolicy ?? 'Retain',
    tags,
    recover: workspace.recover ?? false,
    mayLowerRetention: object.metadata.annotations[LOWER_RETENTION_ANNOTATION] === 'true',
    ...(workspace.retentionInDays === undefined ? {} : { retentionInDays: workspace.retentionInDays }),
    ...(workspace.dailyQuotaGb === undefined ? {} : { dailyQuotaGb: workspace.dailyQuotaGb }),
  };
}

function wantScope(object: PmsObject, tags: Tags, policy: Policy): Desired['scope'] {
  const { resourceId } = object.spec.privateLinkScope ?? {};
  if (resourceId !== undefined) return adopted('privateLinkScope', resourceId, 'privateLinkScope');
  const name = object.spec.privateLinkScope?.name ?? object.metadata.name;
  return {
    kind: 'privateLinkScope',
    key: 'privateLinkScope',
    id: privateLinkScopeId(object.spec, name),
    name,
    tags,
    policy,
  };
}

type Linkable = Desired['workspaces' | 'components'][number] | CollectionWant['endpoints'][number];

/**
 * `law-plant-a` of `workspace/law-plant-a`: its link has the same name under another kind. A workspace may have the name of
 * a data collection endpoint, and no dot in it.
 */
const itemOf = ({ kind, key }: Linkable): string =>
  `${kind === 'dataCollectionEndpoint' ? 'dce.' : ''}${key.slice(kind.length + 1)}`;

/** The key of the link of a workspace, component or data collection endpoint. */
export const linkKey = (target: Linkable): string => `scopedResource/${itemOf(target)}`;

function wantLink(
  target: Linkable,
  scope: Desired['scope'],
  { owner, policy }: { owner: Owner; policy: Policy },
): ScopedResourceWant {
  const name = linkName(itemOf(target), owner);
  return {
    kind: 'scopedResource',
    key: linkKey(target),
    id: scopedResourceId(scope.id, name),
    name,
    scopeId: scope.id,
    targetId: target.id,
    // Azure does not delete a workspace that is linked, so its link cannot outlive it.
    policy: target.policy === 'Delete' ? 'Delete' : policy,
  };
}

function wantEndpoint(
  object: PmsObject,
  scope: Desired['scope'],
  { tags, policy }: { tags: Tags; policy: Policy },
): Desired['endpoint'] {
  const { privateEndpoint, location } = object.spec;
  const { resourceId, requestMessage } = privateEndpoint;
  if (resourceId !== undefined) return adopted('privateEndpoint', resourceId, 'privateEndpoint');
  const name = privateEndpoint.name ?? `pe-${object.metadata.name}`;
  return {
    kind: 'privateEndpoint',
    key: 'privateEndpoint',
    id: privateEndpointId(object.spec, name),
    name,
    location: privateEndpoint.location ?? location,
    // The CRD asks for it where there is no resourceId.
    subnetId: privateEndpoint.subnetId ?? '',
    scopeId: scope.id,
    approval: privateEndpoint.approval ?? 'Automatic',
    ...(requestMessage === undefined ? {} : { requestMessage }),
    tags,
    policy,
  };
}
