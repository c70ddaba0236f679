/**
 * `npm run cluster -- [OPTIONS] COMMAND [ARGS...]`: a real control plane and a real CoreDNS on loopback around one
 * command. The command finds KUBECONFIG, PMS_DNS_SERVER (address:port of CoreDNS) and the right kubectl on PATH; when it
 * has ended, also by Ctrl-C, all is taken down, and its exit code is ours.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { removeAtExit } from './child-process.ts';
import { feedConfigMap } from './config-map-feed.ts';
import { startControlPlane } from './control-plane.ts';
import { startCoreDns } from './coredns.ts';
import { type ShippedTarget, shippedTarget } from './shipped-target.ts';
import { startUpstreamDns } from './upstream-dns.ts';

const usage = `usage: npm run cluster -- [OPTIONS] COMMAND [ARGS...]

Runs COMMAND with a real kube-apiserver, etcd and CoreDNS on loopback; all ended afterwards.
  --records NAMESPACE/NAME  the ConfigMap that CoreDNS serves (PMS_CLUSTER_RECORDS; by default
                            the one that deploy/operator.yaml names)
  --upstream HOST:PORT      the resolver for all other names (PMS_CLUSTER_UPSTREAM; default one that answers a few
                            public Azure Monitor names with 192.0.2.x and knows nothing else)
  --audit-log FILE          where the API server's record of all requests is copied to at the end
`;

interface Settings {
  /** Undefined: the one that deploy/operator.yaml names. */
  readonly records: ShippedTarget | undefined;
  readonly upstream: string | undefined;
  readonly auditLog: string | undefined;
  readonly command: string;
  readonly args: readonly string[];
}

/** Options end at the first word that is none: what follows is the command's. */
function readSettings(words: readonly string[]): Settings | undefined {
  const options = {
    records: { type: 'string' },
    upstream: { type: 'string' },
    'audit-log': { type: 'string' },
  } as const;
  const end = words.findIndex((word, at) => !word.startsWith('-') && !isOptionWithValue(words[at - 1]));
  const [own, [command, ...args]] = end < 0 ? [words, []] : [words.slice(0, end), words.slice(end)];
  const { values } = parseArgs({ args: own.filter(word => word !== '--'), options, strict: true });
  const place = values.records ?? process.env.PMS_CLUSTER_RECORDS;
  const records = place === undefined ? undefined : targetIn(place);
  if (!command || (place !== undefined && records === undefined)) return undefined;
  const upstream = values.upstream ?? process.env.PMS_CLUSTER_UPSTREAM;
  return { records, upstream, auditLog: values['audit-log'], command, args };

  function isOptionWithValue(word: string | undefined) {
    return word?.startsWith('--') === true && word !== '--' && !word.includes('=');
  }
}

function targetIn(place: string): ShippedTarget | undefined {
  const [namespace, configMap, ...rest] = place.split('/');
  return namespace && configMap && rest.length === 0 ? { namespace, configMap } : undefined;
}

/** As the public names look from outside: a chain through `privatelink`, and a public address. */
const publicNames = {
  'api.loganalytics.io': { CNAME: 'api.monitor.azure.com' },
  'api.monitor.azure.com': { CNAME: 'api.privatelink.monitor.azure.com' },
  'api.privatelink.monitor.azure.com': { A: ['192.0.2.10'], AAAA: ['2001:db8::10'] },
  'global.in.ai.monitor.azure.com': { A: ['192.0.2.11'] },
  'management.azure.com': { A: ['192.0.2.12'] },
};

/** Ends with the command: its exit code, or 128 + the number of the signal that ended it, as a shell would say. */
function endOf(command: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    command.once('error', reject);
    command.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

async function main(): Promise<number> {
  let settings: Settings | undefined;
  try {
    settings = readSettings(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n`);
  }
  if (settings === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  return around(settings);
}

async function around(settings: Settings): Promise<number> {
  const { namespace, configMap: name } = settings.records ?? (await shippedTarget());
  const cleanups: (() => Promise<void> | void)[] = [];
  const interrupted = new AbortController();
  let interruptedBy: NodeJS.Signals = 'SIGINT';
  let command: ChildProcess | undefined;
  // A terminal sends SIGINT to the command too; SIGTERM comes to us alone. Either way the command decides when it ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!interrupted.signal.aborted) interruptedBy = signal;
      interrupted.abort();
      if (!(signal === 'SIGINT' && process.stdin.isTTY)) command?.kill(signal);
    });
  }
  try {
    const { signal } = interrupted;
    const auditLog = settings.auditLog !== undefined;
    process.stderr.write('starting etcd, kube-apiserver and CoreDNS on loopback (usually 5 s)\n');
    const controlPlane = await startControlPlane({ signal, namespaces: [namespace], auditLog });
    cleanups.push(controlPlane.stop);
    const hostsDirectory = await mkdtemp(join(tmpdir(), 'pms-records-'));
    cleanups.push(removeAtExit(hostsDirectory));
    const feed = await feedConfigMap({ request: controlPlane.request, namespace, name, directory: hostsDirectory });
    cleanups.push(feed.stop);
    const upstream = settings.upstream ?? (await startUpstream());
    // One second, for whoever asked for a name just before it was published and waits for it here.
    const coreDns = await startCoreDns({ hostsDirectory, upstream, cacheSeconds: 1, signal });
    cleanups.push(coreDns.stop);
    signal.throwIfAborted();
    const env = { ...controlPlane.env, PMS_DNS_SERVER: coreDns.server };
    command = spawn(settings.command, settings.args, { stdio: 'inherit', env });
    const exitCode = await endOf(command);
    if (settings.auditLog !== undefined) await copyAuditLog(controlPlane.directory, settings.auditLog);
    return exitCode;
  } catch (error) {
    if (interrupted.signal.aborted) return 128 + constants.signals[interruptedBy];
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }

  async function startUpstream() {
    const started = await startUpstreamDns(publicNames);
    cleanups.push(started.stop);
    return started.server;
  }
}

async function copyAuditLog(directory: string, file: string): Promise<void> {
  await writeFile(file, await readFile(join(directory, 'audit.log')));
}

process.exitCode = await main();
