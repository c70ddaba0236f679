/**
 * The DNS targets of the operator's configuration file: the administrator's word on where records may be written, which
 * records, and by which namespaces. Text in, plain data out; the file is read by whoever calls. The result has the shape
 * of `TargetConfig` of src/coredns/targets.ts. Source: design section 7.
 */
import { isIP, isIPv4 } from 'node:net';
import { fields, LABEL, list, name, parseYaml, ROOT_FIELDS, SUBDOMAIN, shown, words } from './fields.ts';
import type { Report } from './problems.ts';
import {
  type CorefileServerConfig,
  type CustomServerServerConfig,
  readCorefileServer,
  readCustomServer,
} from './server-settings.ts';

export interface ServerConfig {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

interface TargetFields {
  readonly name: string;
  readonly namespace: string;
  readonly configMap: string;
  /** `*` is every namespace. */
  readonly allowedNamespaces: readonly string[];
  readonly allowedSuffixes?: readonly string[];
  readonly allowedAddressRanges?: readonly string[];
  /** Absent: it stays. */
  readonly draining?: true;
  readonly service?: { readonly namespace: string; readonly service: string; readonly port?: string };
  readonly servers?: readonly ServerConfig[];
  readonly ttlSeconds: number;
}

export type TargetConfig = TargetFields &
  (
    | { readonly kind: 'HostsFile' }
    | { readonly kind: 'CustomServer'; readonly server: CustomServerServerConfig }
    | { readonly kind: 'Corefile'; readonly server: CorefileServerConfig }
  );

const KINDS = ['HostsFile', 'CustomServer', 'Corefile'] as const;
const FIELDS = [
  ...['name', 'kind', 'namespace', 'configMap', 'allowedNamespaces', 'allowedSuffixes', 'allowedAddressRanges'],
  ...['draining', 'service', 'servers', 'ttlSeconds', 'server'],
];
const DEFAULT_TTL_SECONDS = 60;
const DNS_PORT = 53;

/** The targets of a configuration file. Reports every problem with its path: `targets[0].servers[1]`. */
export function readTargets(text: string, file: string, report: Report): readonly TargetConfig[] {
  const root = parseYaml(text, problem => report(`${file}: ${problem}`));
  if (root === undefined) return [];
  const told: Report = problem => report(`${file}: ${problem}`);
  const targets = list(fields(root.value, '', ROOT_FIELDS, told).targets, 'targets', told).map((item, index) =>
    readTarget(item, `targets[${index}]`, told),
  );
  reportRepeated(targets, told);
  return targets;
}

function readTarget(value: unknown, path: string, report: Report): TargetConfig {
  const target = fields(value, path, FIELDS, report);
  const at = (field: string) => `${path}.${field}`;
  const { service, servers } = target;
  if ((service === undefined) === (servers === undefined)) {
    report(`${path}: exactly one of service and servers is needed: the DNS endpoints that must answer`);
  }
  const namespaces = list(target.allowedNamespaces, at('allowedNamespaces'), report);
  const common: TargetFields = {
    name: name(target.name, at('name'), LABEL, report),
    namespace: name(target.namespace, at('namespace'), LABEL, report),
    configMap: name(target.configMap, at('configMap'), SUBDOMAIN, report),
    allowedNamespaces: namespaces.map((item, index) =>
      item === '*' ? '*' : name(item, `${at('allowedNamespaces')}[${index}]`, LABEL, report),
    ),
    ...allowed('allowedSuffixes', target.allowedSuffixes, SUFFIX, { path, report }),
    ...allowed('allowedAddressRanges', target.allowedAddressRanges, RANGE, { path, report }),
    ...readDraining(target.draining, at('draining'), report),
    ...(service === undefined ? {} : { service: readService(service, at('service'), report) }),
    ...(servers === undefined ? {} : { servers: readServers(servers, at('servers'), report) }),
    ttlSeconds: ttl(target.ttlSeconds, at('ttlSeconds'), report),
  };
  return { ...common, ...kindOf(target, path, report) };
}

type KindFields = TargetConfig extends infer T ? (T extends TargetConfig ? Omit<T, keyof TargetFields> : never) : never;

function kindOf(target: Readonly<Record<string, unknown>>, path: string, report: Report): KindFields {
  const kind = KINDS.find(one => one === (target.kind ?? 'HostsFile'));
  const { server } = target;
  if (kind === 'CustomServer') return { kind, server: readCustomServer(server ?? {}, `${path}.server`, report) };
  if (kind === 'Corefile') return { kind, server: readCorefileServer(server ?? {}, `${path}.server`, report) };
  if (kind === undefined) report(`${path}.kind is ${shown(target.kind)}: it must be one of ${KINDS.join(', ')}`);
  else if (server !== undefined) report(`${path}.server: a target of kind HostsFile writes no server block`);
  return { kind: 'HostsFile' };
}

interface WordForm {
  readonly isWord: (text: string) => boolean;
  readonly meaning: string;
}

const SUFFIX: WordForm = {
  isWord: text => text.length <= 253 && /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(text),
  meaning: 'a domain in lower case without a leading or trailing dot, as monitor.azure.com',
};

const RANGE: WordForm = {
  isWord: text => {
    const [address = '', bits = '', ...rest] = text.split('/');
    return isIPv4(address) && /^[0-9]{1,2}$/.test(bits) && Number(bits) <= 32 && rest.length === 0;
  },
  meaning: 'an IPv4 range, as 10.0.0.0/8',
};

function allowed(
  field: 'allowedSuffixes' | 'allowedAddressRanges',
  value: unknown,
  form: WordForm,
  { path, report }: { readonly path: string; readonly report: Report },
): Partial<TargetFields> {
  if (value === undefined) return {};
  const found = words(value, `${path}.${field}`, form, report);
  if (Array.isArray(value) && value.length === 0) report(`${path}.${field} is empty: leave it out to allow all`);
  return { [field]: found };
}

function readDraining(value: unknown, path: string, report: Report): Partial<TargetFields> {
  if (value === undefined || value === false) return {};
  if (value !== true) report(`${path} is ${shown(value)}: it must be true or false`);
  return { draining: true };
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
  const places = targets.flatMap(target => [
    `${target.namespace}/${target.configMap}`,
    ...(target.kind === 'Corefile' ? [`${target.server.store.namespace}/${target.server.store.name}`] : []),
  ]);
  for (const repeated of new Set(names.filter((item, index) => names.indexOf(item) !== index))) {
    report(`targets: the name ${repeated} is there twice; give each target its own`);
  }
  for (const repeated of new Set(places.filter((item, index) => places.indexOf(item) !== index))) {
    report(`targets: ConfigMap ${repeated} is written by two targets; give each its own, there is one writer for each`);
  }
}
