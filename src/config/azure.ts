/**
 * How to reach Azure, from flags and the environment variables that Azure users know. The result has the shape of
 * `AzureSettings` of src/azure/settings.ts. Reads no file; the commands import it.
 */
import type { Report } from './problems.ts';

/** As commander hands them over: a flag, else its environment variable; absent when neither was given. */
export interface AzureFlags {
  readonly azureTenantId?: string;
  readonly azureClientId?: string;
  readonly azureClientSecret?: string;
  readonly azureFederatedTokenFile?: string;
  readonly azureAuthorityHost?: string;
  readonly azureResourceManagerEndpoint?: string;
  readonly azureResourceManagerAudience?: string;
}

export interface AzureConfig {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly federatedTokenFile?: string;
  readonly authorityHost: string;
  readonly endpoint: string;
  readonly audience: string;
  readonly disableInstanceDiscovery: boolean;
}

/** Flag, environment variable and meaning, in the order of the help text. */
export const AZURE_OPTIONS = [
  ['--azure-tenant-id <uuid>', 'AZURE_TENANT_ID', 'tenant of the identity'],
  ['--azure-client-id <uuid>', 'AZURE_CLIENT_ID', 'client id of the identity'],
  [
    '--azure-federated-token-file <file>',
    'AZURE_FEDERATED_TOKEN_FILE',
    'workload identity: file with the projected token; comes before a secret',
  ],
  ['--azure-client-secret <secret>', 'AZURE_CLIENT_SECRET', 'client secret (use the variable: flags are seen by ps)'],
  ['--azure-authority-host <url>', 'AZURE_AUTHORITY_HOST', 'Entra ID (default: https://login.microsoftonline.com)'],
  [
    '--azure-resource-manager-endpoint <url>',
    'AZURE_RESOURCE_MANAGER_ENDPOINT',
    'Azure Resource Manager (default: https://management.azure.com)',
  ],
  [
    '--azure-resource-manager-audience <url>',
    'AZURE_RESOURCE_MANAGER_AUDIENCE',
    'audience of its tokens (default: the endpoint)',
  ],
] as const;

/** Authorities that Microsoft's public discovery endpoint knows; any other is taken at its word. */
const PUBLIC_AUTHORITIES = ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.chinacloudapi.cn'];

const ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Fills in the defaults; reports what is missing or cannot be. */
export function readAzure(flags: AzureFlags, report: Report): AzureConfig {
  const authorityHost = url('AZURE_AUTHORITY_HOST', flags.azureAuthorityHost, report) ?? PUBLIC_AUTHORITY;
  const endpoint =
    url('AZURE_RESOURCE_MANAGER_ENDPOINT', flags.azureResourceManagerEndpoint, report) ?? PUBLIC_RESOURCE_MANAGER;
  const { azureClientSecret: secret, azureFederatedTokenFile: tokenFile } = flags;
  if (!secret && !tokenFile) {
    report(
      'AZURE_FEDERATED_TOKEN_FILE (--azure-federated-token-file) or AZURE_CLIENT_SECRET is needed: the workload identity webhook sets the first, a plain cluster gives the second from a Secret',
    );
  }
  return {
    tenantId: id('AZURE_TENANT_ID', flags.azureTenantId, report),
    clientId: id('AZURE_CLIENT_ID', flags.azureClientId, report),
    ...(tokenFile ? { federatedTokenFile: tokenFile } : {}),
    ...(secret ? { clientSecret: secret } : {}),
    authorityHost,
    endpoint,
    audience: flags.azureResourceManagerAudience || endpoint,
    disableInstanceDiscovery: !PUBLIC_AUTHORITIES.includes(URL.parse(authorityHost)?.hostname ?? ''),
  };
}

const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com';
const PUBLIC_RESOURCE_MANAGER = 'https://management.azure.com';

function id(variable: string, value: string | undefined, report: Report): string {
  const flag = `--${variable.toLowerCase().replaceAll('_', '-')}`;
  if (!value) report(`${variable} (${flag}) is needed: \`az account show\` and \`az ad app show\` print it`);
  else if (!ID.test(value)) report(`${variable} (${flag}) is ${JSON.stringify(value)}: it must be a UUID`);
  return value ?? '';
}

/** Without a slash at the end; the SDKs refuse to send a token over anything but https. */
function url(variable: string, value: string | undefined, report: Report): string | undefined {
  if (!value) return undefined;
  const parsed = URL.parse(value);
  if (parsed?.protocol !== 'https:' || parsed.username !== '' || parsed.search !== '') {
    report(`${variable} is ${JSON.stringify(value)}: it must be an https address such as ${PUBLIC_RESOURCE_MANAGER}`);
  }
  return value.replace(/\/+$/, '');
}
