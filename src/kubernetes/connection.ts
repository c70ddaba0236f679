/**
 * How to reach the API server: address and authentication from a kubeconfig or the pod, by `@kubernetes/client-node`,
 * which is used for nothing else, and the connection pool that all calls share (client-node opens a connection per
 * request: facts kubernetes 2.2 #1). Generic; src/kubernetes only.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { type Cluster, KubeConfig } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici';

/** Connections for calls: enough for a busy operator, few enough for a small API server. */
const MAX_CALLS = 16;
const CONNECT_TIMEOUT_MS = 10_000;
/** Idle connections are kept this long; kube-apiserver itself keeps them for minutes. */
const KEEP_ALIVE_MS = 60_000;

export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  /** For calls: at most 16 connections. */
  readonly calls: Dispatcher;
  /** For watches, each of which holds a connection for minutes: apart, so that no number of them can starve the calls. */
  readonly watches: Dispatcher;
}

export interface Connection {
  /** Without a slash at the end; may have a path. */
  readonly server: string;
  /** Namespace of the kubeconfig's context or of the pod. */
  readonly namespace: string;
  /** Authentication as of now: tokens and certificates are read again when due. Rejects when they cannot be read. */
  access(): Promise<Access>;
  /** Breaks off what is in flight. */
  close(): Promise<void>;
}

/**
 * Reads the kubeconfig file, or without one what client-node finds: KUBECONFIG, ~/.kube/config, the pod's service
 * account. Throws a TypeError when there is nothing usable. Touches no network.
 */
export function openConnection(kubeconfig?: string): Connection {
  const config = loadConfig(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new TypeError('the kubeconfig has no current context, or its cluster is missing');
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    // client-node's last resort is http://localhost:8080, and it refuses plain HTTP later, at each call.
    throw new TypeError(`no kubeconfig (KUBECONFIG, ~/.kube/config), no pod, and ${cluster.server} is plain HTTP`);
  }
  if (cluster.proxyUrl?.startsWith('socks')) throw new TypeError('proxy-url: only HTTP proxies are supported');
  let pool: (Pick<Access, 'calls' | 'watches'> & { readonly fingerprint: string }) | undefined;
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? podNamespace() ?? 'default',
    async access() {
      const options = await authenticate(config);
      const fingerprint = fingerprintOf(options);
      if (pool?.fingerprint !== fingerprint) {
        const old = pool;
        pool = { fingerprint, ...createPool(cluster, options) };
        // What is in flight ends on the old connections.
        if (old) void Promise.allSettled([old.calls.close(), old.watches.close()]);
      }
      return { headers: headersOf(options), calls: pool.calls, watches: pool.watches };
    },
    async close() {
      if (pool) await Promise.allSettled([pool.calls.destroy(), pool.watches.destroy()]);
    },
  };
}

function loadConfig(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    return config;
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`the kubeconfig cannot be read: ${words}`, { cause });
  }
}

const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

function podNamespace(): string | undefined {
  try {
    return readFileSync(SERVICE_ACCOUNT_NAMESPACE, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

async function authenticate(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

/** What a TLS connection depends on; a change of any of it (a rotated CA or client certificate) needs new ones. */
const TLS_FIELDS = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;

type Tls = Pick<RequestOptions, (typeof TLS_FIELDS)[number]>;

const tlsOf = (options: RequestOptions): Tls =>
  Object.fromEntries(TLS_FIELDS.filter(field => options[field] !== undefined).map(field => [field, options[field]]));

function fingerprintOf(options: RequestOptions): string {
  const hash = createHash('sha256');
  for (const field of TLS_FIELDS) hash.update(`${field}=${String(options[field])};`);
  return hash.digest('hex');
}

function createPool({ proxyUrl }: Cluster, options: RequestOptions): Pick<Access, 'calls' | 'watches'> {
  // client-node reads these as Node's https takes them, and undici hands them to the same tls.connect.
  const tls = tlsOf(options) as buildConnector.BuildOptions;
  // TCP keep-alive finds a peer that vanished within 40 s: libuv sends ten probes, a second apart.
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: CONNECT_TIMEOUT_MS };
  // Not HTTP/2: where undici destroys such a connection under an open stream, the error has no listener and ends the process.
  const common = { allowH2: false, keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS };
  const create = (limit: { readonly connections?: number }): Dispatcher =>
    proxyUrl
      ? new ProxyAgent({ ...common, ...limit, uri: proxyUrl, requestTls: tls, connect: keepAlive })
      : new Agent({ ...common, ...limit, connect: { ...tls, ...keepAlive } });
  return { calls: create({ connections: MAX_CALLS }), watches: create({}) };
}

function headersOf(options: RequestOptions): Readonly<Record<string, string>> {
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const basic = options.auth ? [['authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`]] : [];
  return Object.fromEntries([...headers, ...basic]);
}
