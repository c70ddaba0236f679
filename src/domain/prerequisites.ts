/**
 * What an object needs of Azure before the operator can do anything for it, judged from what was read: subscription,
 * resource group, providers, subnet with its room, rights. Pure; `pms check` and `pms plan` tell it.
 * Source: facts ampls 2.3 (addresses), 8 (rights, providers).
 */
import { prefixLengthFor } from './addresses.ts';
import type { Desired } from './desire.ts';
import { type Finding, failing, passed, skipped, unknown } from './finding.ts';
import { parseId, sameId } from './names.ts';
import type { Reading } from './observed.ts';
import { estimateAddresses } from './preflight.ts';
import { isRegistered, registerCommand, SCOPE_PROVIDER } from './preflight-checks.ts';
import { isAdopted, isMade, type PrivateEndpointWant, type Subnet } from './resources.ts';
import { type HeldRights, missingRights, neededRights, rightsText } from './rights.ts';

/** Providers that the endpoint's and the workspaces' subscription must be registered for. */
export const NEEDED_PROVIDERS = [SCOPE_PROVIDER, 'Microsoft.OperationalInsights', 'Microsoft.Network'] as const;

export interface Prerequisites {
  readonly subscription: Reading<{ readonly name: string; readonly state: string }>;
  readonly resourceGroup: Reading<{ readonly location: string }>;
  /** By namespace. */
  readonly registrations: ReadonlyMap<string, Reading<string>>;
  readonly subnet: Reading<Subnet>;
  readonly usage: Reading<{ readonly limit: number; readonly used: number }>;
  readonly rights: readonly Reading<HeldRights>[];
  /** The endpoint is there: it has its addresses. */
  readonly hasEndpoint: boolean;
}

/** One finding a prerequisite, in the order in which they are put right. */
export const judgePrerequisites = (want: Desired, seen: Prerequisites): readonly Finding[] => [
  subscription(want, seen),
  resourceGroup(want, seen),
  ...[...seen.registrations].map(([namespace, reading]) => provider(want, namespace, reading)),
  ...(isAdopted(want.endpoint) ? [] : [subnet(want.endpoint, seen), ...addresses(want, seen)]),
  rights(want, seen),
];

function subscription({ subscriptionId }: Desired, { subscription: seen }: Prerequisites): Finding {
  const check = 'subscription';
  if (seen.is === 'unread') return unknown(check, seen.failure);
  if (seen.is === 'absent') {
    const cure = 'check spec.subscriptionId, and give the identity a role in that subscription';
    return failing(check, `subscription ${subscriptionId} is not there, or the identity has no right in it`, cure);
  }
  const { name, state } = seen.body;
  if (/^(disabled|deleted|warned)$/i.test(state)) {
    return failing(check, `subscription ${name} is ${state}`, 'enable it again: Azure takes no writes until then');
  }
  return passed(check, `${name} is ${state}`);
}

function resourceGroup(want: Desired, { resourceGroup: seen }: Prerequisites): Finding {
  const check = 'resource group';
  if (seen.is === 'unread') return unknown(check, seen.failure);
  if (seen.is === 'present') return passed(check, `${want.resourceGroup} is there, in ${seen.body.location}`);
  const [location] = [want.endpoint, ...want.workspaces].filter(isMade).map(item => item.location);
  const at = location === undefined ? '' : ` --location ${location}`;
  const cure = `az group create --name ${want.resourceGroup}${at}`;
  return failing(check, `there is no resource group ${want.resourceGroup}`, cure);
}

function provider({ subscriptionId }: Desired, namespace: string, seen: Reading<string>): Finding {
  const check = `provider ${namespace}`;
  if (seen.is === 'unread') return unknown(check, seen.failure);
  const state = seen.is === 'present' ? seen.body : 'unknown';
  if (isRegistered(state)) return passed(check, state);
  const cure = registerCommand(namespace, subscriptionId);
  return failing(check, `the subscription is not registered for it (${state})`, cure);
}

function subnet({ subnetId, location }: PrivateEndpointWant, { subnet: seen }: Prerequisites): Finding {
  const check = 'subnet';
  if (seen.is === 'unread') return unknown(check, seen.failure);
  if (seen.is === 'absent') {
    const cure = 'correct spec.privateEndpoint.subnetId: `az network vnet subnet show --query id` prints it';
    return failing(check, `there is no subnet ${subnetId}`, cure);
  }
  const name = parseId(subnetId)?.names.join('/') ?? subnetId;
  if (seen.body.location.toLowerCase() === location.toLowerCase()) {
    return passed(check, `${name} (${seen.body.addressPrefixes.join(', ')}) is there, in ${location}`);
  }
  const cure = `set spec.privateEndpoint.location to ${seen.body.location}: an endpoint lives in the region of its network`;
  return failing(check, `${name} is in ${seen.body.location}, the endpoint would be in ${location}`, cure);
}

/** Where adopted workspaces live is not read here. */
const NOWHERE = { workspaces: new Map(), components: new Map() };

function addresses(want: Desired, { usage, subnet: found, hasEndpoint }: Prerequisites): readonly Finding[] {
  const check = 'free addresses';
  if (found.is !== 'present') return [];
  if (hasEndpoint) return [passed(check, 'the private endpoint is there and has its addresses')];
  if (usage.is === 'unread') return [unknown(check, usage.failure)];
  if (usage.is === 'absent') return [];
  const free = usage.body.limit - usage.body.used;
  const needed = estimateAddresses(want, NOWHERE);
  const message = `${needed} are needed, ${free} of ${usage.body.limit} are free`;
  if (free >= needed) return [passed(check, message)];
  return [failing(check, message, `take a subnet of at least /${prefixLengthFor(needed)}`)];
}

function rights(want: Desired, { rights: readings }: Prerequisites): Finding {
  const check = 'rights';
  const unread = readings.find(reading => reading.is === 'unread');
  const held = readings.flatMap(reading => (reading.is === 'present' ? [reading.body] : []));
  const needed = neededRights(want);
  const missing = missingRights(needed, held);
  if (missing.length > 0) {
    const cure = 'assign a role that has them; a new assignment takes some minutes to work';
    return failing(check, `the identity lacks ${rightsText(missing)}`, cure);
  }
  if (unread !== undefined) return unknown(check, unread.failure);
  const judged = needed.filter(({ scope }) => held.some(other => sameId(other.scope, scope)));
  if (judged.length === 0) return skipped(check, 'neither the resource group nor the subnet is there');
  const count = judged.reduce((sum, { actions }) => sum + actions.length, 0);
  return passed(check, `all ${count} that are needed are held`);
}
