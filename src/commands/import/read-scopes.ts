/**
 * Reads what `pms import` makes an object of: a scope, its links with what they lead to, its connections with their
 * endpoints. GETs and lists alone; what cannot be read is told as such and stops nothing else. src/commands only.
 */
import { failureOf, PortError, stalled } from '../../domain/failures.ts';
import type { FoundConnection, FoundLink, FoundScope } from '../../domain/importing.ts';
import { type Place, parseId } from '../../domain/names.ts';
import { ABSENT, present, type Reading, unread } from '../../domain/observed.ts';
import type {
  Component,
  PrivateEndpoint,
  PrivateLinkScope,
  ScopeConnection,
  ScopedResource,
  Workspace,
} from '../../domain/resources.ts';
import type { Azure, AzureInquiry } from '../../ports.ts';

type Reader = Pick<Azure, 'get' | 'scopeLinks' | 'zoneGroups'> & Pick<AzureInquiry, 'list'>;

/** One scope by its id. Throws PortError NotFound when it is not there. */
export async function readScope(azure: Reader, id: string, signal: AbortSignal): Promise<FoundScope> {
  const scope = await azure.get('privateLinkScope', id, signal);
  if (scope === undefined) throw new PortError(stalled('NotFound', `there is no private link scope ${id}`));
  return around(azure, scope, signal);
}

/** What a resource group holds of the kinds that an object can adopt. */
export interface GroupContents {
  readonly scopes: readonly FoundScope[];
  readonly others: readonly (Workspace | Component | PrivateEndpoint)[];
}

/** All of a resource group. Throws PortError ResourceGroupNotFound when it is not there. */
export async function readGroup(azure: Reader, place: Place, signal: AbortSignal): Promise<GroupContents> {
  const [scopes, workspaces, components, endpoints] = await Promise.all([
    azure.list('privateLinkScope', place, signal),
    azure.list('workspace', place, signal),
    azure.list('component', place, signal),
    azure.list('privateEndpoint', place, signal),
  ]);
  if (scopes === undefined) {
    const { resourceGroup, subscriptionId } = place;
    const text = `there is no resource group ${resourceGroup} in subscription ${subscriptionId}, or the identity has no right to see it`;
    throw new PortError(stalled('ResourceGroupNotFound', text));
  }
  // Whoever is connected to a scope is told by a GET of it; a list may leave that out.
  const found = await Promise.all(scopes.map(({ id }) => readScope(azure, id, signal)));
  return { scopes: found, others: [...(workspaces ?? []), ...(components ?? []), ...(endpoints ?? [])] };
}

async function around(azure: Reader, scope: PrivateLinkScope, signal: AbortSignal): Promise<FoundScope> {
  const links = await azure.scopeLinks(scope.id, signal);
  return {
    scope,
    links: await Promise.all(links.map(link => withTarget(azure, link, signal))),
    connections: await Promise.all(scope.connections.map(connection => withEndpoint(azure, connection, signal))),
  };
}

const KINDS = {
  'microsoft.operationalinsights/workspaces': 'workspace',
  'microsoft.insights/components': 'component',
  'microsoft.insights/datacollectionendpoints': 'dataCollectionEndpoint',
} as const;

const isRead = (type: string): type is keyof typeof KINDS => Object.hasOwn(KINDS, type);

async function withTarget(azure: Reader, link: ScopedResource, signal: AbortSignal): Promise<FoundLink> {
  const type = parseId(link.targetId)?.type.toLowerCase() ?? '';
  if (!isRead(type)) return { link };
  return { link, target: await reading(() => azure.get(KINDS[type], link.targetId, signal), signal) };
}

async function withEndpoint(azure: Reader, connection: ScopeConnection, signal: AbortSignal): Promise<FoundConnection> {
  const id = connection.endpointId;
  const endpoint = await reading(() => azure.get('privateEndpoint', id, signal), signal);
  if (endpoint.is !== 'present') return { connection, endpoint };
  return { connection, endpoint, zoneGroups: await reading(() => azure.zoneGroups(id, signal), signal) };
}

async function reading<T>(read: () => Promise<T | undefined>, signal: AbortSignal): Promise<Reading<T>> {
  try {
    const body = await read();
    return body === undefined ? ABSENT : present(body);
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(failureOf(thrown));
  }
}
