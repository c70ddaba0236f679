/**
 * The table of ARM errors, row by row: what the pass does about each, and which 404s prove an absence.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmErrorFacts } from '../../src/azure/arm-error.ts';
import { rowFor, saysAbsent, type Treatment } from '../../src/azure/error-table.ts';

const facts = (status: number | undefined, ...items: readonly (readonly [string, string?])[]): ArmErrorFacts => ({
  ...(status === undefined ? {} : { status }),
  items: items.map(([code, message = '']) => ({ code, message })),
  policies: [],
  isForeign: false,
});

const foreign = (status: number): ArmErrorFacts => ({ ...facts(status), isForeign: true });

/** Status, code, message; then reason and treatment. The first block is the list of facts: ampls 1.3. */
const rows: readonly (readonly [ArmErrorFacts, string, Treatment])[] = [
  [
    facts(400, [
      'BadRequest',
      'Call to microsoft.insights/privateLinkScopes failed. Error message: Mismatching RequiredMembers in Request',
    ]),
    'RequiredMembersMismatch',
    5_000,
  ],
  [facts(409, ['Conflict', "Cannot modify resource while in provisioning state: 'Provisioning'"]), 'Conflict', 3_000],
  [
    facts(409, ['Conflict', 'Scoped resource with same linked resource id already exists in this private link scope']),
    'Conflict',
    1_000,
  ],
  [facts(409, ['AnotherOperationInProgress', 'use uri: https://...']), 'Conflict', 10_000],
  [facts(429, ['RetryableError', 'A retryable error occurred.']), 'Conflict', 10_000],
  [facts(409, ['StorageAccountOperationInProgress']), 'Conflict', 10_000],
  [facts(400, ['BadRequest', 'PrivateLinkServiceId Invalid private link service id /s']), 'Conflict', 5_000],
  [facts(409, ['ConflictError']), 'Conflict', 10_000],
  [
    facts(400, ['PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps', 'its missing these']),
    'StaticAddresses',
    'stall',
  ],
  [facts(400, ['PrivateEndpointCreationNotAllowedAsSubnetIsDelegated']), 'SubnetDelegated', 'stall'],
  [facts(400, ['PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled']), 'InvalidRequest', 'stall'],
  [
    facts(400, ['BadRequest', 'Private endpoint /e has static IP configurations: its missing these']),
    'StaticAddresses',
    'stall',
  ],
  [facts(400, ['SubnetIsFull', 'Subnet monitoring does not have enough capacity']), 'SubnetFull', 'stall'],
  [facts(400, ['InvalidPrivateDnsZoneIds']), 'ZoneNotFound', 'stall'],
  [
    facts(400, ['MoreThanOne', 'Cannot create more than one private dns zone groups in the private endpoint pe.']),
    'Conflict',
    5_000,
  ],
  [
    facts(409, ['Conflict', 'A virtual network cannot be linked to multiple zones with overlapping namespaces.']),
    'NetworkHasZone',
    60_000,
  ],
  [facts(409, ['ScopeLocked', 'The scope is locked.']), 'Locked', 'stall'],
  [facts(409, ['CannotDeleteResource', 'nested resources exist']), 'StillInUse', 60_000],
  [facts(409, ['Conflict', "The workspace name 'law-a' is already in use"]), 'SoftDeleted', 'stall'],

  [facts(409, ['Conflict', "Workspace 'a' cannot be deleted because it is linked to X"]), 'StillInUse', 10_000],
  [facts(400, ['InUseSubnetCannotBeDeleted']), 'StillInUse', 60_000],
  [
    facts(undefined, ['Canceled', 'Operation was canceled.'], ['CanceledAndSupersededDueToAnotherOperation']),
    'Conflict',
    5_000,
  ],
  [facts(409, ['ReferencedResourceNotProvisioned']), 'Conflict', 10_000],
  [facts(409, ['ResourceGroupBeingDeleted']), 'Conflict', 60_000],
  [facts(429, ['TooManyRequests']), 'Throttled', 10_000],
  [facts(409, ['SubscriptionRequestsThrottled']), 'Throttled', 10_000],
  [facts(403, ['RequestDisallowedByPolicy']), 'PolicyDenied', 'stall'],
  [facts(409, ['MissingSubscriptionRegistration']), 'ProviderNotRegistered', 'stall'],
  [facts(404, ['ResourceGroupNotFound']), 'ResourceGroupNotFound', 'stall'],
  [facts(404, ['SubscriptionNotFound']), 'NotFound', 'stall'],
  [facts(409, ['ReadOnlyDisabledSubscription']), 'Forbidden', 'stall'],
  [
    facts(400, ['InvalidResourceReference', 'Resource /x/virtualNetworks/v/subnets/s not found']),
    'SubnetNotFound',
    'stall',
  ],
  [facts(400, ['InvalidResourceReference', 'Resource /x/other/o not found']), 'InvalidRequest', 'stall'],
  [facts(409, ['InvalidResourceLocation']), 'RegionMismatch', 'stall'],
  [facts(400, ['PrivateEndpointCountLimitReached']), 'QuotaExceeded', 'stall'],
  [facts(409, ['OperationNotAllowed', 'exceeds the quota of 10']), 'QuotaExceeded', 'stall'],
  [facts(409, ['OperationNotAllowed', 'is being moved']), 'Conflict', 10_000],
  [facts(401, ['InvalidAuthenticationTokenTenant']), 'AuthenticationFailed', 'stall'],
  [facts(401, ['InvalidAuthenticationTokenAudience']), 'AuthenticationFailed', 'stall'],
  [facts(404, ['InvalidResourceNamespace']), 'InvalidRequest', 'stall'],
  [facts(403, ['AuthorizationFailed']), 'Forbidden', 60_000],
  [facts(403, ['LinkedAuthorizationFailed']), 'LinkedAuthorizationFailed', 60_000],
  [facts(404, ['ParentResourceNotFound']), 'NotFound', 5_000],
  [facts(412, ['PreconditionFailed']), 'Conflict', 1_000],

  // The code that tells more stands deeper than the one that tells less
  [facts(400, ['BadRequest'], ['SubnetIsFull']), 'SubnetFull', 'stall'],
  [facts(409, ['Conflict'], ['AnotherOperationInProgress']), 'Conflict', 10_000],

  // Codes that nobody has listed go by their status
  [facts(400, ['NewCode']), 'InvalidRequest', 'stall'],
  [facts(401, ['ExpiredAuthenticationToken']), 'AuthenticationFailed', 'backOff'],
  [facts(403, ['NewCode']), 'Forbidden', 60_000],
  [facts(404, ['NewCode']), 'NotFound', 10_000],
  [facts(405, ['NewCode']), 'InvalidRequest', 'stall'],
  [facts(408, ['NewCode']), 'AzureError', 'backOff'],
  [facts(409, ['NewCode']), 'Conflict', 10_000],
  [facts(412), 'Conflict', 1_000],
  [facts(423, ['NewCode']), 'Locked', 'stall'],
  [facts(429), 'Throttled', 10_000],
  [facts(500, ['InternalServerError']), 'AzureError', 'backOff'],
  [facts(503, ['ServiceUnavailable']), 'AzureUnreachable', 'backOff'],
  [facts(504, ['GatewayTimeout']), 'AzureUnreachable', 'backOff'],
  [facts(307), 'UnexpectedAnswer', 'backOff'],
  [facts(undefined, ['NewCode']), 'ProvisioningFailed', 'backOff'],

  // What a proxy says proves nothing about Azure
  [foreign(400), 'UnexpectedAnswer', 'backOff'],
  [foreign(403), 'UnexpectedAnswer', 'backOff'],
  [foreign(404), 'UnexpectedAnswer', 'backOff'],
  [foreign(407), 'UnexpectedAnswer', 'backOff'],
  [foreign(429), 'Throttled', 10_000],
  [foreign(500), 'AzureError', 'backOff'],
  [foreign(502), 'AzureUnreachable', 'backOff'],
];

const nameOf = ({ status, items, isForeign }: ArmErrorFacts): string =>
  [status, isForeign ? 'of a proxy' : '', ...items.flatMap(({ code, message }) => [code, message])]
    .filter(Boolean)
    .join(' ');

for (const [given, reason, treatment] of rows) {
  test(`${nameOf(given)} is ${reason}, ${treatment}`, () => {
    const row = rowFor(given);
    assert.deepEqual([row.reason, row.treatment], [reason, treatment]);
  });
}

test('the letter case of a code does not matter', () => {
  assert.equal(rowFor(facts(409, ['SCOPELOCKED'])).reason, 'Locked');
  assert.equal(saysAbsent(facts(404, ['RESOURCENOTFOUND'])), true);
});

const absences: readonly (readonly [ArmErrorFacts, boolean])[] = [
  [facts(404), true],
  [facts(404, ['ResourceNotFound']), true],
  [facts(404, ['NotFound']), true],
  [facts(404, ['ResourceGroupNotFound']), true],
  [facts(404, ['ParentResourceNotFound']), true],
  [facts(404, ['SubscriptionNotFound']), false],
  [facts(404, ['TenantNotFound']), false],
  [facts(404, ['InvalidResourceNamespace']), false],
  [facts(404, ['InvalidResourceType']), false],
  [facts(404, ['', 'no route matches']), false],
  [facts(404, ['BadGateway'], ['ResourceNotFound']), false],
  [foreign(404), false],
  [facts(403, ['ResourceNotFound']), false],
  [facts(410, ['NotFound']), false],
  [facts(undefined, ['NotFound']), false],
];

for (const [given, expected] of absences) {
  test(`${nameOf(given)} ${expected ? 'proves' : 'does not prove'} that a resource is not there`, () => {
    assert.equal(saysAbsent(given), expected);
  });
}
