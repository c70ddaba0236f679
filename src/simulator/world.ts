/**
 * The state of one simulated Azure: every resource, every operation, what is due later. Holds state and the few rules
 * that concern all types (time, etags, what settles when); the rules of a type are in types/ and network/.
 */
import { randomUUID } from 'node:crypto';
import type { SimulatorClock } from './clock.ts';
import type { Latency, Work } from './latency.ts';
import { ResourceMap } from './resource-map.ts';
import type * as resources from './resources.ts';

export interface WorldOptions {
  readonly clock: SimulatorClock;
  readonly latency: Latency;
  readonly tenantId: string;
  readonly subscriptionId: string;
}

export class World {
  readonly clock: SimulatorClock;
  readonly latency: Latency;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** `https://host:port`; set once the server listens, before the first call. */
  endpoint = '';

  readonly resourceGroups = new ResourceMap<resources.ResourceGroup>();
  readonly virtualNetworks = new ResourceMap<resources.VirtualNetwork>();
  readonly subnets = new ResourceMap<resources.Subnet>();
  readonly workspaces = new ResourceMap<resources.Workspace>();
  readonly deletedWorkspaces = new ResourceMap<resources.Workspace>();
  readonly dataCollectionEndpoints = new ResourceMap<resources.DataCollectionEndpoint>();
  readonly scopes = new ResourceMap<resources.PrivateLinkScope>();
  readonly links = new ResourceMap<resources.ScopedResource>();
  readonly connections = new ResourceMap<resources.EndpointConnection>();
  readonly privateEndpoints = new ResourceMap<resources.PrivateEndpoint>();
  readonly networkInterfaces = new ResourceMap<resources.NetworkInterface>();
  readonly zoneGroups = new ResourceMap<resources.ZoneGroup>();
  readonly operations = new ResourceMap<resources.Operation>();

  readonly #due: (() => void)[] = [];
  readonly #timers = new Set<() => void>();
  readonly #forgottenAtMs = new Map<string, number>();
  #etagCount = 0x19003318;

  constructor(options: WorldOptions) {
    this.clock = options.clock;
    this.latency = options.latency;
    this.tenantId = options.tenantId;
    this.subscriptionId = options.subscriptionId;
  }

  /**
   * Does `change` when the work has settled. With no latency that is right after the answer was made (`settleDue`), so
   * that the answer still shows the state in between.
   */
  settle(work: Work, change: () => void): void {
    const settleMs = this.latency.settleMs(work);
    if (settleMs === 0) {
      this.#due.push(change);
      return;
    }
    const cancel = this.clock.after(this.latency.answerMs(work) + settleMs, () => {
      this.#timers.delete(cancel);
      change();
      this.settleDue();
    });
    this.#timers.add(cancel);
  }

  /** Runs what is due, and what that makes due in turn. */
  settleDue(): void {
    for (let change = this.#due.shift(); change !== undefined; change = this.#due.shift()) change();
  }

  /** After a delete, for a moment, the provider itself answers that there is nothing (another body than the gateway's). */
  forget(id: string): void {
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
    return `W/"${randomUUID()}"`;
  }

  /** Nothing of this world happens any more. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#due.length = 0;
  }
}
