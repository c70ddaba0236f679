/**
 * The regions that the simulator knows, by their short and long names. Not every region of the real Azure.
 */
const longNames: Readonly<Record<string, string>> = {
  australiacentral: 'Australia Central',
  australiaeast: 'Australia East',
  australiasoutheast: 'Australia Southeast',
  brazilsouth: 'Brazil South',
  canadacentral: 'Canada Central',
  canadaeast: 'Canada East',
  centralindia: 'Central India',
  centralus: 'Central US',
  centraluseuap: 'Central US EUAP',
  eastasia: 'East Asia',
  eastus: 'East US',
  eastus2: 'East US 2',
  eastus2euap: 'East US 2 EUAP',
  francecentral: 'France Central',
  germanywestcentral: 'Germany West Central',
  italynorth: 'Italy North',
  japaneast: 'Japan East',
  japanwest: 'Japan West',
  koreacentral: 'Korea Central',
  koreasouth: 'Korea South',
  northcentralus: 'North Central US',
  northeurope: 'North Europe',
  norwayeast: 'Norway East',
  polandcentral: 'Poland Central',
  qatarcentral: 'Qatar Central',
  southafricanorth: 'South Africa North',
  southcentralus: 'South Central US',
  southeastasia: 'Southeast Asia',
  southindia: 'South India',
  spaincentral: 'Spain Central',
  swedencentral: 'Sweden Central',
  switzerlandnorth: 'Switzerland North',
  uaenorth: 'UAE North',
  uksouth: 'UK South',
  ukwest: 'UK West',
  westcentralus: 'West Central US',
  westeurope: 'West Europe',
  westindia: 'West India',
  westus: 'West US',
  westus2: 'West US 2',
  westus3: 'West US 3',
};

/** Short names. */
export const regionNames: readonly string[] = Object.keys(longNames);

export const isRegion = (name: string): boolean => Object.hasOwn(longNames, name);

/** The long name of a region, e.g. `Japan East`; anything else comes back as it is. */
export const displayNameOf = (region: string): string => (isRegion(region) ? (longNames[region] ?? region) : region);
