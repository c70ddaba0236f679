/**
 * The DNS targets of the operator's configuration, by name. The controller gets them as `DnsTargets`; whoever watches
 * ConfigMaps goes through `all` and calls `repair`. The operator and the demo make them.
 */
import type { ConfigMapRef, DnsTargets } from '../ports-dns.ts';
import { type CorefileConfig, createCorefileTarget } from './corefile-target.ts';
import { type CustomServerConfig, createCustomServerTarget } from './custom-server-target.ts';
import { createHostsFileTarget, type HostsFileConfig } from './hosts-file-target.ts';
import type { LineTarget } from './line-target.ts';
import type { TargetDeps } from './target-config.ts';

export type TargetConfig = HostsFileConfig | CustomServerConfig | CorefileConfig;

export interface Targets extends DnsTargets {
  /** In the order of the configuration. */
  readonly all: readonly LineTarget[];
}

/** The ConfigMaps that a target reads its lines from and must be told the changes of; the first has the lines. */
export function configMapsOf(config: TargetConfig): readonly ConfigMapRef[] {
  const written = { namespace: config.namespace, name: config.configMap };
  return config.kind === 'Corefile' ? [config.server.store, written] : [written];
}

/**
 * Touches nothing. Throws a TypeError when two targets have one name or write one ConfigMap, and when a kind that writes
 * a server block is given no `deps.reload`.
 */
export function createTargets(configs: readonly TargetConfig[], deps: TargetDeps): Targets {
  const byName = new Map(configs.map(config => [config.name, createTarget(config, deps)]));
  const places = configs.flatMap(configMapsOf).map(({ namespace, name }) => `${namespace}/${name}`);
  if (byName.size !== configs.length || new Set(places).size !== places.length) {
    throw new TypeError('DNS targets: names and ConfigMaps must each be there once: one writer for each ConfigMap');
  }
  const allowed = new Map(configs.map(config => [config.name, new Set(config.allowedNamespaces)]));
  return {
    all: [...byName.values()],
    find: name => byName.get(name),
    allows: (name, namespace) => {
      const namespaces = allowed.get(name);
      return namespaces !== undefined && (namespaces.has('*') || namespaces.has(namespace));
    },
  };
}

function createTarget(config: TargetConfig, deps: TargetDeps): LineTarget {
  if (config.kind === 'HostsFile') return createHostsFileTarget(config, deps);
  const { reload } = deps;
  if (reload === undefined) throw new TypeError(`DNS target ${config.name}: kind ${config.kind} needs to see reloads`);
  return config.kind === 'CustomServer'
    ? createCustomServerTarget(config, deps, reload)
    : createCorefileTarget(config, deps, reload);
}
