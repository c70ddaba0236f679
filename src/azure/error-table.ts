/**
 * ARM error codes -> what the pass does about them. One table, read from the top; the first row wins, so the specific
 * ones stand before the general. Source: Azure Service Operator `arm/error_classifier.go`, facts: ampls 1.3. Pure.
 */
import type { Reason } from '../domain/reasons.ts';
import type { ArmErrorFacts } from './arm-error.ts';

/** `stall`: somebody has to act. `backOff`: perhaps transient. A number: look again after so many milliseconds. */
export type Treatment = 'stall' | 'backOff' | number;

/** What to do about an error, and under which reason it is told. */
export interface Row {
  readonly reason: Reason;
  readonly treatment: Treatment;
  /** What to do, appended to Azure's own message. */
  readonly cure?: string;
}

interface CodeRow extends Row {
  /** Any of the error's codes, nested ones included; lower case. A trailing `*` matches any end. */
  readonly codes?: readonly string[];
  /** Any of the error's messages. */
  readonly message?: RegExp;
}

const SECOND = 1_000;
const RIGHTS_CURE = 'grant the operator that right; a new role assignment takes some minutes to work';

const CODES: readonly CodeRow[] = [
  // Races that settle by themselves
  { message: /mismatching requiredmembers/i, reason: 'RequiredMembersMismatch', treatment: 5 * SECOND },
  { message: /while in provisioning state/i, reason: 'Conflict', treatment: 3 * SECOND },
  { message: /same linked resource id already exists/i, reason: 'Conflict', treatment: SECOND },
  { message: /invalid private link service id/i, reason: 'Conflict', treatment: 5 * SECOND },
  { codes: ['anotheroperationinprogress', 'operationpreempted'], reason: 'Conflict', treatment: 10 * SECOND },
  { codes: ['canceledandsuperseded*'], reason: 'Conflict', treatment: 5 * SECOND },
  { codes: ['retryableerror*', 'storageaccountoperationinprogress'], reason: 'Conflict', treatment: 10 * SECOND },
  { codes: ['referencedresourcenotprovisioned'], reason: 'Conflict', treatment: 10 * SECOND },
  // Somebody was faster: the next pass sees the other group.
  { message: /more than one private dns zone group/i, reason: 'Conflict', treatment: 5 * SECOND },
  {
    message: /zones with overlapping namespaces/i,
    reason: 'NetworkHasZone',
    treatment: 60 * SECOND,
    cure: 'a network sees one zone of a name: take its other link away, or give the zoneIds of the zones that it has',
  },
  { message: /cannot be deleted because it is linked to/i, reason: 'StillInUse', treatment: 10 * SECOND },
  { codes: ['resourcegroupbeingdeleted'], reason: 'Conflict', treatment: 60 * SECOND },
  { codes: ['cannotdeleteresource', 'inuse*', 'nestedresourcesexist'], reason: 'StillInUse', treatment: 60 * SECOND },
  { codes: ['toomanyrequests', 'subscriptionrequeststhrottled*'], reason: 'Throttled', treatment: 10 * SECOND },

  // Somebody has to act
  { codes: ['scopelocked'], reason: 'Locked', treatment: 'stall', cure: 'take the lock off' },
  { codes: ['requestdisallowedbypolicy', 'requestdisallowedbyazure'], reason: 'PolicyDenied', treatment: 'stall' },
  {
    codes: ['missingsubscriptionregistration', 'subscriptionnotregistered'],
    reason: 'ProviderNotRegistered',
    treatment: 'stall',
  },
  {
    codes: ['resourcegroupnotfound'],
    reason: 'ResourceGroupNotFound',
    treatment: 'stall',
    cure: 'create the resource group',
  },
  {
    codes: ['subscriptionnotfound', 'invalidsubscriptionid'],
    reason: 'NotFound',
    treatment: 'stall',
    cure: 'check spec.subscriptionId, and that the identity has a role in that subscription',
  },
  { codes: ['readonlydisabledsubscription', 'disallowedoperation'], reason: 'Forbidden', treatment: 'stall' },
  {
    codes: ['subnetisfull', 'subnetfull'],
    reason: 'SubnetFull',
    treatment: 'stall',
    cure: 'use a larger subnet: eleven addresses for one workspace, a /27 at least',
  },
  {
    codes: ['invalidprivatednszoneids'],
    reason: 'ZoneNotFound',
    treatment: 'stall',
    cure: 'check spec.privateEndpoint.zoneGroup.zoneIds',
  },
  {
    codes: ['privateendpointcreationnotallowedassubnetisdelegated'],
    reason: 'SubnetDelegated',
    treatment: 'stall',
    cure: 'use a subnet that is delegated to nobody',
  },
  {
    // Still said in some clouds; in the public one policies hold for endpoints and forbid none.
    codes: ['privateendpointcannotbecreatedinsubnetthathasnetworkpoliciesenabled'],
    reason: 'InvalidRequest',
    treatment: 'stall',
    cure: 'az network vnet subnet update --ids SUBNET --private-endpoint-network-policies Disabled',
  },
  { codes: ['privateendpointipconfigurationmissingmembernames*'], reason: 'StaticAddresses', treatment: 'stall' },
  { message: /has static ip configurations/i, reason: 'StaticAddresses', treatment: 'stall' },
  { codes: ['subnetnotfound', 'virtualnetworknotfound'], reason: 'SubnetNotFound', treatment: 'stall' },
  {
    codes: ['invalidresourcereference'],
    message: /\/virtualnetworks\//i,
    reason: 'SubnetNotFound',
    treatment: 'stall',
  },
  {
    codes: ['invalidresourcelocation'],
    reason: 'RegionMismatch',
    treatment: 'stall',
    cure: 'it exists in another region: use another name or that region',
  },
  {
    codes: ['*quotaexceeded', '*limitreached', '*limitexceeded', 'quotaexceeded*'],
    reason: 'QuotaExceeded',
    treatment: 'stall',
  },
  { codes: ['operationnotallowed'], message: /quota|limit/i, reason: 'QuotaExceeded', treatment: 'stall' },
  {
    codes: ['invalidauthenticationtokentenant'],
    reason: 'AuthenticationFailed',
    treatment: 'stall',
    cure: 'the token is of another tenant than the subscription: check AZURE_TENANT_ID',
  },

  {
    codes: ['invalidauthenticationtokenaudience'],
    reason: 'AuthenticationFailed',
    treatment: 'stall',
    cure: 'check AZURE_RESOURCE_MANAGER_AUDIENCE',
  },
  { codes: ['invalidresourcenamespace', 'invalidresourcetype'], reason: 'InvalidRequest', treatment: 'stall' },
  {
    codes: ['conflict'],
    message: /soft-deleted|\bname\b.*\balready in use\b/i,
    reason: 'SoftDeleted',
    treatment: 'stall',
    cure: 'recover or purge the soft-deleted workspace of that name, or use another name',
  },

  // Rights: they propagate, so look again, but slowly
  {
    codes: ['linkedauthorizationfailed'],
    reason: 'LinkedAuthorizationFailed',
    treatment: 60 * SECOND,
    cure: RIGHTS_CURE,
  },
  {
    codes: ['authorizationfailed', 'authorizationpermissionmismatch'],
    reason: 'Forbidden',
    treatment: 60 * SECOND,
    cure: RIGHTS_CURE,
  },

  { codes: ['parentresourcenotfound'], reason: 'NotFound', treatment: 5 * SECOND },
  { codes: ['preconditionfailed'], reason: 'Conflict', treatment: SECOND },
  { codes: ['conflict', 'conflicterror'], reason: 'Conflict', treatment: 10 * SECOND },
];

const STATUSES: Readonly<Record<number, Row>> = {
  401: { reason: 'AuthenticationFailed', treatment: 'backOff' },
  403: { reason: 'Forbidden', treatment: 60 * SECOND, cure: RIGHTS_CURE },
  404: { reason: 'NotFound', treatment: 10 * SECOND },
  405: { reason: 'InvalidRequest', treatment: 'stall' },
  408: { reason: 'AzureError', treatment: 'backOff' },
  409: { reason: 'Conflict', treatment: 10 * SECOND },
  410: { reason: 'NotFound', treatment: 10 * SECOND },
  412: { reason: 'Conflict', treatment: SECOND },
  423: { reason: 'Locked', treatment: 'stall' },
  429: { reason: 'Throttled', treatment: 10 * SECOND },
  502: { reason: 'AzureUnreachable', treatment: 'backOff' },
  503: { reason: 'AzureUnreachable', treatment: 'backOff' },
  504: { reason: 'AzureUnreachable', treatment: 'backOff' },
};

/** The row for an error; there always is one. */
export function rowFor(facts: ArmErrorFacts): Row {
  return CODES.find(row => matches(row, facts)) ?? rowForStatus(facts);
}

function matches({ codes, message }: CodeRow, { items }: ArmErrorFacts): boolean {
  const coded = codes === undefined || items.some(item => codes.some(code => isCode(code, item.code.toLowerCase())));
  return coded && (message === undefined || items.some(item => message.test(item.message)));
}

function isCode(pattern: string, code: string): boolean {
  if (pattern.endsWith('*')) return code.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? code.endsWith(pattern.slice(1)) : code === pattern;
}

function rowForStatus({ status, isForeign }: ArmErrorFacts): Row {
  if (status === undefined) return { reason: 'ProvisioningFailed', treatment: 'backOff' };
  // A proxy's page proves nothing about the resource or our rights.
  if (isForeign && status < 500 && status !== 429) return { reason: 'UnexpectedAnswer', treatment: 'backOff' };
  if (status >= 500) return STATUSES[status] ?? { reason: 'AzureError', treatment: 'backOff' };
  if (status < 400) return { reason: 'UnexpectedAnswer', treatment: 'backOff' };
  return STATUSES[status] ?? { reason: 'InvalidRequest', treatment: 'stall' };
}

/** 404s that speak of the subscription or of the tenant: they prove nothing about one resource. */
const NOT_ABOUT_THE_RESOURCE = ['subscriptionnotfound', 'tenantnotfound'];

/**
 * Whether an error proves that the resource is not there. A missing resource group or parent proves it too. A missing
 * subscription does not: Azure says the same to an identity without any right in it. An empty 404 is how the providers
 * of scopes and links say it (recordings: private-link-scope 50, 96).
 */
export function saysAbsent({ status, items, isForeign }: ArmErrorFacts): boolean {
  if (status !== 404 || isForeign) return false;
  const code = items[0]?.code.toLowerCase();
  if (code === undefined) return true;
  return code.endsWith('notfound') && !NOT_ABOUT_THE_RESOURCE.includes(code);
}
