/**
 * Seeds: what is refused and how it is named, and what a good one leads to.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSeed, SeedError } from '../../src/simulator/simulator.ts';
import { arm } from './arm.ts';

const good = `
tenantId: 22222222-2222-4222-8222-222222222222
subscriptionId: 11111111-1111-4111-8111-111111111111
principals: [{clientId: 33333333-3333-4333-8333-333333333333, secret: s}]
resourceGroups: [{name: rg-monitor, location: japaneast}]
virtualNetworks:
  - resourceGroup: rg-monitor
    name: vnet
    location: japaneast
    addressPrefix: 10.0.0.0/16
    subnets: [{name: a, addressPrefix: 10.0.1.0/27}]
`;

test('what is wrong in a seed is named by its path, all of it at once', () => {
  const cases = [
    {
      name: 'unknown key',
      text: `${good}workspace: []`,
      expected: /^line 12: workspace is not a key here; known are tenantId, /,
    },
    {
      name: 'wrong type',
      text: good.replace('secret: s', 'secret: 5'),
      expected: /principals\[0\]\.secret must be a text, not a number/,
    },
    {
      name: 'no GUID',
      text: good.replace(/33333333-\S+?,/, 'me,'),
      expected: /principals\[0\]\.clientId must be a GUID, not 'me'/,
    },
    {
      name: 'missing',
      text: good.replace('name: vnet', 'tags: {}'),
      expected: /virtualNetworks\[0\]\.name is missing/,
    },
    {
      name: 'no region',
      text: good.replaceAll('japaneast', 'mars'),
      expected: /^line 5: resourceGroups\[0\]\.location must be a region.*\nline 9: virtualNetworks\[0\]\.location/,
    },
    {
      name: 'no prefix',
      text: good.replace('10.0.1.0/27', '10.0.1.0'),
      expected: /subnets\[0\]\.addressPrefix must be an address prefix/,
    },
    {
      name: 'outside',
      text: good.replace('10.0.1.0/27', '10.1.1.0/27'),
      expected: /subnets\[0\]\.addressPrefix is not inside 10\.0\.0\.0\/16/,
    },
    {
      name: 'no group',
      text: good.replace('resourceGroup: rg-monitor', 'resourceGroup: rg'),
      expected: /virtualNetworks\[0\]\.resourceGroup 'rg' is not among resourceGroups/,
    },
    {
      name: 'an assignment to nobody',
      text: `${good}roleAssignments: [{principal: 99999999-9999-4999-8999-999999999999, role: Reader}]`,
      expected: /^line 12: roleAssignments\[0\]\.principal '9{8}-.*' is not among principals/,
    },
    {
      name: 'no such role',
      text: `${good}roleAssignments:\n  - principal: 33333333-3333-4333-8333-333333333333\n    role: King`,
      expected: /^line 14: roleAssignments\[0\]\.role must be one of Owner, .*, not 'King'/,
    },
    {
      name: 'neither role nor actions',
      text: `${good}roleAssignments: [{principal: 33333333-3333-4333-8333-333333333333}]`,
      expected: /roleAssignments\[0\] must have either role or actions/,
    },
    {
      name: 'no scope',
      text: `${good}locks: [{name: l, level: ReadOnly, scope: rg-monitor}]`,
      expected: /locks\[0\]\.scope must be a scope: .*, not 'rg-monitor'/,
    },
    {
      name: 'a tenant twice',
      text: `${good}tenants: [{tenantId: 22222222-2222-4222-8222-222222222222, principals: []}]`,
      expected: /tenants\[0\]\.tenantId '2{8}-.*' is there twice/,
    },
    {
      name: 'no certificate',
      text: good.replace('secret: s', 'certificates: [x]'),
      expected: /principals\[0\]\.certificates\[0\] must be a certificate in PEM, not 'x'/,
    },
    { name: 'no pages', text: `${good}pageSize: 0`, expected: /pageSize must be a whole number above 0, not 0/ },
    { name: 'a list', text: '[]', expected: /the seed must be a map, not a list/ },
    { name: 'not YAML', text: 'a: [', expected: /line 1/ },
    {
      name: 'nobody',
      text: good.replace(/principals: .*/, 'principals: []'),
      expected: /principals must name at least one/,
    },
  ];
  for (const { name, text, expected } of cases) {
    assert.throws(
      () => parseSeed(text),
      error => error instanceof SeedError && expected.test(error.problems.join('\n')),
      name,
    );
  }
});

test('what was seeded is there', async t => {
  const extra = `
workspaces:
  - {resourceGroup: rg-monitor, name: law-old, location: japanwest, publicNetworkAccessForQuery: Disabled, tags: {a: b}}
deletedWorkspaces: [{resourceGroup: rg-monitor, name: law-gone, location: japaneast}]
`;
  const azure = await arm(t, { seed: parseSeed(good + extra) });
  const providers = `${azure.group}/providers`;
  const workspace = await azure.call('GET', `${providers}/Microsoft.OperationalInsights/workspaces/law-old`);
  assert.deepEqual(
    [workspace.body?.location, workspace.body?.properties.publicNetworkAccessForQuery, workspace.body?.tags],
    ['japanwest', 'Disabled', { a: 'b' }],
  );
  const subnets = await azure.call('GET', `${providers}/Microsoft.Network/virtualNetworks/vnet/subnets`);
  assert.deepEqual(
    subnets.body?.value.map((subnet: { name: string }) => subnet.name),
    ['a'],
  );
  const groups = await azure.call('GET', `/subscriptions/${azure.simulator.subscriptionId}/resourceGroups`);
  assert.equal(groups.body?.value[0].properties.provisioningState, 'Succeeded');
});
