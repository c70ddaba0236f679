/**
 * How to reach Azure: identity, authority and Resource Manager. Plain data that `config.ts` fills from flags and
 * environment; never fields of a custom resource (design: 9). Imported by src/azure and by whoever composes it.
 */
export interface AzureSettings {
  readonly tenantId: string;
  readonly clientId: string;
  /** Client secret; used when no federated token file is given. */
  readonly clientSecret?: string;
  /** File with the workload identity's token, as the AKS webhook mounts it. Comes before the secret. */
  readonly federatedTokenFile?: string;
  /** Entra ID, https: `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** Azure Resource Manager, https: `https://management.azure.com`. The only host that gets a token. */
  readonly endpoint: string;
  /** What tokens are asked for, without `/.default`: `https://management.azure.com`. */
  readonly audience: string;
  /** For clouds that the public discovery endpoint does not know: disconnected, private, simulated. */
  readonly disableInstanceDiscovery: boolean;
}

/** The scope that tokens are asked for. */
export const tokenScope = (settings: Pick<AzureSettings, 'audience'>): string =>
  `${settings.audience.replace(/\/+$/, '')}/.default`;
