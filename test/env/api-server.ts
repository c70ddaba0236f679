/**
 * One kube-apiserver on loopback: its files, its arguments, its start, its sudden death and its return. Used by
 * control-plane.ts.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiClient, apiClient } from './api-client.ts';
import { auditPolicyOf } from './audit-log.ts';
import { type OwnedProcess, startProcess } from './child-process.ts';
import { type ClientAuthority, clientAuthority, serviceAccountKeys } from './credentials.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export interface ApiServerOptions {
  readonly binary: string;
  readonly directory: string;
  readonly etcdUrl: string;
  readonly auditLog: boolean;
  readonly moreArguments: readonly string[];
  readonly signal: AbortSignal;
}

export interface ApiServer {
  readonly url: string;
  readonly caCertificate: string;
  readonly adminToken: string;
  readonly authority: ClientAuthority;
  readonly client: ApiClient;
  readonly auditLogFile: string;
  readonly process: () => OwnedProcess;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** From when until when it was being started, but for the first time; times as `Date.now()`. */
  readonly starts: () => readonly Period[];
}

export interface Period {
  readonly from: number;
  readonly until: number;
}

export const adminUser = 'pms-admin';
const attempts = 3;
const readyDeadlineMs = 60_000;

/** Starts kube-apiserver; resolves when /readyz says ok. Another port is tried when somebody took ours meanwhile. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { directory, signal } = options;
  const adminToken = randomBytes(24).toString('base64url');
  const authority = await writeFiles(directory, adminToken);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const url = `https://127.0.0.1:${port}`;
    const launch = () => startProcess(options.binary, apiServerArguments(port, options));
    let running = launch();
    try {
      const caCertificate = await certificateOf(running, directory, signal);
      const client = apiClient(url, caCertificate, adminToken);
      await untilReady(running, client, signal);
      const periods: Period[] = [];
      const start = async () => {
        const from = Date.now();
        running = launch();
        await untilReady(running, client, signal);
        periods.push({ from, until: Date.now() });
      };
      const kill = () => running.stop('SIGKILL');
      const auditLogFile = join(directory, 'audit.log');
      const life = { process: () => running, kill, start, starts: () => periods };
      return { url, caCertificate, adminToken, authority, client, auditLogFile, ...life };
    } catch (error) {
      await running.stop('SIGKILL');
      if (attempt === attempts || !/address already in use/.test(running.output())) throw error;
    }
  }
}

async function writeFiles(directory: string, adminToken: string): Promise<ClientAuthority> {
  const keys = serviceAccountKeys();
  const authority = await clientAuthority();
  await Promise.all([
    writeFile(join(directory, 'service-account.pub'), keys.publicKey),
    writeFile(join(directory, 'service-account.key'), keys.privateKey, { mode: 0o600 }),
    writeFile(join(directory, 'client-ca.crt'), authority.caCertificate),
    writeFile(join(directory, 'tokens.csv'), `${adminToken},${adminUser},${adminUser},system:masters\n`, {
      mode: 0o600,
    }),
    writeFile(join(directory, 'audit-policy.yaml'), auditPolicyOf(adminUser)),
  ]);
  return authority;
}

/** No endpoint reconciler: it would fight over the `kubernetes` Service; no ServiceAccount admission: nobody makes any. */
function apiServerArguments(port: number, { directory, etcdUrl, auditLog, moreArguments }: ApiServerOptions): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(directory, 'certificates')}`,
    `--token-auth-file=${join(directory, 'tokens.csv')}`,
    `--client-ca-file=${join(directory, 'client-ca.crt')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(directory, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(directory, 'service-account.key')}`,
    '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    ...(auditLog
      ? [
          `--audit-policy-file=${join(directory, 'audit-policy.yaml')}`,
          `--audit-log-path=${join(directory, 'audit.log')}`,
        ]
      : []),
    ...moreArguments,
  ];
}

/** kube-apiserver makes a certificate for its own address, signed by an authority that the same file ends with. */
async function certificateOf(running: OwnedProcess, directory: string, signal: AbortSignal): Promise<string> {
  const file = join(directory, 'certificates', 'apiserver.crt');
  const complete = async () => {
    if (!running.isRunning()) return '';
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.trimEnd().endsWith('-----END CERTIFICATE-----') ? text : undefined;
  };
  const certificate = await eventually('kube-apiserver has its certificate', complete, { signal });
  if (certificate === '') throw endedEarly(running);
  return certificate;
}

async function untilReady(running: OwnedProcess, client: ApiClient, signal: AbortSignal): Promise<void> {
  const isReady = async () => {
    if (!running.isRunning()) return 'ended';
    const ready = await client.request('GET', '/readyz');
    const namespace = await client.request('GET', '/api/v1/namespaces/default');
    return ready.status === 200 && namespace.status === 200 && 'ready';
  };
  const state = await eventually('kube-apiserver is ready', isReady, { signal, deadlineMs: readyDeadlineMs });
  if (state === 'ended') throw endedEarly(running);
}

const endedEarly = (running: OwnedProcess): Error =>
  new Error(`kube-apiserver ended before it was ready:\n${running.output().split('\n').slice(-15).join('\n')}`);
