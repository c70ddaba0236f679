/**
 * From what stands in Azure to the object that adopts it: a scope with what is linked and connected to it becomes one
 * PrivateMonitoringScope with resourceId lines, and each resource is told as imported or skipped, with the reason. Pure;
 * `pms import` reads and prints.
 */
import type { DataCollectionEndpoint } from './collection-resources.ts';
import { nameOf } from './converge.ts';
import type { Failure } from './failures.ts';
import { canonicalId, itemName } from './importing-names.ts';
import { importGroup } from './importing-zones.ts';
import { idKey, parseId, sameId, shortName } from './names.ts';
import { GROUP, KIND, type Spec, VERSION } from './object.ts';
import { ABSENT, type Reading } from './observed.ts';
import type {
  ArmId,
  Component,
  PrivateEndpoint,
  PrivateLinkScope,
  ScopeConnection,
  ScopedResource,
  Workspace,
} from './resources.ts';
import type { ZoneGroup } from './zone-resources.ts';

/** One link with what it leads to; no target when it is of a type that is not read. */
export interface FoundLink {
  readonly link: ScopedResource;
  readonly target?: Reading<Workspace | Component | DataCollectionEndpoint>;
}

export interface FoundConnection {
  readonly connection: ScopeConnection;
  readonly endpoint: Reading<PrivateEndpoint>;
  /** Its zone groups, where the endpoint is there. */
  readonly zoneGroups?: Reading<readonly ZoneGroup[]>;
}

/** A scope and all that hangs on it. */
export interface FoundScope {
  readonly scope: PrivateLinkScope;
  readonly links: readonly FoundLink[];
  readonly connections: readonly FoundConnection[];
}

/** What became of one resource, in words: `workspace law-a`. */
export interface ImportLine {
  readonly id: ArmId;
  readonly name: string;
  /** Absent: it was imported. */
  readonly skippedBecause?: string;
}

/** As `kubectl apply` takes it. */
export interface ImportedManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Spec;
}

export interface Imported {
  /** Absent when the scope lacks what an object must have. */
  readonly manifest?: ImportedManifest;
  readonly lines: readonly ImportLine[];
}

export interface ImportNaming {
  /** Default: the scope's own, as Kubernetes takes it. */
  readonly name?: string;
  readonly namespace?: string;
}

/** The CRD admits this many of each. */
const ITEMS_MAX = { workspace: 50, component: 50, dataCollectionEndpoint: 16 } as const;

/** One scope as one object. */
export function importScope(found: FoundScope, naming: ImportNaming): Imported {
  const { scope } = found;
  const links = linksOf(found.links);
  const { endpoint, zoneGroups, lines: connections } = connectionsOf(found.connections, scope);
  const obstacle =
    endpoint === undefined
      ? 'no private endpoint that could be imported is connected to it: create one, or write an object with spec.privateEndpoint.subnetId'
      : links.workspaces.length === 0
        ? 'no workspace that could be imported is linked to it, and an object needs one'
        : undefined;
  const at = { id: scope.id, name: nameOf(scope) };
  if (endpoint === undefined || obstacle !== undefined) {
    const skipped = { ...at, skippedBecause: obstacle ?? '' };
    return { lines: [skipped, ...[...links.lines, ...connections].map(line => asOrphan(line, scope))] };
  }
  const zones = importGroup(endpoint, zoneGroups);
  const manifest = manifestOf(found, { endpoint, zones: zones.spec }, links, naming);
  return { manifest, lines: [at, ...links.lines, ...connections, ...zones.lines] };
}

const asOrphan = (line: ImportLine, scope: PrivateLinkScope): ImportLine =>
  line.skippedBecause === undefined ? { ...line, skippedBecause: `${nameOf(scope)} was skipped` } : line;

/** Things of a resource group that hang on no scope that was read. */
export function importLeftovers(
  resources: readonly (Workspace | Component | PrivateEndpoint)[],
  told: readonly ImportLine[],
): readonly ImportLine[] {
  const known = new Set(told.map(({ id }) => idKey(id)));
  return resources
    .filter(({ id }) => !known.has(idKey(id)))
    .map(resource => ({ id: resource.id, name: nameOf(resource), skippedBecause: leftBecause(resource) }));
}

const leftBecause = (resource: Workspace | Component | PrivateEndpoint): string =>
  resource.kind === 'privateEndpoint'
    ? 'it does not connect to a private link scope that was read'
    : 'it is not linked to a private link scope that was read';

interface Items {
  readonly workspaces: Spec['workspaces'];
  readonly components: NonNullable<Spec['applicationInsights']>;
  readonly collectors: NonNullable<Spec['dataCollection']>['endpoints'];
  readonly lines: readonly ImportLine[];
}

function linksOf(links: readonly FoundLink[]): Items {
  const workspaces: Spec['workspaces'] = [];
  const components: NonNullable<Spec['applicationInsights']> = [];
  const collectors: NonNullable<Spec['dataCollection']>['endpoints'] = [];
  const byKind = { workspace: workspaces, component: components, dataCollectionEndpoint: collectors };
  const lines = links.map(({ link, target }): ImportLine => {
    const { targetId: id } = link;
    if (target?.is !== 'present') return { id, name: `link ${link.name}`, skippedBecause: notRead(id, target) };
    const { body } = target;
    const items = byKind[body.kind];
    const line = { id: body.id, name: nameOf(body) };
    const max = ITEMS_MAX[body.kind];
    if (items.length >= max) {
      return { ...line, skippedBecause: `an object takes ${max} of a kind at most; it stays linked as it is` };
    }
    items.push({ name: itemName(body, items), resourceId: canonicalId(body) });
    return line;
  });
  return { workspaces, components, collectors, lines };
}

function notRead(id: ArmId, target: Reading<unknown> | undefined): string {
  if (target?.is === 'absent') return `${shortName(id)}, which it links, is not there any more`;
  if (target?.is === 'unread')
    return `${shortName(id)}, which it links, cannot be read: ${failureText(target.failure)}`;
  const type = parseId(id)?.type ?? 'this type';
  return `resources of type ${type} are no part of an object; it stays linked as it is`;
}

const failureText = ({ message }: Failure): string => message;

interface Endpoints {
  readonly endpoint: PrivateEndpoint | undefined;
  readonly zoneGroups: Reading<readonly ZoneGroup[]>;
  readonly lines: readonly ImportLine[];
}

/** An object has one endpoint: an approved one, if possible of the scope's own resource group. */
function connectionsOf(connections: readonly FoundConnection[], scope: PrivateLinkScope): Endpoints {
  const there = connections.flatMap(({ endpoint }) => (endpoint.is === 'present' ? [endpoint.body] : []));
  const approved = there.filter(isApproved).sort((a, b) => (idKey(a.id) < idKey(b.id) ? -1 : 1));
  const chosen = approved.find(({ id }) => isBeside(id, scope.id)) ?? approved[0];
  const lines = connections.map(({ connection, endpoint }): ImportLine => {
    const id = connection.endpointId;
    const line = { id, name: `private endpoint ${shortName(id)}` };
    if (sameId(id, chosen?.id)) return line;
    return { ...line, skippedBecause: notChosen(endpoint, connection, chosen) };
  });
  const found = connections.find(({ connection }) => sameId(connection.endpointId, chosen?.id));
  return { endpoint: chosen, zoneGroups: found?.zoneGroups ?? ABSENT, lines };
}

const isApproved = ({ connectionStatus }: PrivateEndpoint): boolean => connectionStatus === 'Approved';

const isBeside = (a: ArmId, b: ArmId): boolean => {
  const [one, other] = [parseId(a), parseId(b)];
  const place = (id: typeof one) => `${id?.subscriptionId}/${id?.resourceGroup}`.toLowerCase();
  return one !== undefined && place(one) === place(other);
};

function notChosen(
  endpoint: Reading<PrivateEndpoint>,
  { status = 'unknown' }: ScopeConnection,
  chosen: PrivateEndpoint | undefined,
): string {
  if (endpoint.is === 'absent') return 'it is not there any more';
  if (endpoint.is === 'unread') return `it cannot be read: ${failureText(endpoint.failure)}`;
  if (!isApproved(endpoint.body)) return `its connection is ${endpoint.body.connectionStatus ?? status}`;
  return `an object has one private endpoint, and ${chosen?.name} is it: write another object for this one, with another DNS target`;
}

function manifestOf(
  { scope }: FoundScope,
  {
    endpoint,
    zones,
  }: { readonly endpoint: PrivateEndpoint; readonly zones: Pick<Spec['privateEndpoint'], 'zoneGroup'> },
  { workspaces, components, collectors }: Items,
  { name, namespace }: ImportNaming,
): ImportedManifest {
  const place = parseId(scope.id);
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: KIND,
    metadata: { name: name ?? objectName(scope.name), ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      subscriptionId: place?.subscriptionId ?? '',
      resourceGroup: place?.resourceGroup ?? '',
      location: endpoint.location.toLowerCase().replaceAll(' ', ''),
      workspaces,
      ...(components.length === 0 ? {} : { applicationInsights: components }),
      privateLinkScope: { resourceId: canonicalId(scope) },
      privateEndpoint: { resourceId: canonicalId(endpoint), ...zones },
      ...(collectors.length === 0 ? {} : { dataCollection: { endpoints: collectors } }),
    },
  };
}

const OBJECT_NAME_MAX = 63;

/** `AMPLS_Hub.(1)` -> `ampls-hub-1` */
export const objectName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, OBJECT_NAME_MAX)
    .replace(/^-+|-+$/g, '') || 'imported';
