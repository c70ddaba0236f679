/**
 * How the private path is measured: the port of the endpoint's addresses, the authorities that certificates are checked
 * against, and the Logs query service of the cloud. Reads no file; the commands import it.
 */
import { type AzureConfig, type AzureFlags, readAzure } from './azure.ts';
import type { Report } from './problems.ts';

/** As commander hands them over. */
export interface DataPlaneFlags {
  readonly dataPlanePort?: string;
  readonly azureLogsQueryEndpoint?: string;
  readonly azureLogsQueryAudience?: string;
  readonly publicEgressProxy?: string;
}

export interface LogsQueryConfig {
  readonly host: string;
  readonly audience: string;
  readonly port: number;
  readonly ca?: string;
  readonly publicEgressProxy?: string;
}

/** Flag, environment variable and meaning, in the order of the help text. */
export const LOGS_QUERY_OPTIONS = [
  [
    '--azure-logs-query-endpoint <url>',
    'AZURE_LOGS_QUERY_ENDPOINT',
    'Logs query service, asked through private endpoints (default: that of the cloud)',
  ],
  [
    '--azure-logs-query-audience <url>',
    'AZURE_LOGS_QUERY_AUDIENCE',
    'audience of its tokens (default: that of the cloud)',
  ],
  [
    '--public-egress-proxy <url>',
    'PMS_PUBLIC_EGRESS_PROXY',
    'HTTP proxy to the internet: once query access is closed, a query through it must be refused (default: not tried)',
  ],
] as const;

const HTTPS_PORT = '443';

const PUBLIC = { host: 'api.loganalytics.azure.com', audience: 'https://api.loganalytics.io' };
/** By host of the Resource Manager; every other cloud is taken for the public one. Source: facts ampls 2.1. */
const CLOUDS: Readonly<Record<string, typeof PUBLIC>> = {
  'management.usgovcloudapi.net': { host: 'api.loganalytics.us', audience: 'https://api.loganalytics.us' },
  'management.chinacloudapi.cn': {
    host: 'api.loganalytics.azure.cn',
    audience: 'https://api.loganalytics.azure.cn',
  },
};

/** Whether a Resource Manager is one of the clouds apart, whose names in DNS are not those that Microsoft documents. */
export const isOtherCloud = (resourceManager: string): boolean =>
  Object.hasOwn(CLOUDS, URL.parse(resourceManager)?.hostname ?? '');

/** A file with PEM certificates, by the name that the flag gave it. */
export interface CaFile {
  readonly name: string;
  readonly text: string;
}

/** Everything that the Azure adapter is told. */
export type WholeAzureConfig = AzureConfig & { readonly logsQuery: LogsQueryConfig };

/** Identity, Resource Manager and Logs query service. */
export function readWholeAzure(
  flags: AzureFlags & DataPlaneFlags,
  ca: CaFile | undefined,
  report: Report,
): WholeAzureConfig {
  const azure = readAzure(flags, report);
  return { ...azure, logsQuery: readDataPlane(flags, { resourceManager: azure.endpoint, ca }, report) };
}

/** Fills in the defaults; reports what cannot be. `resourceManager` is the address of Azure Resource Manager. */
function readDataPlane(
  flags: DataPlaneFlags,
  { resourceManager, ca }: { readonly resourceManager: string; readonly ca: CaFile | undefined },
  report: Report,
): LogsQueryConfig {
  const cloud = CLOUDS[URL.parse(resourceManager)?.hostname ?? ''] ?? PUBLIC;
  return {
    host: hostOf(flags.azureLogsQueryEndpoint, report) ?? cloud.host,
    audience: flags.azureLogsQueryAudience || cloud.audience,
    port: portOf(flags.dataPlanePort ?? HTTPS_PORT, report),
    ...(ca === undefined ? {} : { ca: pemOf(ca, report) }),
    ...proxyOf(flags.publicEgressProxy, report),
  };
}

/** It may hold a password: what is wrong with it is told without it. */
function proxyOf(value: string | undefined, report: Report): Pick<LogsQueryConfig, 'publicEgressProxy'> {
  if (!value) return {};
  const parsed = URL.parse(value);
  const isProxy = parsed !== null && /^https?:$/.test(parsed.protocol) && /^\/?$/.test(parsed.pathname);
  if (isProxy && parsed.search === '' && parsed.hash === '') return { publicEgressProxy: parsed.href };
  report(
    '--public-egress-proxy (PMS_PUBLIC_EGRESS_PROXY): it must be an http or https address without path, such as http://proxy.example:3128',
  );
  return {};
}

function hostOf(value: string | undefined, report: Report): string | undefined {
  if (!value) return undefined;
  const parsed = URL.parse(value);
  if (parsed?.protocol === 'https:' && parsed.port === '' && parsed.pathname === '/') return parsed.hostname;
  report(
    `AZURE_LOGS_QUERY_ENDPOINT is ${JSON.stringify(value)}: it must be an https address without port and path, such as https://${PUBLIC.host}`,
  );
  return undefined;
}

function portOf(value: string, report: Report): number {
  const port = Number(value);
  if (/^[0-9]{1,5}$/.test(value) && port >= 1 && port <= 65_535) return port;
  report(`--data-plane-port is ${JSON.stringify(value)}: it must be a port from 1 to 65535; Azure's is ${HTTPS_PORT}`);
  return Number(HTTPS_PORT);
}

function pemOf({ name, text }: CaFile, report: Report): string {
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    report(`--data-plane-ca-file ${name}: there is no PEM certificate in it`);
  }
  return text;
}
