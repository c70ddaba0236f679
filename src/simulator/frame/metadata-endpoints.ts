/**
 * `/metadata/endpoints`: where a cloud's services are, in the shape that each api-version has. az asks for 2015-01-01 and
 * 2022-09-01, ARM_CLOUD_METADATA_URL for 2019-05-01 (a list of clouds), Terraform for 2018-01-01 and 2022-09-01. Needs no
 * token. The services that the simulator does not have are named by their suffixes in the public cloud.
 */
import { regionNames } from './regions.ts';

/** Not the name of a public cloud: az replaces the login address of `AzureCloud` by the real one. */
export const cloudName = 'AzureSimulator';

const suffixes = {
  acrLoginServer: 'azurecr.io',
  attestationEndpoint: 'attest.azure.net',
  azureDataLakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
  azureDataLakeStoreFileSystem: 'azuredatalakestore.net',
  azureFrontDoorEndpointSuffix: 'azurefd.net',
  keyVaultDns: 'vault.azure.net',
  mariadbServerEndpoint: 'mariadb.database.azure.com',
  mhsmDns: 'managedhsm.azure.net',
  mysqlServerEndpoint: 'mysql.database.azure.com',
  postgresqlServerEndpoint: 'postgres.database.azure.com',
  sqlServerHostname: 'database.windows.net',
  storage: 'core.windows.net',
  storageSyncEndpointSuffix: 'afs.azure.net',
  synapseAnalytics: 'dev.azuresynapse.net',
};

/** `common` and `AAD`: anything else is taken for Azure Stack, which azurerm refuses. */
const authentication = (endpoint: string) => ({
  loginEndpoint: endpoint,
  audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
  tenant: 'common',
  identityProvider: 'AAD',
});

const cloud = (endpoint: string) => ({
  portal: endpoint,
  authentication: authentication(endpoint),
  media: 'https://rest.media.azure.net',
  graphAudience: 'https://graph.windows.net/',
  graph: 'https://graph.windows.net/',
  name: cloudName,
  suffixes,
  batch: 'https://batch.core.windows.net/',
  resourceManager: `${endpoint}/`,
  vmImageAliasDoc: `${endpoint}/vm-image-aliases.json`,
  activeDirectoryDataLake: 'https://datalake.azure.net/',
  sqlManagement: 'https://management.core.windows.net:8443/',
  microsoftGraphResourceId: 'https://graph.microsoft.com/',
  appInsightsResourceId: 'https://api.applicationinsights.io',
  appInsightsTelemetryChannelResourceId: 'https://dc.applicationinsights.azure.com/v2/track',
  attestationResourceId: 'https://attest.azure.net',
  synapseAnalyticsResourceId: 'https://dev.azuresynapse.net',
  logAnalyticsResourceId: 'https://api.loganalytics.io',
  ossrDbmsResourceId: 'https://ossrdbms-aad.database.windows.net',
  gallery: `${endpoint}/gallery/`,
});

const legacy = (endpoint: string) => ({
  galleryEndpoint: `${endpoint}/gallery/`,
  graphEndpoint: 'https://graph.windows.net/',
  portalEndpoint: endpoint,
  authentication: { loginEndpoint: endpoint, audiences: authentication(endpoint).audiences },
});

export const isMetadataPath = (path: string): boolean => /^\/+metadata\/endpoints\/*$/i.test(path);

/** Undefined for an api-version that the address does not have. */
export function metadataEndpoints(endpoint: string, apiVersion: string): unknown {
  switch (apiVersion) {
    case '2015-01-01':
      return legacy(endpoint);
    case '2018-01-01':
      return {
        ...legacy(endpoint),
        graphAudience: 'https://graph.windows.net/',
        cloudEndpoint: { public: { endpoint: new URL(endpoint).host, locations: regionNames } },
      };
    case '2019-05-01':
    case '2020-06-01':
      return [cloud(endpoint)];
    case '2022-09-01':
      return cloud(endpoint);
    default:
      return undefined;
  }
}

export const metadataVersions: readonly string[] = [
  '2015-01-01',
  '2018-01-01',
  '2019-05-01',
  '2020-06-01',
  '2022-09-01',
];
