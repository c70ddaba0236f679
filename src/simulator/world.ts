/**
 * The state of one simulated Azure: every resource, every operation, what is due later. Holds state and the few rules
 * that concern all types (time, etags, what settles when); the rules of a type are in types/ and network/.
 */

import type { SimulatorClock } from './clock.ts';
import { newGuid } from './guid.ts';
import type { Latency, Work } from './latency.ts';
import { type Identified, ResourceMap } from './resource-map.ts';
import type * as resources from './resources.ts';
import type * as machines from './resources-machines.ts';
import type * as management from './resources-management.ts';
import type { Operation } from './resources-operations.ts';
import { Settling } from './settling.ts';

export interface WorldOptions {
  readonly clock: SimulatorClock;
  readonly latency: Latency;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Default: enabled, called `Simulated subscription`. */
  readonly subscription?: management.SubscriptionFacts;
  /** Resources on a page of a list; default: all of them. */
  readonly pageSize?: number;
}

/** How the work that the present call starts is to end, when a fault plan says so; otherwise it succeeds. */
export type Outcome =
  | { readonly kind: 'Failed' | 'Canceled'; readonly error?: Readonly<Record<string, unknown>> }
  | { readonly kind: 'never' | 'lost' };

/** One resource put (no `before`: new) or deleted (no `after`). */
export interface WorldChange {
  /** The field of the world that holds it, e.g. `privateEndpoints`. */
  readonly collection: string;
  readonly before: Identified | undefined;
  readonly after: Identified | undefined;
}

export class World {
  readonly clock: SimulatorClock;
  readonly latency: Latency;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly subscription: management.SubscriptionFacts;
  readonly pageSize: number | undefined;
  /** `https://host:port`; set once the server listens, before the first call. */
  endpoint = '';
  /** Set by the frame for the length of one (synchronous) handler; read by what starts long-running work. */
  outcome: Outcome | undefined;

  /** Whether workspaces give their shared keys away; from the seed. */
  sharedKeysAllowed = false;

  readonly resourceGroups = new ResourceMap<resources.ResourceGroup>();
  readonly virtualNetworks = new ResourceMap<resources.VirtualNetwork>();
  readonly subnets = new ResourceMap<resources.Subnet>();
  readonly securityGroups = new ResourceMap<resources.SecurityGroup>();
  readonly privateDnsZones = new ResourceMap<resources.PrivateDnsZone>();
  readonly recordSets = new ResourceMap<resources.RecordSet, 'zone'>({ zone: each => each.zoneId });
  readonly zoneLinks = new ResourceMap<resources.ZoneLink, 'network'>({ network: each => each.networkId });
  readonly workspaces = new ResourceMap<resources.Workspace>();
  readonly deletedWorkspaces = new ResourceMap<resources.Workspace>();
  readonly components = new ResourceMap<machines.Component>();
  readonly dataCollectionEndpoints = new ResourceMap<machines.DataCollectionEndpoint>();
  readonly dataCollectionRules = new ResourceMap<machines.DataCollectionRule>();
  readonly ruleAssociations = new ResourceMap<machines.RuleAssociation, 'machine' | 'rule' | 'endpoint'>({
    machine: each => each.machineId,
    rule: each => each.ruleId,
    endpoint: each => each.endpointId,
  });
  readonly machines = new ResourceMap<machines.Machine, 'scope'>({ scope: each => each.privateLinkScopeId });
  readonly machineExtensions = new ResourceMap<machines.MachineExtension>();
  readonly scopes = new ResourceMap<resources.PrivateLinkScope>();
  readonly hybridScopes = new ResourceMap<machines.HybridScope>();
  readonly foreignServices = new ResourceMap<resources.ForeignService>();
  readonly links = new ResourceMap<resources.ScopedResource, 'scope' | 'target'>({
    scope: each => each.scopeId,
    target: each => each.linkedResourceId,
  });
  readonly connections = new ResourceMap<resources.EndpointConnection, 'scope' | 'endpoint'>({
    scope: each => each.scopeId,
    endpoint: each => each.endpointId,
  });
  readonly privateEndpoints = new ResourceMap<resources.PrivateEndpoint, 'scope' | 'subnet'>({
    scope: each => each.scopeId,
    subnet: each => each.subnetId,
  });
  readonly networkInterfaces = new ResourceMap<resources.NetworkInterface, 'subnet' | 'address'>({
    subnet: each => each.subnetId,
    address: each => each.addresses.map(({ address }) => `${each.subnetId} ${address}`),
  });
  readonly zoneGroups = new ResourceMap<resources.ZoneGroup, 'zone'>({
    zone: each => each.configs.map(({ zoneId }) => zoneId),
  });
  readonly locks = new ResourceMap<management.Lock>();
  readonly roleAssignments = new ResourceMap<management.RoleAssignment, 'client'>({ client: each => each.clientId });
  readonly policyDenials = new ResourceMap<management.PolicyDenial>();
  readonly registrations = new ResourceMap<management.ProviderRegistration>();
  readonly operations = new ResourceMap<Operation, 'resource'>({ resource: each => each.resourceId });

  readonly #settling: Settling;
  readonly #watchers = new Set<(change: WorldChange) => void>();
  #imagining = false;
  readonly #forgottenAtMs = new Map<string, number>();
  #etagCount = 0x19003318;

  constructor(options: WorldOptions) {
    this.clock = options.clock;
    this.latency = options.latency;
    this.tenantId = options.tenantId;
    this.subscriptionId = options.subscriptionId;
    this.subscription = options.subscription ?? { displayName: 'Simulated subscription', state: 'Enabled' };
    this.pageSize = options.pageSize;
    this.#settling = new Settling(options.clock);
    for (const [collection, map] of this.collections()) {
      map.watch((before, after) => {
        if (!this.#imagining) for (const tell of this.#watchers) tell({ collection, before, after });
      });
    }
  }

  /** Every set of resources, by the name of its field. */
  collections(): ReadonlyMap<string, ResourceMap<Identified>> {
    return new Map(Object.entries(this).filter(([, value]) => value instanceof ResourceMap));
  }

  /** Calls back after each change of a resource or an operation, until the returned function is called. */
  watch(watcher: (change: WorldChange) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** What `look` sees once everything under way has ended. The world itself stays as it is, and nobody is told. */
  foresee<T>(look: () => T): T {
    return this.imagine(() => this.#settling.rehearse(), look);
  }

  /** What `look` sees of the world after `change`. All is put back then, also what `look` changed; nobody is told. */
  imagine<T>(change: () => void, look: () => T): T {
    const before = [...this.collections().values()].map(map => ({ map, resources: map.all() }));
    this.#imagining = true;
    try {
      change();
      return look();
    } finally {
      for (const { map, resources: those } of before) replaceAll(map, those);
      this.#imagining = false;
    }
  }

  /** Everything is gone, also what was to come. */
  clear(): void {
    this.#settling.stop();
    this.#forgottenAtMs.clear();
    for (const map of this.collections().values()) for (const { id } of map.all()) map.delete(id);
  }

  /**
   * Does `change` when the work has settled. With no latency that is right after the answer was made (`settleDue`), so
   * that the answer still shows the state in between.
   */
  settle(work: Work, change: () => void): void {
    const settleMs = this.latency.settleMs(work);
    this.#settling.add(change, settleMs === 0 ? undefined : this.latency.answerMs(work) + settleMs);
  }

  /** Runs what is due, and what that makes due in turn. */
  settleDue(): void {
    this.#settling.runDue();
  }

  /** After a delete, for a moment, the provider itself answers that there is nothing (another body than the gateway's). */
  forget(id: string): void {
    if (this.#imagining) return;
    this.#forgottenAtMs.set(id.toLowerCase(), this.clock.now() + this.latency.settleMs('providerForgets'));
  }

  justForgotten(id: string): boolean {
    const until = this.#forgottenAtMs.get(id.toLowerCase());
    if (until === undefined) return false;
    if (until > this.clock.now()) return true;
    this.#forgottenAtMs.delete(id.toLowerCase());
    return false;
  }

  /** The form of Microsoft.Insights and Microsoft.OperationalInsights: a body field with its own quotes. */
  documentEtag(): string {
    this.#etagCount += 2;
    const seconds = Math.floor(this.clock.now() / 1000);
    return `"${this.#etagCount.toString(16).padStart(8, '0')}-0000-0100-0000-${seconds.toString(16)}0000"`;
  }

  /** The form of Microsoft.Network: weak, a GUID, a body field and a header of GET. */
  networkEtag(): string {
    return `W/"${newGuid()}"`;
  }

  /** Nothing of this world happens any more. */
  stop(): void {
    this.#settling.stop();
  }
}

/** Puts a set back to what it held, in that order. */
function replaceAll(map: ResourceMap<Identified>, resources: readonly Identified[]): void {
  const now = map.all();
  if (now.length === resources.length && now.every((each, index) => each === resources[index])) return;
  map.clear();
  for (const resource of resources) map.put(resource);
}
