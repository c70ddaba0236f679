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
  /** A client secret that can become another, looked at before each access token; in the place of `clientSecret`. */
  readonly currentSecret?: () => string;
  /** A fresh token of another issuer in the place of either; throws PortError. */
  readonly assertion?: () => Promise<string>;
  /** Entra ID, https: `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** Azure Resource Manager, https: `https://management.azure.com`. The only host that gets a token. */
  readonly endpoint: string;
  /** What tokens are asked for, without `/.default`: `https://management.azure.com`. */
  readonly audience: string;
  readonly logsQuery: LogsQuerySettings;
  /** For clouds that the public discovery endpoint does not know: disconnected, private, simulated. */
  readonly disableInstanceDiscovery: boolean;
}

/** The Logs query service, which is asked through private endpoints, and from the public side by the proxy alone. */
export interface LogsQuerySettings {
  /** Host name, in the certificate and in the request: the only one that gets the token for it. */
  readonly host: string;
  /** What its tokens are asked for, without `/.default`: `https://api.loganalytics.io`. */
  readonly audience: string;
  /** Of the private endpoint's addresses: 443, and another one with a simulated Azure. */
  readonly port: number;
  /** PEM of the authorities that it is checked against; absent: those of the process. */
  readonly ca?: string;
  /** `http://proxy.corp.example:3128`, with user and password if it wants them: leads to the public side. */
  readonly publicEgressProxy?: string;
}

/** The scope that tokens are asked for. */
export const tokenScope = (settings: Pick<AzureSettings, 'audience'>): string =>
  `${settings.audience.replace(/\/+$/, '')}/.default`;
