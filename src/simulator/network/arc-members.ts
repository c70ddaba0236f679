/**
 * Which members a private link scope of Azure Arc requires of a private endpoint, and the name behind each. Recorded in
 * centraluseuap in 2024; japaneast from a public report (jpazmon-integ/blog, Arc_AAMPLS_DNS). The short names of other
 * regions are not known here and stand in full.
 */
import type { Member } from './members.ts';

interface RegionNames {
  /** As in `<short>.his.arc.azure.com`. */
  readonly short: string;
  /** As in `<geography>-ats.his.arc.azure.com`. */
  readonly geography: string;
  /** Regions whose guest configuration service it uses. */
  readonly guestConfiguration: readonly string[];
  readonly kubernetes: string;
}

const known: Readonly<Record<string, RegionNames>> = {
  centraluseuap: {
    short: 'cuseuap',
    geography: 'canary',
    guestConfiguration: ['eapeus2', 'eastus2euap'],
    kubernetes: 'eastus2euap',
  },
  japaneast: { short: 'je', geography: 'japan', guestConfiguration: ['japaneast'], kubernetes: 'japaneast' },
};

/** The zones as the service spells them, capital letter included (recorded). */
export const arcZoneNames: readonly string[] = [
  'privatelink.his.arc.azure.com',
  'privatelink.Guestconfiguration.azure.com',
  'privatelink.dp.kubernetesconfiguration.azure.com',
];

/** In the order of an endpoint's records. */
export function arcMembers(region: string): readonly Member[] {
  const fallback = { short: region, geography: region, guestConfiguration: [region], kubernetes: region };
  const names = known[region] ?? fallback;
  const his = (name: string) => [`${name}.his.arc.azure.com`];
  return [
    { name: 'HybridCompute.Global', fqdns: his('gbl') },
    { name: 'HybridCompute.Server', fqdns: his(names.short) },
    { name: 'HybridCompute.TokenService', fqdns: his(`${names.geography}-ats`) },
    { name: 'GuestConfig.GlobalService', fqdns: ['agentserviceapi.guestconfiguration.azure.com'] },
    ...names.guestConfiguration.map(each => ({
      name: `GuestConfig.AgentService.${each}`,
      fqdns: [`${each}-gas.guestconfiguration.azure.com`],
    })),
    { name: 'HybridCompute.K8sConfiguration', fqdns: [`${names.kubernetes}.dp.kubernetesconfiguration.azure.com`] },
  ];
}
