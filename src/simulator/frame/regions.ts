/**
 * The regions that the simulator knows, by their short names. Not every region of the real Azure.
 */
const regions = new Set(
  (
    'australiacentral australiaeast australiasoutheast brazilsouth canadacentral canadaeast centralindia centralus ' +
    'centraluseuap eastasia eastus eastus2 eastus2euap francecentral germanywestcentral italynorth japaneast japanwest ' +
    'koreacentral koreasouth northcentralus northeurope norwayeast polandcentral qatarcentral southafricanorth ' +
    'southcentralus southeastasia southindia spaincentral swedencentral switzerlandnorth uaenorth uksouth ukwest ' +
    'westcentralus westeurope westindia westus westus2 westus3'
  ).split(' '),
);

export const isRegion = (name: string): boolean => regions.has(name);
