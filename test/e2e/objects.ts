/**
 * The objects that the end-to-end tests apply, and what is to be expected of them in DNS.
 */
import { NAMESPACE } from './scene.ts';

export interface PmsOptions {
  readonly subscriptionId: string;
  readonly name: string;
  readonly workspaces?: readonly Record<string, unknown>[];
  /** Virtual network of its subnet `monitoring`. */
  readonly network?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A PrivateMonitoringScope as a user writes it, with the shortest resync that the CRD takes. */
export const pms = ({ subscriptionId, name, workspaces, network = 'vnet-plant', spec }: PmsOptions) => ({
  apiVersion: 'privatemonitoring.dev/v1alpha1',
  kind: 'PrivateMonitoringScope',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    subscriptionId,
    resourceGroup: 'rg-monitor',
    location: 'japaneast',
    interval: '10s',
    workspaces: workspaces ?? [{ name: `law-${name}`, retentionInDays: 30 }],
    privateEndpoint: {
      subnetId: `/subscriptions/${subscriptionId}/resourceGroups/rg-monitor/providers/Microsoft.Network/virtualNetworks/${network}/subnets/monitoring`,
    },
    ...spec,
  },
});

/** The names that every scope has, public form. Source: facts ampls 2.3. */
export const SHARED = [
  'api.monitor.azure.com',
  'diagservices-query.monitor.azure.com',
  'global.handler.control.monitor.azure.com',
  'global.in.ai.monitor.azure.com',
  'live.monitor.azure.com',
  'profiler.monitor.azure.com',
  'scadvisorcontentpl.blob.core.windows.net',
  'snapshot.monitor.azure.com',
];

export const ALIASES = {
  'api.loganalytics.io': 'api.monitor.azure.com',
  'api.loganalytics.azure.com': 'api.monitor.azure.com',
  'dc.services.visualstudio.com': 'global.in.ai.monitor.azure.com',
} as const;

/** The three names of a workspace. */
export const namesOf = (customerId: string): readonly string[] =>
  ['oms.opinsights.azure.com', 'ods.opinsights.azure.com', 'agentsvc.azure-automation.net'].map(
    zone => `${customerId.toLowerCase()}.${zone}`,
  );

const ZONES = [
  'monitor.azure.com',
  'oms.opinsights.azure.com',
  'ods.opinsights.azure.com',
  'agentsvc.azure-automation.net',
  'blob.core.windows.net',
];

/** `api.monitor.azure.com` -> `api.privatelink.monitor.azure.com`; written apart from the product, which it judges. */
export function twin(name: string): string {
  const zone = ZONES.find(candidate => name.endsWith(`.${candidate}`));
  if (zone === undefined) throw new Error(`${name} is in no zone of Azure Monitor`);
  return name.replace(zone, `privatelink.${zone}`);
}
