/**
 * The names that Azure's own DNS would handle by CNAMEs and that a hosts-style server has to be told one by one: the
 * `privatelink` twin of each record, and the public names that lead to a record. Data from Microsoft's zone table and
 * observed chains (facts: ampls 2.1, 2.3, 2.4). Pure.
 */

/** Public DNS zones under which the endpoints of Azure Monitor and of Azure Arc live; the twin of a name is made inside its zone. */
export const PUBLIC_ZONES = [
  'monitor.azure.com',
  'oms.opinsights.azure.com',
  'ods.opinsights.azure.com',
  'agentsvc.azure-automation.net',
  'blob.core.windows.net',
  'his.arc.azure.com',
  'guestconfiguration.azure.com',
  'dp.kubernetesconfiguration.azure.com',
  'monitor.azure.us',
  'oms.opinsights.azure.us',
  'ods.opinsights.azure.us',
  'agentsvc.azure-automation.us',
  'blob.core.usgovcloudapi.net',
  'his.arc.azure.us',
  'guestconfiguration.azure.us',
  'dp.kubernetesconfiguration.azure.us',
  'monitor.azure.cn',
  'oms.opinsights.azure.cn',
  'ods.opinsights.azure.cn',
  'agentsvc.azure-automation.cn',
  'blob.core.chinacloudapi.cn',
] as const;

/** A public name and the record that its CNAME chain ends in. */
export interface Alias {
  readonly name: string;
  readonly sameAs: string;
}

/** Chains seen in public DNS; each is published only when its `sameAs` is a record of the endpoint. */
export const ALIASES: readonly Alias[] = [
  { name: 'api.loganalytics.io', sameAs: 'api.monitor.azure.com' },
  { name: 'api.loganalytics.azure.com', sameAs: 'api.monitor.azure.com' },
  { name: 'api.loganalytics.us', sameAs: 'api.monitor.azure.us' },
  { name: 'api.loganalytics.azure.cn', sameAs: 'api.monitor.azure.cn' },
  { name: 'dc.services.visualstudio.com', sameAs: 'global.in.ai.monitor.azure.com' },
  { name: 'dc.applicationinsights.microsoft.com', sameAs: 'global.in.ai.monitor.azure.com' },
  { name: 'dc.applicationinsights.azure.com', sameAs: 'global.in.ai.monitor.azure.com' },
];

const REGIONAL_INGESTION = /^([a-z0-9]+-[0-9]+)\.in\.ai\.monitor\.azure\.com$/;

/** The aliases of one record. */
export function aliasesOf(fqdn: string): readonly string[] {
  const regional = REGIONAL_INGESTION.exec(fqdn)?.[1];
  const listed = ALIASES.filter(alias => alias.sameAs === fqdn).map(alias => alias.name);
  return regional === undefined ? listed : [...listed, `${regional}.in.applicationinsights.azure.com`];
}

const zoneOf = (fqdn: string): string | undefined => PUBLIC_ZONES.find(zone => fqdn.endsWith(`.${zone}`));

/** `api.monitor.azure.com` -> `api.privatelink.monitor.azure.com`; `undefined` outside the known zones. */
export function twinOf(fqdn: string): string | undefined {
  const zone = zoneOf(fqdn);
  if (zone === undefined || fqdn.endsWith(`.privatelink.${zone}`)) return undefined;
  return `${fqdn.slice(0, -zone.length)}privatelink.${zone}`;
}

/** `api.privatelink.monitor.azure.com` -> `api.monitor.azure.com`; other names come back as they are. */
export function withoutPrivatelink(fqdn: string): string {
  const zone = PUBLIC_ZONES.find(candidate => fqdn.endsWith(`.privatelink.${candidate}`));
  return zone === undefined ? fqdn : fqdn.slice(0, -`privatelink.${zone}`.length) + zone;
}

/** The name of Azure Monitor's storage account, and its twin: of a zone that all storage accounts share. */
export const isBlobName = (fqdn: string): boolean => BLOB_NAME.test(fqdn);

/** Of the zones of all storage accounts one name is Azure Monitor's: the agents' solution packs. */
const BLOB_NAME = /^scadvisorcontentpl\.(privatelink\.)?blob\./;

const PUBLISHABLE = [...PUBLIC_ZONES, ...ALIASES.map(alias => alias.name), 'in.applicationinsights.azure.com'];

/** Whether a name is one that Azure Monitor or Azure Arc can own: nothing else is ever written into anybody's DNS. */
export const isPublishableName = (fqdn: string): boolean =>
  PUBLISHABLE.some(suffix => fqdn === suffix || fqdn.endsWith(`.${suffix}`)) &&
  (!/(^|\.)blob\./.test(fqdn) || BLOB_NAME.test(fqdn));
