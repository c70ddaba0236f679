/**
 * `pms check`: each prerequisite with a tick, the reason and the cure. What is looked at stands in check/.
 */
import { hostname } from 'node:os';
import { Command } from 'commander';
import { readWholeAzure, type WholeAzureConfig } from '../config/data-plane.ts';
import { type InquiryConfig, type InquiryFlags, type PlaceConfig, readPlace } from '../config/inquiry.ts';
import { ConfigError, readAll } from '../config/problems.ts';
import { createTargets } from '../coredns/targets.ts';
import { failureOf, PortError } from '../domain/failures.ts';
import { type Finding, failing, skipped, unknown } from '../domain/finding.ts';
import type { Kubernetes } from '../kubernetes/kubernetes.ts';
import type { NewObject } from '../manifest/manifest.ts';
import type { Prober } from '../ports.ts';
import type { DnsTargets } from '../ports-dns.ts';
import { createResolver } from '../probe/dns.ts';
import { createProber } from '../probe/tls.ts';
import { checkObject, checkToken, noObject } from './check/azure-checks.ts';
import { checkCluster, checkOperator, type LeaseFlags } from './check/cluster-checks.ts';
import { checkTargetOf, checkTargets, type TargetsInCluster } from './check/dns-checks.ts';
import { checkLines, checkOutput, type FindingGroup } from './check/report.ts';
import { readConfigFile } from './inquiry/config-file.ts';
import { checkGate, type GateQuestion } from './inquiry/identity-gate.ts';
import { askedBy, EXIT, printJson, printLines } from './inquiry/run-inquiry.ts';
import { openAzure, openCluster, quietLog, type Surroundings, surroundingsOf } from './inquiry/surroundings.ts';
import { readManifest } from './manifest-file.ts';
import { systemClock as clock } from './system-clock.ts';

const HTTPS_PORT = 443;

interface Flags extends InquiryFlags, LeaseFlags {
  readonly file?: string;
  readonly output: 'text' | 'json';
}

/** The command; its action sets the exit code: 0 nothing stands in the way, 1 something does, 2 wrong usage. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('Each prerequisite with a tick, the reason and the cure; reads only')
    .option('-f, --file <file>', "also what this PrivateMonitoringScope needs; '-' is stdin")
    .option('--leader-elect-resource-name <name>', "the operator's Lease (default: pms-operator)")
    .option('--leader-elect-resource-namespace <namespace>', 'its namespace (default: that of who asks)');
  return askedBy(command, 'With KUBECONFIG the cluster is looked at, with --config the DNS targets too.', check);
}

async function check(flags: Flags, signal: AbortSignal): Promise<number> {
  const manifest = flags.file === undefined ? undefined : await readManifest(flags.file);
  const place = readPlace(flags, await readConfigFile(flags.config), process.env);
  const groups = await lookAt({ manifest, place, azure: azureOf(flags), lease: flags }, signal);
  if (flags.output === 'json') printJson(checkOutput(groups));
  else printLines(checkLines(groups));
  return checkOutput(groups).passed ? EXIT.fine : EXIT.notSo;
}

/** Credentials that are not there are a finding, not wrong usage: the cluster can be looked at without them. */
function azureOf(flags: Flags): WholeAzureConfig | ConfigError {
  try {
    return readAll(report => readWholeAzure(flags, undefined, report));
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown;
    throw thrown;
  }
}

interface Question {
  readonly manifest: NewObject | undefined;
  readonly place: PlaceConfig;
  readonly azure: WholeAzureConfig | ConfigError;
  readonly lease: LeaseFlags;
}

async function lookAt(question: Question, signal: AbortSignal): Promise<readonly FindingGroup[]> {
  const { place, manifest, lease } = question;
  const cluster = place.asksCluster ? openCluster(clock) : undefined;
  try {
    const inCluster = cluster && (await checkCluster(cluster, { ...lease, ...place }, signal));
    const isThere = inCluster?.some(({ check, state }) => check === 'api server' && state === 'passed') ?? false;
    const around = cluster && isThere ? await targetsOf(cluster, place, signal) : undefined;
    const dns = isFindings(around)
      ? around
      : await checkTargets(around, { resolver: createResolver(), prober: proberOf(question) }, signal);
    const operator = cluster && isThere && manifest ? [await checkOperator(cluster, manifest.metadata, signal)] : [];
    const own = around && !isFindings(around) && manifest ? [ownTarget(around.targets, manifest)] : [];
    const gate = manifest ? [await checkGate(gateOf(question, manifest, isThere ? cluster : undefined), signal)] : [];
    return [
      {
        title: 'Cluster',
        findings: [...(inCluster ?? [skipped('api server', 'set KUBECONFIG to have it looked at')]), ...operator],
      },
      { title: 'DNS', findings: [...dns, ...own] },
      { title: 'Azure', findings: [...gate, ...(await azureFindings(question, isThere, signal))] },
    ];
  } finally {
    await cluster?.close();
  }
}

const gateOf = ({ place, azure }: Question, manifest: NewObject, cluster: Kubernetes | undefined): GateQuestion => ({
  manifest,
  place,
  cluster,
  clientId: azure instanceof ConfigError ? undefined : azure.clientId,
});

/** From where this command runs; without Azure's settings at Azure's own port. */
const proberOf = ({ azure }: Question): Prober =>
  createProber({ from: hostname(), port: azure instanceof ConfigError ? HTTPS_PORT : azure.logsQuery.port });

const isFindings = (around: object | undefined): around is readonly Finding[] => Array.isArray(around);

const ownTarget = (targets: DnsTargets, { metadata, spec }: NewObject): Finding =>
  checkTargetOf(targets, spec.dns?.target ?? 'default', metadata.namespace);

/** `undefined` when none were configured; findings when it cannot be told whose they are. */
async function targetsOf(
  cluster: Kubernetes,
  { targets: configs, installationId }: PlaceConfig,
  signal: AbortSignal,
): Promise<TargetsInCluster | readonly Finding[] | undefined> {
  if (configs === undefined) return undefined;
  const { configMaps: store, endpoints } = cluster;
  const reload = { clock, failures: async () => undefined };
  try {
    const installation = installationId ?? (await cluster.installation(signal));
    const targets = createTargets(configs, { installation, store, endpoints, log: quietLog, reload });
    return { targets, configs, installation, store };
  } catch (thrown) {
    signal.throwIfAborted();
    return [unknown('dns target', failureOf(thrown))];
  }
}

async function azureFindings(
  { manifest, place, azure: settings }: Question,
  isClusterThere: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (settings instanceof ConfigError) {
    return [failing('token', settings.problems.join('; '), 'set the AZURE_* variables of the operator')];
  }
  const token = await checkToken(openAzure(settings, clock), signal);
  if (manifest === undefined) return [token, noObject];
  if (token.state !== 'passed') return [token];
  const options = { ...place, azure: settings, asksCluster: isClusterThere };
  const around = await surroundings(manifest, options, signal);
  return [token, ...(await checkObject(around, signal))];
}

/** What the cluster will not tell is done without: Azure can be looked at all the same. */
async function surroundings(manifest: NewObject, options: InquiryConfig, signal: AbortSignal): Promise<Surroundings> {
  try {
    return await surroundingsOf(manifest, options, { clock, signal });
  } catch (thrown) {
    if (!(thrown instanceof PortError) || !options.asksCluster) throw thrown;
    return surroundingsOf(manifest, { ...options, asksCluster: false }, { clock, signal });
  }
}
