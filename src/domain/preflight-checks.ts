/**
 * Single findings of the preflight beyond the subnet: what would be refused later, or would hurt somebody, each with the
 * cure. Fatal ones keep everything from being created; warnings are told and hold nothing back. Pure.
 * Source: facts ampls 3 (one network, one scope), 8 (rights), 10.
 */
import type { Desired } from './desire.ts';
import { parseId, sameId, scopeOfLink, shortName } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import type { Reason } from './reasons.ts';
import type { PrivateEndpoint } from './resources.ts';
import { missingRights, neededRights, rightsText } from './rights.ts';
import { ready, type Verdict } from './steps.ts';

const fatal = (reason: Reason, message: string): Verdict => ({ state: 'Stalled', reason, message, actions: [] });

/** Told in the message of PreflightPassed, and holds nothing back. */
const warning = (message: string): Verdict => ready('PassedWithWarnings', `warning: ${message}`);

/** A role assignment takes some minutes to work. */
const RIGHTS_RETRY_MS = 60_000;

/** Whatever is created goes into the resource group. Azure has said that it is not there when the workspaces were asked for. */
export function resourceGroup(want: Desired, seen: Observed): readonly Verdict[] {
  if (!seen.isGroupMissing) return [];
  const create = `az group create --name ${want.resourceGroup} --location ${want.endpoint.location}`;
  const message = `spec.resourceGroup: there is no resource group ${want.resourceGroup} in subscription ${want.subscriptionId}: ${create}`;
  return [fatal('ResourceGroupNotFound', message)];
}

const SCOPE_TYPE = 'microsoft.insights/privatelinkscopes';
const isMonitorScope = (id: string): boolean => parseId(id)?.type.toLowerCase() === SCOPE_TYPE;
const isConnected = ({ connectionStatus = '' }: PrivateEndpoint): boolean =>
  /^(approved|pending)$/i.test(connectionStatus);

/** Azure connects a virtual network to one private link scope of Azure Monitor. */
export function otherScopeOnNetwork(want: Desired, seen: Observed): readonly Verdict[] {
  const rival = (bodyOf(seen.networkEndpoints) ?? []).find(
    endpoint =>
      endpoint.scopeId !== undefined &&
      isMonitorScope(endpoint.scopeId) &&
      isConnected(endpoint) &&
      !sameId(endpoint.scopeId, want.scope.id),
  );
  if (rival?.scopeId === undefined) return [];
  const network = parseId(want.endpoint.subnetId)?.names[0] ?? want.endpoint.subnetId;
  const message = `spec.privateEndpoint.subnetId: network ${network} is connected to private link scope ${rival.scopeId} by private endpoint ${rival.name}, and Azure connects a network to one scope of Azure Monitor only: use that scope, or another network`;
  return [fatal('OtherScopeOnNetwork', message)];
}

/** What Azure allows (ampls-limitations, preview). */
const SCOPES_PER_WORKSPACE = 100;

/** A workspace that somebody else's scope links as well. */
export function otherLinks(want: Desired, seen: Observed): readonly Verdict[] {
  return want.workspaces.flatMap(({ key, name }) => {
    const sight = seen.workspaces.get(key);
    const links = (sight && bodyOf(sight.reading)?.linkedBy) ?? [];
    const others = links.map(({ linkId }) => scopeOfLink(linkId)).filter(scope => !sameId(scope, want.scope.id));
    if (others.length === 0) return [];
    const scopes = [...new Set(others.map(shortName))].join(', ');
    if (others.length >= SCOPES_PER_WORKSPACE && others.length === links.length) {
      const message = `workspace ${name} is linked to ${others.length} private link scopes, which is as many as Azure allows: unlink it from one of ${scopes}`;
      return [fatal('QuotaExceeded', message)];
    }
    const message = `workspace ${name} is linked to private link scope ${scopes} too (${SCOPES_PER_WORKSPACE} are allowed): clients behind that scope reach it as well, also when its public access is closed`;
    return [warning(message)];
  });
}

/** After Azure has refused something for want of a right: all that are missing, not only the first. */
export function missing(want: Desired, seen: Observed): readonly Verdict[] {
  const held = bodyOf(seen.rights);
  const rights = held === undefined ? [] : missingRights(neededRights(want), held);
  if (rights.length === 0) return [];
  const message = `the identity lacks these rights: ${rightsText(rights)}; assign a role that has them, a new assignment takes some minutes to work`;
  return [{ ...fatal('Forbidden', message), retryAfterMs: RIGHTS_RETRY_MS }];
}
