/**
 * What the Connected Machine agent may go to in public all the same, as data. Pure. src/commands/doctor only. Source:
 * "Connected Machine agent network requirements", column "Private link capable", and "Use Azure Private Link to securely
 * connect servers to Azure Arc" (Entra ID and Resource Manager keep to the internet).
 */

export interface Allowed {
  readonly name: string;
  readonly what: string;
}

const ENTRA = 'Microsoft Entra ID';
const MANAGER = 'Azure Resource Manager';
const NOTIFICATION = 'notification service';
const ARC = 'Azure Arc, public here';

/** Names that can be asked for. Those of patterns (`azgn*.servicebus.windows.net`, regional ones) cannot. */
const CLOUDS: Readonly<Record<string, readonly Allowed[]>> = {
  com: [
    { name: 'login.microsoftonline.com', what: ENTRA },
    { name: 'login.microsoft.com', what: ENTRA },
    { name: 'login.windows.net', what: ENTRA },
    { name: 'pas.windows.net', what: ENTRA },
    { name: 'management.azure.com', what: MANAGER },
    { name: 'guestnotificationservice.azure.com', what: NOTIFICATION },
    { name: 'gbl.his.arc.azure.com', what: ARC },
    { name: 'agentserviceapi.guestconfiguration.azure.com', what: ARC },
  ],
  us: [
    { name: 'login.microsoftonline.us', what: ENTRA },
    { name: 'pasff.usgovcloudapi.net', what: ENTRA },
    { name: 'management.usgovcloudapi.net', what: MANAGER },
    { name: 'gbl.his.arc.azure.us', what: ARC },
    { name: 'agentserviceapi.guestconfiguration.azure.us', what: ARC },
  ],
  cn: [
    { name: 'login.chinacloudapi.cn', what: ENTRA },
    { name: 'login.partner.chinacloudapi.cn', what: ENTRA },
    { name: 'pas.chinacloudapi.cn', what: ENTRA },
    { name: 'management.chinacloudapi.cn', what: MANAGER },
    { name: 'guestnotificationservice.azure.cn', what: NOTIFICATION },
    { name: 'gbl.his.arc.azure.cn', what: ARC },
    { name: 'agentserviceapi.guestconfiguration.azure.cn', what: ARC },
  ],
};

const CLOUD = /\.(?:monitor|his\.arc)\.azure\.(com|us|cn)$/;
const ARC_NAME = /\.his\.arc\.azure\.(com|us|cn)$/;

/** Of the cloud that the records are of; without Arc's own names where the records have them: then those are private. */
export function allowanceFor(names: readonly string[]): readonly Allowed[] {
  const cloud = names.map(name => CLOUD.exec(name)?.[1]).find(found => found !== undefined) ?? 'com';
  const all = CLOUDS[cloud] ?? [];
  return names.some(name => ARC_NAME.test(name)) ? all.filter(({ what }) => what !== ARC) : all;
}
