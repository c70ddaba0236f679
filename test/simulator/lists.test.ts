/**
 * Lists: pages, the generic list of resources with its filter, providers, tenants' and subscriptions' small lists.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arm, arm } from './arm.ts';
import { code, seedWith } from './callers.ts';
import { openScope, paths, put } from './road.ts';

const names = (value: readonly { name: string }[] | undefined) => value?.map(each => each.name);

async function pages(azure: Arm, first: string): Promise<readonly (readonly string[])[]> {
  const found: string[][] = [];
  let next: string | undefined = first;
  while (next !== undefined && next !== null) {
    const { body, status } = await azure.call('GET', next);
    assert.equal(status, 200);
    found.push(body?.value.map((each: { name: string }) => each.name));
    next = body?.nextLink ?? undefined;
  }
  return found;
}

const scopes = (azure: Arm) => `${azure.group}/providers/Microsoft.Insights/privateLinkScopes`;

test('a list comes in pages whose links stay on the host, and holds while resources go', async t => {
  const azure = await arm(t, { pageSize: 2 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await put(azure, `${scopes(azure)}/${name}`, openScope);
  assert.deepEqual(await pages(azure, scopes(azure)), [['a', 'b'], ['c', 'd'], ['e']]);

  const { body } = await azure.call('GET', scopes(azure));
  const next = String(body?.nextLink);
  assert.ok(next.startsWith(`${azure.simulator.endpoint}/subscriptions/`));
  assert.match(next, /[?&]api-version=2023-06-01-preview/);
  assert.match(next, /skiptoken=[\w-]+$/);
  await azure.call('DELETE', `${scopes(azure)}/a`);
  assert.deepEqual(names((await azure.call('GET', next)).body?.value), ['c', 'd']);
  await azure.call('DELETE', `${scopes(azure)}/b`);
  assert.equal((await azure.call('GET', next)).status, 200);
  for (const token of ['x', 'bnVsbA', 'eyJhZnRlciI6MX0']) {
    assert.equal(code(await azure.call('GET', `${scopes(azure)}?$skipToken=${token}`)), '400 InvalidSkipToken');
  }
  const links = `${scopes(azure)}/c/privateLinkResources`;
  assert.ok(!(await azure.call('GET', links)).body?.nextLink, 'a list that Azure gives as a whole');
});

test('without a page size a list is one page, and $top asks for one', async t => {
  const azure = await arm(t);
  for (const name of ['a', 'b', 'c']) await put(azure, `${scopes(azure)}/${name}`, openScope);
  assert.deepEqual(await pages(azure, scopes(azure)), [['a', 'b', 'c']]);
  assert.deepEqual(await pages(azure, `${scopes(azure)}?$top=2`), [['a', 'b'], ['c']]);
  assert.equal(code(await azure.call('GET', `${scopes(azure)}?$top=no`)), '400 InvalidQueryParameterValue');
});

test('the generic list has every tracked resource and filters by type, name, place and tag', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await put(azure, at.scope, { ...openScope, tags: { team: 'plant' } });
  await put(azure, at.workspace('law-a'), { location: 'japaneast', tags: { team: 'Plant', cost: '1' } });
  await put(azure, at.workspace('other'), { location: 'eastus' });
  const subscription = `/subscriptions/${azure.simulator.subscriptionId}`;
  const list = (filter: string, base = subscription) =>
    azure.call('GET', `${base}/resources${filter === '' ? '' : `?$filter=${encodeURIComponent(filter)}`}`, {
      apiVersion: '2021-04-01',
    });
  const all = await list('');
  assert.deepEqual(names(all.body?.value)?.toSorted(), ['ampls', 'law-a', 'other', 'vnet-plant']);
  assert.deepEqual(Object.keys(all.body?.value.find((each: { name: string }) => each.name === 'law-a')), [
    'id',
    'name',
    'type',
    'location',
    'tags',
  ]);
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["resourceType eq 'microsoft.operationalinsights/workspaces'", ['law-a', 'other']],
    ["resourceType eq 'Microsoft.OperationalInsights/workspaces' and name eq 'law-a'", ['law-a']],
    ["name ne 'law-a' and location eq 'eastus'", ['other']],
    ["tagName eq 'team' and tagValue eq 'plant'", ['ampls', 'law-a']],
    ["tagName eq 'cost' and tagValue eq 'plant'", []],
    ["substringof('law', name) or name eq 'other'", ['law-a', 'other']],
    ["startswith(tagName, 'co')", ['law-a']],
    ["resourceGroup eq 'RG-MONITOR' and name eq 'ampls'", ['ampls']],
    ["name eq 'a and b'", []],
  ];
  for (const [filter, expected] of cases) {
    assert.deepEqual(names((await list(filter)).body?.value)?.toSorted(), expected, filter);
  }
  assert.equal((await list("tagName eq 'team'")).body?.value[0].tags, undefined);
  for (const filter of ["managedBy eq 'x'", 'name', "name eq 'a' and", "(name eq 'a')", "name gt 'a'"]) {
    assert.equal(code(await list(filter)), '400 InvalidFilterInQueryString', filter);
  }
  assert.deepEqual(names((await list('', azure.group)).body?.value)?.length, 4);
  const expanded = await azure.call('GET', `${azure.group}/resources?$expand=createdTime,provisioningState`);
  const scope = expanded.body?.value.find((each: { name: string }) => each.name === 'ampls');
  assert.equal(scope.provisioningState, 'Succeeded');
  assert.match(scope.createdTime, /^\d{4}-/);
});

test('providers tell their types and the api-versions that they answer', async t => {
  const azure = await arm(t, { seed: seedWith({ unregisteredProviders: ['Microsoft.Network'] }) });
  const apiVersion = '2021-04-01';
  const base = `/subscriptions/${azure.simulator.subscriptionId}/providers`;
  const { body } = await azure.call('GET', base, { apiVersion });
  const states = Object.fromEntries(
    body?.value.map((each: Record<string, string>) => [each.namespace, each.registrationState]),
  );
  assert.equal(states['Microsoft.Network'], 'NotRegistered');
  assert.equal(states['Microsoft.Insights'], 'Registered');
  const insights = await azure.call('GET', `${base}/microsoft.insights`, { apiVersion });
  const type = insights.body?.resourceTypes.find(
    (each: Record<string, string>) => each.resourceType === 'privateLinkScopes',
  );
  assert.deepEqual(
    [type.locations, type.apiVersions.slice(0, 2), type.defaultApiVersion],
    [['global'], ['2023-06-01-preview', '2021-09-01'], '2021-09-01'],
  );
  assert.equal(
    code(await azure.call('GET', `${base}/Microsoft.Nothing`, { apiVersion })),
    '404 InvalidResourceNamespace',
  );
  const atTenant = await azure.call('GET', '/providers/Microsoft.Insights', { apiVersion });
  assert.equal(atTenant.body?.registrationState, undefined);
  const locations = await azure.call('GET', `${base.replace('providers', 'locations')}`, { apiVersion });
  const shown = Object.fromEntries(
    locations.body?.value.map((each: Record<string, string>) => [each.name, each.displayName]),
  );
  const expected: Readonly<Record<string, string>> = {
    japaneast: 'Japan East',
    westus2: 'West US 2',
    northcentralus: 'North Central US',
    uksouth: 'UK South',
    southeastasia: 'Southeast Asia',
    eastus2euap: 'East US 2 EUAP',
    francecentral: 'France Central',
    southafricanorth: 'South Africa North',
    westcentralus: 'West Central US',
    qatarcentral: 'Qatar Central',
  };
  for (const [region, name] of Object.entries(expected)) assert.equal(shown[region], name);
});
