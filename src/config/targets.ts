/**
 * The DNS targets of the operator's configuration file: the administrator's word on where records may be written and by
 * which namespaces. Text in, plain data out; the file is read by whoever calls. The result has the shape of
 * `HostsFileConfig` of src/coredns/hosts-file-target.ts. Source: design section 7.
 */
import { isIP } from 'node:net';
import { parse } from 'yaml';
import type { Report } from './problems.ts';

export interface ServerConfig {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface TargetConfig {
  readonly name: string;
  readonly kind: 'HostsFile';
  readonly namespace: string;
  readonly configMap: string;
  /** `*` is every namespace. */
  readonly allowedNamespaces: readonly string[];
  readonly service?: { readonly namespace: string; readonly service: string; readonly port?: string };
  readonly servers?: readonly ServerConfig[];
  readonly ttlSeconds: number;
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const DEFAULT_TTL_SECONDS = 60;
const DNS_PORT = 53;

/** The targets of a configuration file. Reports every problem with its path: `targets[0].servers[1]`. */
export function readTargets(text: string, file: string, report: Report): readonly TargetConfig[] {
  const root = parseYaml(text, problem => report(`${file}: ${problem}`));
  if (root === undefined) return [];
  const told: Report = problem => report(`${file}: ${problem}`);
  const targets = list(fields(root.value, '', ['targets'], told).targets, 'targets', told).map((item, index) =>
    readTarget(item, `targets[${index}]`, told),
  );
  reportRepeated(targets, told);
  return targets;
}

/** `undefined` when it is not YAML; an alias that leads nowhere shows only when the document becomes data. */
function parseYaml(text: string, report: Report): { readonly value: unknown } | undefined {
  try {
    return { value: parse(text) };
  } catch (thrown) {
    report(thrown instanceof Error ? thrown.message : String(thrown));
    return undefined;
  }
}

function readTarget(value: unknown, path: string, report: Report): TargetConfig {
  const known = ['name', 'kind', 'namespace', 'configMap', 'allowedNamespaces', 'service', 'servers', 'ttlSeconds'];
  const target = fields(value, path, known, report);
  const at = (field: string) => `${path}.${field}`;
  if (target.kind !== undefined && target.kind !== 'HostsFile') {
    report(`${at('kind')} is ${shown(target.kind)}: the only kind there is is HostsFile`);
  }
  const { service, servers } = target;
  if ((service === undefined) === (servers === undefined)) {
    report(`${path}: exactly one of service and servers is needed: the DNS endpoints that must answer`);
  }
  const namespaces = list(target.allowedNamespaces, at('allowedNamespaces'), report);
  return {
    name: name(target.name, at('name'), LABEL, report),
    kind: 'HostsFile',
    namespace: name(target.namespace, at('namespace'), LABEL, report),
    configMap: name(target.configMap, at('configMap'), SUBDOMAIN, report),
    allowedNamespaces: namespaces.map((item, index) =>
      item === '*' ? '*' : name(item, `${at('allowedNamespaces')}[${index}]`, LABEL, report),
    ),
    ...(service === undefined ? {} : { service: readService(service, at('service'), report) }),
    ...(servers === undefined ? {} : { servers: readServers(servers, at('servers'), report) }),
    ttlSeconds: ttl(target.ttlSeconds, at('ttlSeconds'), report),
  };
}

function readService(value: unknown, path: string, report: Report): NonNullable<TargetConfig['service']> {
  const service = fields(value, path, ['namespace', 'name', 'port'], report);
  const port = service.port;
  if (port !== undefined && typeof port !== 'string' && typeof port !== 'number') {
    report(`${path}.port is ${shown(port)}: it must be a port's name or number`);
  }
  return {
    namespace: name(service.namespace, `${path}.namespace`, LABEL, report),
    service: name(service.name, `${path}.name`, LABEL, report),
    ...(port === undefined ? {} : { port: String(port) }),
  };
}

function readServers(value: unknown, path: string, report: Report): readonly ServerConfig[] {
  const servers = list(value, path, report);
  if (servers.length === 0) report(`${path} is empty: list at least one server, as 10.0.0.53 or 10.0.0.53:53`);
  return servers.flatMap((item, index) => {
    const server = parseServer(item);
    if (server === undefined) {
      report(`${path}[${index}] is ${shown(item)}: it must be an address, as 10.0.0.53, 10.0.0.53:53 or [fd00::53]:53`);
    }
    return server ?? [];
  });
}

/** `10.0.0.53`, `10.0.0.53:53`, `fd00::53`, `[fd00::53]:53`; `undefined` for anything else. */
export function parseServer(value: unknown): ServerConfig | undefined {
  if (typeof value !== 'string') return undefined;
  const match = isIP(value) ? [value, value] : /^\[?([0-9a-fA-F.:]+?)\]?:([0-9]{1,5})$/.exec(value);
  const [, address = '', port = String(DNS_PORT)] = match ?? [];
  if (isIP(address) === 0 || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { name: value, address, port: Number(port) };
}

function ttl(value: unknown, path: string, report: Report): number {
  if (value === undefined) return DEFAULT_TTL_SECONDS;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 3_600) return value;
  report(`${path} is ${shown(value)}: it must be whole seconds from 1 to 3600, the ttl of the server's hosts block`);
  return DEFAULT_TTL_SECONDS;
}

function reportRepeated(targets: readonly TargetConfig[], report: Report): void {
  const names = targets.map(target => target.name);
  const places = targets.map(target => `${target.namespace}/${target.configMap}`);
  for (const repeated of new Set(names.filter((item, index) => names.indexOf(item) !== index))) {
    report(`targets: the name ${repeated} is there twice; give each target its own`);
  }
  for (const repeated of new Set(places.filter((item, index) => places.indexOf(item) !== index))) {
    report(`targets: ConfigMap ${repeated} is written by two targets; give each its own, there is one writer for each`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, path: string, known: readonly string[], report: Report): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(`${path || 'the file'} is ${shown(value)}: it must be a map with ${known.join(', ')}`);
    return {};
  }
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue;
    report(`${path === '' ? field : `${path}.${field}`} is not a field here: there are ${known.join(', ')}`);
  }
  return value as Fields;
}

function list(value: unknown, path: string, report: Report): readonly unknown[] {
  if (Array.isArray(value)) return value;
  report(`${path} is ${shown(value)}: it must be a list`);
  return [];
}

function name(value: unknown, path: string, pattern: RegExp, report: Report): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  report(`${path} is ${shown(value)}: it must be a Kubernetes name (lower-case letters, digits, hyphens)`);
  return '';
}

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));
