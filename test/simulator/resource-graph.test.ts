/**
 * Resource Graph: the shapes of query that operators ask, pages, and the service's own refusals.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Arm, arm } from './arm.ts';
import { connectedScope, location, paths, put } from './road.ts';

const resources = '/providers/Microsoft.ResourceGraph/resources';

const ask = (azure: Arm, query: string, extra: Record<string, unknown> = {}): Promise<Answer> =>
  azure.call('POST', resources, { body: { query, subscriptions: [azure.simulator.subscriptionId], ...extra } });

async function rows(azure: Arm, query: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await ask(azure, query);
  assert.equal(answer.status, 200, `${query}: ${answer.text}`);
  return answer.body?.data;
}

async function reason(azure: Arm, query: string): Promise<string> {
  const answer = await ask(azure, query);
  assert.equal(answer.status, 400, answer.text);
  const { code, message, details } = answer.body?.error ?? {};
  assert.equal(code, 'BadRequest');
  assert.match(message, /^Please provide below info when asking for support: timestamp = .+, correlationId = .+\.$/);
  assert.equal(details[0].code, 'InvalidQuery');
  return `${details[1].code} ${details[1].token ?? details[1].message}`;
}

test('what can be tagged is among resources, with texts in lower case where the service has them so', async t => {
  const azure = await arm(t);
  await connectedScope(azure);
  const [workspace] = await rows(azure, "Resources | where type =~ 'Microsoft.OperationalInsights/workspaces'");
  assert.deepEqual(
    [workspace?.name, workspace?.type, workspace?.resourceGroup, workspace?.subscriptionId],
    ['law-a', 'microsoft.operationalinsights/workspaces', 'rg-monitor', azure.simulator.subscriptionId],
  );
  const types = await rows(azure, 'resources | distinct type | order by type asc');
  assert.deepEqual(
    types.map(({ type }) => type),
    [
      'microsoft.insights/privatelinkscopes',
      'microsoft.network/networkinterfaces',
      'microsoft.network/privateendpoints',
      'microsoft.network/virtualnetworks',
      'microsoft.operationalinsights/workspaces',
    ],
  );
});

test('queries reach into properties and tags, filter, project, sort, limit and count', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  for (const [name, plant, days] of [
    ['law-a', 'a', 30],
    ['law-b', 'b', 60],
    ['law-c', 'b', 90],
  ] as const) {
    await put(azure, at.workspace(name), {
      location,
      tags: { 'pms-owner': plant },
      properties: { retentionInDays: days },
    });
  }
  const names = async (where: string) =>
    (await rows(azure, `resources | ${where} | project name`)).map(({ name }) => name);
  assert.deepEqual(await names("where tags['pms-owner'] == 'b'"), ['law-b', 'law-c']);
  assert.deepEqual(await names('where properties.retentionInDays > 30 and name !endswith "c"'), ['law-b']);
  assert.deepEqual(await names("where name in~ ('LAW-A', 'law-b') | order by name desc"), ['law-b', 'law-a']);
  assert.deepEqual(await names("where isnotempty(tags) and (name contains '-A' or name startswith 'law-c')"), [
    'law-a',
    'law-c',
  ]);
  assert.deepEqual(await names("where resourceGroup =~ 'RG-MONITOR' and type has 'workspaces' | top 1 by name desc"), [
    'law-c',
  ]);
  const counted = await rows(
    azure,
    "resources | extend plant = tostring(tags['pms-owner']) | summarize n = count() by plant | order by plant asc",
  );
  assert.deepEqual(counted, [
    { plant: '', n: 1 },
    { plant: 'a', n: 1 },
    { plant: 'b', n: 2 },
  ]);
  assert.deepEqual(await rows(azure, 'resources | where name =~ "law-a" | count'), [{ Count: 1 }]);
});

test('children are among extensibilityresources, and lists expand into rows', async t => {
  const azure = await arm(t);
  await connectedScope(azure);
  const [link] = await rows(
    azure,
    "extensibilityresources | where type =~ 'microsoft.insights/privatelinkscopes/scopedresources' | project name, state = properties.provisioningState",
  );
  assert.deepEqual(link, { name: 'link-law-a', state: 'Succeeded' });
  const records = await rows(
    azure,
    "resources | where type =~ 'microsoft.network/privateendpoints' | mv-expand config = properties.customDnsConfigs | project fqdn = tostring(config.fqdn), address = tostring(config.ipAddresses[0])",
  );
  assert.deepEqual([records.length, records[3]], [11, { fqdn: 'api.monitor.azure.com', address: '127.13.1.7' }]);
});

test('rows come in pages with a token, and as a table when that is asked', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  for (const name of ['law-a', 'law-b', 'law-c']) await put(azure, at.workspace(name), { location });
  const query = "resources | where type endswith 'workspaces' | project name";
  const first = await ask(azure, query, { options: { $top: 2 } });
  assert.deepEqual([first.body?.count, first.body?.totalRecords, first.body?.resultTruncated], [2, 3, 'true']);
  const second = await ask(azure, query, { options: { $top: 2, $skipToken: first.body?.$skipToken } });
  assert.deepEqual([second.body?.data, second.body?.$skipToken], [[{ name: 'law-c' }], undefined]);
  const table = await ask(azure, query, { options: { resultFormat: 'table', $top: 1 } });
  assert.deepEqual(table.body?.data, { columns: [{ name: 'name', type: 'string' }], rows: [['law-a']] });
  const elsewhere = await ask(azure, query, { subscriptions: ['99999999-9999-4999-8999-999999999999'] });
  assert.equal(elsewhere.body?.count, 0);
});

test('what the simulator does not understand gets the refusal of the service, with its reason in the second detail', async t => {
  const azure = await arm(t);
  assert.equal(await reason(azure, 'resources |'), 'ParserFailure <EOF>');
  assert.equal(await reason(azure, 'resources | join (resources) on id'), 'ParserFailure join');
  assert.equal(await reason(azure, 'resources | where name =='), 'ParserFailure <EOF>');
  assert.equal(await reason(azure, 'resources | where cout(name)'), "UnknownFunction Unknown function: 'cout'.");
  assert.equal(
    await reason(azure, 'nowhere'),
    'DisallowedLogicalTableName Table nowhere is invalid, unsupported or disallowed.',
  );
  await put(azure, paths(azure.group).workspace('law-a'), { location });
  assert.equal(await reason(azure, 'resources | where nmae == "x"'), "InvalidColumn Failed to resolve column 'nmae'.");
  assert.equal(await reason(azure, `resources | where ${'('.repeat(5000)}`), 'ParserFailure (');
  const none = await azure.call('POST', resources, { body: {} });
  assert.equal(none.body?.error.code, 'BadRequest');
});
