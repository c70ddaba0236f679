/**
 * The configuration of the commands that only look (`pms plan`, `pms check`): the Azure settings of the operator, its
 * DNS targets when their file is given, and whether there is a cluster to ask. The commands import it.
 */
import type { AzureFlags } from './azure.ts';
import { type DataPlaneFlags, readWholeAzure, type WholeAzureConfig } from './data-plane.ts';
import type { ConfigFile } from './operator.ts';
import { readAll } from './problems.ts';
import { readTargets, type TargetConfig } from './targets.ts';

/** As commander hands them over: strings, or absent. */
export interface InquiryFlags extends AzureFlags, DataPlaneFlags {
  readonly config?: string;
  readonly installationId?: string;
  readonly simulatedAzure?: boolean;
}

export interface InquiryConfig {
  readonly azure: WholeAzureConfig;
  /** Absent: no configuration file was given. */
  readonly targets?: readonly TargetConfig[];
  /** Absent: the uid of kube-system, when the cluster is asked. */
  readonly installationId?: string;
  readonly simulatedAzure: boolean;
  /** Whether there is a cluster to ask: KUBECONFIG is set, or the operator's configuration was given. */
  readonly asksCluster: boolean;
  readonly readsTarget: boolean;
}

/** The whole configuration. Throws `ConfigError` that names every flag, variable and field that is wrong. */
export const readInquiry = (
  flags: InquiryFlags,
  file: ConfigFile | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): InquiryConfig =>
  readAll(report => ({
    azure: readWholeAzure(flags, undefined, report),
    ...(file === undefined ? {} : { targets: readTargets(file.text, file.name, report) }),
    ...(flags.installationId ? { installationId: flags.installationId } : {}),
    simulatedAzure: flags.simulatedAzure ?? false,
    asksCluster: file !== undefined || Boolean(environment.KUBECONFIG),
    readsTarget: file !== undefined,
  }));
