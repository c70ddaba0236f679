/**
 * The configuration of `pms operator`: flags and environment, the file of DNS targets, defaults, and every problem told
 * at once. Imported by src/commands/operator.ts alone.
 */
import type { AzureFlags } from './azure.ts';
import { type CaFile, type DataPlaneFlags, readWholeAzure, type WholeAzureConfig } from './data-plane.ts';
import { type GlobalIdentityConfig, readGlobalIdentity } from './global-identity.ts';
import { type LeaderElectionConfig, type LeaderElectionFlags, readLeaderElection } from './leader-election.ts';
import { type Report, readAll } from './problems.ts';
import { readTargets, type TargetConfig } from './targets.ts';

/** As commander hands them over: strings, or absent. */
export interface OperatorFlags extends AzureFlags, DataPlaneFlags, LeaderElectionFlags {
  readonly config?: string;
  readonly installationId?: string;
  readonly concurrent?: string;
  readonly metricsAddr?: string;
  readonly healthAddr?: string;
  readonly logLevel?: string;
  readonly simulatedAzure?: boolean;
  readonly dataPlaneCaFile?: string;
  readonly logEncoding?: string;
  /** Whether this is a pod: not a flag, but what some defaults depend on. */
  readonly inCluster?: boolean;
}

export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_ENCODINGS = ['json', 'console'] as const;
export type LogEncoding = (typeof LOG_ENCODINGS)[number];

export interface OperatorConfig {
  readonly azure: WholeAzureConfig;
  readonly targets: readonly TargetConfig[];
  /** Who may use the operator's own identity in Azure, and where. */
  readonly globalIdentity: GlobalIdentityConfig;
  /** Absent: the uid of kube-system. */
  readonly installationId?: string;
  /** Passes at the same time. */
  readonly concurrent: number;
  readonly metrics: ListenAddress;
  readonly health: ListenAddress;
  readonly logLevel: LogLevel;
  readonly logEncoding: LogEncoding;
  /** Absent: this process works without asking anybody. */
  readonly leaderElection?: LeaderElectionConfig;
  /** Azure is the simulator: private endpoints may have loopback addresses. */
  readonly simulatedAzure: boolean;
}

export interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

const DEFAULTS = {
  concurrent: '4',
  metricsAddr: ':8080',
  healthAddr: ':8081',
  logLevel: 'info',
  logEncoding: 'json',
} as const;

/** Becomes the value of an Azure tag, of which it may take a part. */
const INSTALLATION_ID = /^[A-Za-z0-9][-A-Za-z0-9_.]{0,62}$/;
const MAX_CONCURRENT = 64;

/** The whole configuration. Throws `ConfigError` that names every flag, variable and field that is wrong. */
export const readOperatorConfig = (flags: OperatorFlags, file: ConfigFile | undefined, ca?: CaFile): OperatorConfig =>
  readAll(report => ({
    azure: readWholeAzure(flags, ca, report),
    targets: file === undefined ? [] : readTargets(file.text, file.name, report),
    globalIdentity: file === undefined ? {} : readGlobalIdentity(file.text, file.name, report),
    ...installation(flags.installationId, report),
    concurrent: concurrent(flags.concurrent ?? DEFAULTS.concurrent, report),
    metrics: listen('--metrics-addr', flags.metricsAddr ?? DEFAULTS.metricsAddr, report),
    health: listen('--health-addr', flags.healthAddr ?? DEFAULTS.healthAddr, report),
    logLevel: oneOf('--log-level', flags.logLevel ?? DEFAULTS.logLevel, LOG_LEVELS, report),
    logEncoding: oneOf('--log-encoding', flags.logEncoding ?? DEFAULTS.logEncoding, LOG_ENCODINGS, report),
    ...leaderElection(flags, report),
    simulatedAzure: flags.simulatedAzure ?? false,
  }));

function installation(value: string | undefined, report: Report): Pick<OperatorConfig, 'installationId'> {
  if (!value) return {};
  if (!INSTALLATION_ID.test(value)) {
    report(`--installation-id is ${JSON.stringify(value)}: 1 to 63 letters, digits, -, _ and . are taken`);
  }
  return { installationId: value };
}

function concurrent(value: string, report: Report): number {
  const number = Number(value);
  if (/^[0-9]+$/.test(value) && number >= 1 && number <= MAX_CONCURRENT) return number;
  report(`--concurrent is ${JSON.stringify(value)}: it must be a whole number from 1 to ${MAX_CONCURRENT}`);
  return 1;
}

/** `:8080`, `127.0.0.1:0`, `[::1]:8080`. */
function listen(flag: string, value: string, report: Report): ListenAddress {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]*):([0-9]{1,5})$/.exec(value);
  const port = Number(match?.[2]);
  if (match && port <= 65_535) return { host: match[1]?.replace(/^\[|\]$/g, '') ?? '', port };
  report(`${flag} is ${JSON.stringify(value)}: it must be [ADDRESS]:PORT, as ${DEFAULTS.metricsAddr} or 127.0.0.1:0`);
  return { host: '', port: 0 };
}

function leaderElection(flags: OperatorFlags, report: Report): Pick<OperatorConfig, 'leaderElection'> {
  const election = readLeaderElection(flags, flags.inCluster ?? false, report);
  return election === undefined ? {} : { leaderElection: election };
}

/** The first of them when it is none. */
function oneOf<T extends string>(flag: string, value: string, known: readonly [T, ...T[]], report: Report): T {
  const found = known.find(candidate => candidate === value);
  if (found === undefined) report(`${flag} is ${JSON.stringify(value)}: it must be one of ${known.join(', ')}`);
  return found ?? known[0];
}
