/**
 * Ports that can only be read: `pms plan` and `pms check` look at the world through them, so that no mistake of theirs
 * can write. src/commands only.
 */
import { failed, PortError, stalled } from '../../domain/failures.ts';
import type { Azure, Cluster, Prober } from '../../ports.ts';
import type { ConfigMapStore, ConfigMapView, DnsTarget, DnsTargets } from '../../ports-dns.ts';

const refuse = (): never => {
  throw new TypeError('this command only reads');
};

/** Whether this machine reaches a private endpoint says nothing about a plan. */
const NOT_MEASURED = { outcome: 'Unclear', detail: 'the path is not measured by this command' } as const;

/** In place of a prober: no address is dialled. */
export const noProber: Prober = { from: 'nowhere', look: async () => NOT_MEASURED };

/** Azure without its writes: they throw a TypeError and send nothing. */
export const readOnlyAzure = <T extends Azure>(azure: T): T => ({
  ...azure,
  create: async () => refuse(),
  update: async () => refuse(),
  untag: async () => refuse(),
  setAccess: async () => refuse(),
  query: async () => NOT_MEASURED,
  logs: async () => NOT_MEASURED,
  remove: async () => refuse(),
});

/** An API server with no objects, which takes none: these commands bring their own object. */
export const noCluster: Cluster = {
  object: () => undefined,
  objects: () => [],
  setFinalizer: async () => refuse(),
  applyStatus: async () => refuse(),
  emit: refuse,
};

/** The one ConfigMap that is read beside the targets', as it was a moment ago. */
export const readOnlyConfigMaps = (found: ConfigMapView | undefined): ConfigMapStore => ({
  read: async () => found,
  apply: async () => refuse(),
  remove: async () => refuse(),
});

/** Targets without their writes. Their servers are not asked: what they answer now says nothing about a plan. */
export const readOnlyTargets = (targets: DnsTargets): DnsTargets => ({
  all: targets.all.map(readOnlyTarget),
  find: name => {
    const found = targets.find(name);
    return found && readOnlyTarget(found);
  },
  allows: targets.allows,
});

const notAsked = () => new PortError(stalled('NoDnsEndpoint', 'the DNS servers are not asked by this command'));

const readOnlyTarget = (target: DnsTarget): DnsTarget => ({
  name: target.name,
  draining: target.draining,
  read: signal => target.read(signal),
  publish: async () => refuse(),
  confirm: async () => refuse(),
  servers: () => Promise.reject(notAsked()),
});

/** In place of targets that nobody configured: each is there and cannot be read, for this reason. */
export const unreadTargets = (why: string): DnsTargets => ({
  all: [],
  find: name =>
    readOnlyTarget({
      name,
      draining: false,
      read: () => Promise.reject(new PortError(failed('ClusterUnreachable', why))),
      publish: async () => refuse(),
      confirm: async () => refuse(),
      servers: () => Promise.reject(notAsked()),
    }),
  allows: () => true,
});
