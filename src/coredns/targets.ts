/**
 * The DNS targets of the operator's configuration, by name. The controller gets them as `DnsTargets`; whoever watches
 * ConfigMaps goes through `all` and calls `repair`. The operator and the demo make them.
 */
import type { DnsTargets } from '../ports.ts';
import {
  createHostsFileTarget,
  type HostsFileConfig,
  type HostsFileTarget,
  type TargetDeps,
} from './hosts-file-target.ts';

export interface Targets extends DnsTargets {
  /** In the order of the configuration. */
  readonly all: readonly HostsFileTarget[];
}

/** Touches nothing. Throws a TypeError when two targets have one name or write one ConfigMap. */
export function createTargets(configs: readonly HostsFileConfig[], deps: TargetDeps): Targets {
  const byName = new Map(configs.map(config => [config.name, createHostsFileTarget(config, deps)]));
  const places = new Set(configs.map(config => `${config.namespace}/${config.configMap}`));
  if (byName.size !== configs.length || places.size !== configs.length) {
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
