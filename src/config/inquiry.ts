/**
 * The configuration of the commands that only look (`pms plan`, `pms check`): the Azure settings of the operator, its
 * DNS targets when their file is given, and whether there is a cluster to ask. The commands import it.
 */
import type { AzureFlags } from './azure.ts';
import { type DataPlaneFlags, readWholeAzure, type WholeAzureConfig } from './data-plane.ts';
import { type GlobalIdentityConfig, readGlobalIdentity } from './global-identity.ts';
import type { ConfigFile } from './operator.ts';
import { type Report, readAll } from './problems.ts';
import { readTargets, type TargetConfig } from './targets.ts';

/** As commander hands them over: strings, or absent. */
export interface InquiryFlags extends AzureFlags, DataPlaneFlags {
  readonly config?: string;
  readonly installationId?: string;
  readonly simulatedAzure?: boolean;
}

/** What is asked beside Azure. */
export interface PlaceConfig {
  /** Absent: no configuration file was given. */
  readonly targets?: readonly TargetConfig[];
  /** Of the same file. */
  readonly globalIdentity?: GlobalIdentityConfig;
  /** Absent: the uid of kube-system, when the cluster is asked. */
  readonly installationId?: string;
  readonly simulatedAzure: boolean;
  /** Whether there is a cluster to ask: KUBECONFIG is set, or the operator's configuration was given. */
  readonly asksCluster: boolean;
  readonly readsTarget: boolean;
}

export interface InquiryConfig extends PlaceConfig {
  readonly azure: WholeAzureConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The whole configuration. Throws `ConfigError` that names every flag, variable and field that is wrong. */
export const readInquiry = (
  flags: InquiryFlags,
  file: ConfigFile | undefined,
  environment: Environment,
): InquiryConfig =>
  readAll(report => ({
    azure: readWholeAzure(flags, undefined, report),
    ...placeOf(flags, file, environment, report),
  }));

/** The same without Azure, whose credentials may be one of the things that are looked at. Throws `ConfigError`. */
export const readPlace = (flags: InquiryFlags, file: ConfigFile | undefined, environment: Environment): PlaceConfig =>
  readAll(report => placeOf(flags, file, environment, report));

const placeOf = (
  flags: InquiryFlags,
  file: ConfigFile | undefined,
  environment: Environment,
  report: Report,
): PlaceConfig => ({
  ...(file === undefined
    ? {}
    : {
        targets: readTargets(file.text, file.name, report),
        globalIdentity: readGlobalIdentity(file.text, file.name, report),
      }),
  ...(flags.installationId ? { installationId: flags.installationId } : {}),
  simulatedAzure: flags.simulatedAzure ?? false,
  asksCluster: file !== undefined || Boolean(environment.KUBECONFIG),
  readsTarget: file !== undefined,
});
