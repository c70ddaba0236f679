/**
 * What the page shows, taken from the world: a picture, the names of private endpoints, operations under way, machines.
 * Data only; how it looks is in picture.ts and document.ts.
 */
import { visibleAddresses } from '../network/interface-members.ts';
import { sameId } from '../resource-map.ts';
import type { PrivateEndpoint, PublicAccess, ScopedResource } from '../resources.ts';
import type { World } from '../world.ts';
import type { Edge, Node, Picture, Tone } from './picture.ts';

/** So many of a kind are drawn; a page with thousands tells nobody anything. */
const mostNodes = 14;

const lastPart = (id: string): string => id.split('/').at(-1) ?? id;

function toneOf(state: string): Tone {
  if (state === 'Succeeded' || state === 'Approved') return 'good';
  return /^(Failed|Canceled|Rejected|Disconnected)$/.test(state) ? 'bad' : 'wait';
}

function endpointNode(world: World, endpoint: PrivateEndpoint): Node {
  const { connection, state } = endpoint;
  const addresses = world.networkInterfaces.get(endpoint.interfaceId)?.addresses.length ?? 0;
  const subnet = world.subnets.get(endpoint.subnetId);
  const network = subnet === undefined ? '' : lastPart(subnet.networkId);
  return {
    key: endpoint.id,
    title: endpoint.name,
    lines: [`${state}, ${connection.status.toLowerCase()}`, `${addresses} addresses`],
    tone: state === 'Succeeded' ? toneOf(connection.status) : toneOf(state),
    frame: `${network} / ${subnet?.name ?? ''} ${subnet?.addressPrefix ?? ''}`,
  };
}

const openness = (query: PublicAccess, ingestion: PublicAccess): string => {
  if (query === 'Enabled' && ingestion === 'Enabled') return 'open to public networks';
  if (query !== 'Enabled' && ingestion !== 'Enabled') return 'closed to public networks';
  return `public: query ${query.toLowerCase()}, ingestion ${ingestion.toLowerCase()}`;
};

function targetNodes(world: World): readonly Node[] {
  const workspaces = world.workspaces.all().map(each => ({
    key: each.id.toLowerCase(),
    title: each.name,
    lines: [`workspace, ${each.location}`, openness(each.query, each.ingestion)],
    tone: toneOf(each.state),
  }));
  const endpoints = world.dataCollectionEndpoints.all().map(each => ({
    key: each.id.toLowerCase(),
    title: each.name,
    lines: [`data collection endpoint, ${each.location}`, openness(each.publicAccess, each.publicAccess)],
    tone: 'good' as const,
  }));
  const components = world.components.all().map(each => ({
    key: each.id.toLowerCase(),
    title: each.name,
    lines: [`Application Insights, ${each.location}`, openness(each.query, each.ingestion)],
    tone: 'good' as const,
  }));
  return [...workspaces, ...endpoints, ...components];
}

const scopeNodes = (world: World): readonly Node[] =>
  world.scopes.all().map(each => ({
    key: each.id,
    title: each.name,
    lines: [`query ${each.accessModes.query}, ingestion ${each.accessModes.ingestion}`],
    tone: toneOf(each.state),
  }));

const emptySubnets = (world: World): readonly Node[] =>
  world.subnets
    .all()
    .filter(subnet => world.networkInterfaces.where('subnet', subnet.id).length === 0)
    .map(subnet => ({
      key: subnet.id,
      title: `${lastPart(subnet.networkId)} / ${subnet.name}`,
      lines: [`subnet ${subnet.addressPrefix}, free`],
      tone: 'idle' as const,
    }));

const linkEdge = (link: ScopedResource): Edge => ({
  from: link.scopeId,
  to: link.linkedResourceId.toLowerCase(),
  tone: toneOf(link.state),
  label: `${link.name}: ${link.state}`,
});

function column(heading: string, nodes: readonly Node[]): Picture['columns'][number] {
  return { heading, nodes: nodes.slice(0, mostNodes), more: Math.max(0, nodes.length - mostNodes) };
}

export function pictureOf(world: World): Picture {
  const endpoints = world.privateEndpoints.all().map(each => endpointNode(world, each));
  const framed = endpoints.toSorted((one, other) => (one.frame ?? '').localeCompare(other.frame ?? ''));
  const toScopes = world.privateEndpoints.all().map(({ id, scopeId, connection }) => ({
    from: id,
    to: world.scopes.get(scopeId)?.id ?? scopeId,
    tone: toneOf(connection.status),
    label: `${connection.name}: ${connection.status}`,
  }));
  return {
    columns: [
      column('Private endpoints', [...framed, ...emptySubnets(world)]),
      column('Private link scopes', scopeNodes(world)),
      column('What they hold', targetNodes(world)),
    ],
    edges: [...toScopes, ...world.links.all().map(linkEdge)],
  };
}

export interface EndpointNames {
  readonly endpoint: string;
  readonly names: readonly {
    readonly address: string;
    readonly member: string;
    readonly fqdns: readonly string[];
    readonly listens: boolean;
  }[];
}

/** The names of each private endpoint, as far as its interface shows them. */
export function endpointNames(world: World, listening: readonly string[]): readonly EndpointNames[] {
  const open = new Set(listening);
  return world.privateEndpoints
    .all()
    .slice(0, mostNodes)
    .map(({ name, interfaceId }) => {
      const nic = world.networkInterfaces.get(interfaceId);
      const addresses = nic === undefined ? [] : visibleAddresses(world, nic);
      return {
        endpoint: name,
        names: addresses.map(({ address, member, fqdns }) => ({ address, member, fqdns, listens: open.has(address) })),
      };
    });
}

export interface UnderWay {
  readonly title: string;
  readonly resource: string;
  readonly startedAtMs: number;
}

export const operationsUnderWay = (world: World): readonly UnderWay[] =>
  world.operations
    .all()
    .filter(each => each.status === 'InProgress')
    .map(({ title, resourceId, startedAtMs }) => ({ title, resource: lastPart(resourceId), startedAtMs }));

export interface MachineView {
  readonly name: string;
  readonly rules: number;
  readonly configuredBy: string;
  readonly agent: string;
}

export function machines(world: World, agents: ReadonlyMap<string, string>): readonly MachineView[] {
  return world.machines
    .all()
    .slice(0, mostNodes)
    .map(machine => {
      const associations = world.ruleAssociations.where('machine', machine.id);
      const endpoint = associations.find(each => each.endpointId !== undefined)?.endpointId;
      const known = world.dataCollectionEndpoints
        .all()
        .find(each => endpoint !== undefined && sameId(each.id, endpoint));
      return {
        name: machine.name,
        rules: associations.filter(each => each.ruleId !== undefined).length,
        configuredBy: known?.name ?? (endpoint === undefined ? '' : lastPart(endpoint)),
        agent: agents.get(machine.id) ?? '',
      };
    });
}
