/**
 * The part `server` of a DNS target that writes a server block into somebody's CoreDNS: what that CoreDNS is like.
 * Everything here ends up in a Corefile, so every word has a strict form. src/config/targets.ts uses it; the results
 * have the shapes of `CustomServerConfig` and `CorefileConfig` in src/coredns. Source: facts coredns 1, 2.
 */
import { isIP } from 'node:net';
import { type Fields, fields, LABEL, name, SUBDOMAIN, shown, whole, words } from './fields.ts';
import type { Report } from './problems.ts';

interface BlockConfig {
  readonly port: number;
  readonly bind: readonly string[];
  readonly forward: readonly string[];
  readonly metricsPort: number;
  readonly extraPlugins: readonly string[];
}

export interface CustomServerServerConfig extends BlockConfig {
  readonly directory: string;
  readonly records: 'File' | 'Inline';
  readonly corefile: { readonly configMap: string; readonly key: string };
}

export interface CorefileServerConfig extends BlockConfig {
  readonly key: string;
  readonly store: { readonly namespace: string; readonly name: string };
}

const BLOCK_FIELDS = ['port', 'bind', 'forward', 'metricsPort', 'extraPlugins'];
const PATH = /^(\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/;
/** A key of a ConfigMap (Kubernetes: ConfigMaps). */
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** The server part of a CustomServer target, with what AKS and k3s have as defaults. */
export function readCustomServer(value: unknown, path: string, report: Report): CustomServerServerConfig {
  const server = fields(value, path, [...BLOCK_FIELDS, 'directory', 'records', 'corefile'], report);
  const corefile = fields(server.corefile ?? {}, `${path}.corefile`, ['configMap', 'key'], report);
  return {
    ...readBlock(server, path, report),
    directory: text(server.directory ?? '/etc/coredns/custom', `${path}.directory`, PATH, report),
    records: records(server.records, `${path}.records`, report),
    corefile: {
      configMap: name(corefile.configMap ?? 'coredns', `${path}.corefile.configMap`, SUBDOMAIN, report),
      key: text(corefile.key ?? 'Corefile', `${path}.corefile.key`, KEY, report),
    },
  };
}

/** The server part of a Corefile target; `store` has no default. */
export function readCorefileServer(value: unknown, path: string, report: Report): CorefileServerConfig {
  const server = fields(value, path, [...BLOCK_FIELDS, 'key', 'store'], report);
  const store = fields(server.store, `${path}.store`, ['namespace', 'configMap'], report);
  return {
    ...readBlock(server, path, report),
    key: text(server.key ?? 'Corefile', `${path}.key`, KEY, report),
    store: {
      namespace: name(store.namespace, `${path}.store.namespace`, LABEL, report),
      name: name(store.configMap, `${path}.store.configMap`, SUBDOMAIN, report),
    },
  };
}

function readBlock(server: Fields, path: string, report: Report): BlockConfig {
  const port = { from: 1, to: 65_535 };
  const bind = { isWord: (word: string) => isIP(word) !== 0 && !word.includes('%'), meaning: 'an IP address' };
  const forward = { isWord: isUpstream, meaning: 'an address, as 10.0.0.2 or 10.0.0.2:53, or /etc/resolv.conf' };
  const plugins = { isWord: (word: string) => /^[a-z0-9_-]{1,40}$/.test(word), meaning: 'a directive of CoreDNS' };
  const upstreams = words(server.forward ?? ['/etc/resolv.conf'], `${path}.forward`, forward, report);
  if (upstreams.length === 0) report(`${path}.forward is empty: leave it out for /etc/resolv.conf`);
  return {
    port: whole(server.port, `${path}.port`, { ...port, otherwise: 53 }, report),
    bind: words(server.bind ?? [], `${path}.bind`, bind, report),
    forward: upstreams,
    metricsPort: whole(server.metricsPort, `${path}.metricsPort`, { ...port, otherwise: 9153 }, report),
    extraPlugins: words(server.extraPlugins ?? [], `${path}.extraPlugins`, plugins, report),
  };
}

/** An address with or without a port, or a file. Never a name: CoreDNS takes none. */
function isUpstream(word: string): boolean {
  if (PATH.test(word) || (isIP(word) !== 0 && !word.includes('%'))) return true;
  const [, address = '', port = ''] = /^\[?([0-9a-fA-F.:]+?)\]?:([0-9]{1,5})$/.exec(word) ?? [];
  return isIP(address) !== 0 && Number(port) >= 1 && Number(port) <= 65_535;
}

function records(value: unknown, path: string, report: Report): 'File' | 'Inline' {
  if (value === undefined || value === 'File') return 'File';
  if (value !== 'Inline') report(`${path} is ${shown(value)}: it must be File or Inline`);
  return 'Inline';
}

function text(value: unknown, path: string, pattern: RegExp, report: Report): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  report(`${path} is ${shown(value)}: it must be ${pattern === PATH ? 'an absolute path' : 'a key of a ConfigMap'}`);
  return '';
}
