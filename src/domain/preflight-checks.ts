/**
 * Single findings of the preflight beyond the subnet: what would be refused later, or would hurt somebody, each with the
 * cure. Fatal ones keep everything from being created; warnings are told and hold nothing back. Pure.
 * Source: facts ampls 3 (one network, one scope), 8 (rights), 10.
 */
import type { Desired } from './desire.ts';
import { bodyOf, type Observed } from './observed.ts';
import { fatal } from './preflight-verdicts.ts';
import { isMade } from './resources.ts';
import { APPROVE, missingRights, type NeededRights, neededRights, QUERY, rightsText } from './rights.ts';
import type { Verdict } from './steps.ts';

/** A role assignment takes some minutes to work. */
export const RIGHTS_RETRY_MS = 60_000;
/** So does a registration. */
export const REGISTRATION_RETRY_MS = 30_000;

/** Whatever is created goes into the resource group. Azure has said that it is not there when the workspaces were asked for. */
export function resourceGroup(want: Desired, seen: Observed): readonly Verdict[] {
  if (!seen.isGroupMissing) return [];
  const [location] = [want.endpoint, ...want.workspaces].filter(isMade).map(item => item.location);
  const create = `az group create --name ${want.resourceGroup}${location === undefined ? '' : ` --location ${location}`}`;
  const message = `spec.resourceGroup: there is no resource group ${want.resourceGroup} in subscription ${want.subscriptionId}: ${create}`;
  return [fatal('ResourceGroupNotFound', message)];
}

/** Not registered by default, so the one provider that is asked for in time (facts: ampls 8). */
export const SCOPE_PROVIDER = 'Microsoft.Insights';

/** While it is being registered Azure takes the first writes already. */
export const isRegistered = (state: string): boolean => /^(registered|registering)$/i.test(state);

/** The command that registers a provider. */
export const registerCommand = (namespace: string, subscriptionId: string): string =>
  `az provider register --namespace ${namespace} --subscription ${subscriptionId} --wait`;

/** Azure makes no scope in a subscription that has never heard of Azure Monitor. */
export function registration({ subscriptionId }: Desired, { registration: reading }: Observed): readonly Verdict[] {
  const state = reading && bodyOf(reading);
  if (state === undefined || isRegistered(state)) return [];
  const message = `spec.subscriptionId: subscription ${subscriptionId} is not registered for ${SCOPE_PROVIDER} (${state}): ${registerCommand(SCOPE_PROVIDER, subscriptionId)}`;
  return [{ ...fatal('ProviderNotRegistered', message), retryAfterMs: REGISTRATION_RETRY_MS }];
}

/** All rights that are missing, not only the one that Azure would refuse first. */
export function missing(want: Desired, seen: Observed): readonly Verdict[] {
  const held = bodyOf(seen.rights);
  const rights = held === undefined ? [] : missingRights(neededRights(want), held);
  if (rights.length === 0) return [];
  const message = `the identity lacks these rights: ${rightsText(rights)}; assign a role that has them, a new assignment takes some minutes to work${askInstead(rights)}`;
  return [{ ...fatal('Forbidden', message), retryAfterMs: RIGHTS_RETRY_MS }];
}

/** What is asked for can sometimes be had with less. */
function askInstead(rights: readonly NeededRights[]): string {
  const lacks = (action: string) => rights.some(({ actions }) => actions.includes(action));
  const approve = lacks(APPROVE)
    ? "; without the right to approve, spec.privateEndpoint.approval: Manual leaves that to the scope's owner"
    : '';
  const query = lacks(QUERY)
    ? '; without the right to query (Log Analytics Reader has it), spec.verification.gate: TLS proves less'
    : '';
  return `${approve}${query}`;
}
