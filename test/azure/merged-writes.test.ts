/**
 * What an update sends: our fields, and every other field as Azure holds it, also those that no SDK knows.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { failureOf, quiet, trust } from './bench.ts';
import { hostileAzure, json, type Received, type Responder } from './hostile-server.ts';
import { changed, endpointWant, ids, scopeWant, workspaceWant } from './wants.ts';

let authority: Simulator;
before(async () => {
  authority = await startSimulator({ latency: 'none' });
  trust(authority.caPem);
});
after(() => authority.close());

/** Shows a body to every GET and takes every write. */
const holding =
  (body: unknown, headers: Readonly<Record<string, string>> = {}): Responder =>
  (response, request) =>
    json(200, body, request.method === 'GET' ? headers : {})(response, request);

const sent = (received: readonly Received[]) => received.map(({ method }) => method).join();
const bodyOf = (request: Received | undefined): unknown => JSON.parse(request?.body ?? '');

const scope = {
  id: ids.scope.toLowerCase(),
  name: 'ampls',
  type: 'microsoft.insights/privatelinkscopes',
  location: 'global',
  kind: null,
  etag: '"0001"',
  tags: { Plant: 'old', team: 'theirs' },
  systemData: { createdBy: 'somebody' },
  futureThing: { on: true },
  properties: {
    scopeId: 'a-guid',
    provisioningState: 'Succeeded',
    privateEndpointConnections: [{ id: '/c', properties: { privateEndpoint: { id: ids.endpoint } } }],
    futureSetting: ['kept'],
    accessModeSettings: {
      queryAccessMode: 'Open',
      ingestionAccessMode: 'PrivateOnly',
      exclusions: [
        { privateEndpointConnectionName: 'c', queryAccessMode: 'Open', ingestionAccessMode: 'Open', futureMode: 'x' },
      ],
      futureMode: 'kept',
    },
  },
};

const scopeAt = { kind: 'privateLinkScope', id: ids.scope } as const;

test('a new access mode of a scope keeps exclusions, foreign tags and unknown fields, and sends nothing read-only', async t => {
  const { azure, received } = await hostileAzure(t, { authority, respond: holding(scope) });
  await azure.setAccess(scopeAt, { query: 'PrivateOnly' }, quiet);
  assert.equal(sent(received), 'GET,PUT');
  assert.equal(received[1]?.url, received[0]?.url);
  assert.deepEqual(bodyOf(received[1]), {
    location: 'global',
    tags: scope.tags,
    futureThing: { on: true },
    properties: {
      futureSetting: ['kept'],
      accessModeSettings: { ...scope.properties.accessModeSettings, queryAccessMode: 'PrivateOnly' },
    },
  });
});

test('an access mode alone leaves the tags as they are, and tags alone go by PATCH', async t => {
  const { azure, received } = await hostileAzure(t, { authority, respond: holding(scope) });
  const want = { ...scopeWant, tags: { plant: 'new' } } as const;
  await azure.setAccess(scopeAt, { query: 'PrivateOnly' }, quiet);
  await azure.update(want, changed('tags.plant'), quiet);
  assert.equal(sent(received), 'GET,PUT,GET,PATCH');
  assert.deepEqual(bodyOf(received[1]), { ...Object(bodyOf(received[1])), tags: scope.tags });
  assert.deepEqual(bodyOf(received[3]), { tags: { Plant: 'new', team: 'theirs' } });
});

const component = {
  id: `${ids.workspace.replace(/OperationalInsights.*/, 'Insights')}/components/web`,
  name: 'web',
  type: 'microsoft.insights/components',
  location: 'japaneast',
  kind: 'web',
  etag: '"0001"',
  tags: { team: 'theirs' },
  properties: {
    AppId: 'an-id',
    ConnectionString: 'InstrumentationKey=a-key',
    InstrumentationKey: 'a-key',
    provisioningState: 'Succeeded',
    privateLinkScopedResources: [{ resourceId: '/link', scopeId: 'a-guid' }],
    Application_Type: 'web',
    RetentionInDays: 90,
    WorkspaceResourceId: ids.workspace,
    futureSetting: ['kept'],
    publicNetworkAccessForIngestion: 'SecuredByPerimeter',
    publicNetworkAccessForQuery: 'Enabled',
  },
};

test('a closed access of a component keeps the other one, foreign tags and unknown fields, and sends no key', async t => {
  const { azure, received } = await hostileAzure(t, { authority, respond: holding(component) });
  await azure.setAccess({ kind: 'component', id: component.id }, { query: 'Disabled' }, quiet);
  assert.equal(sent(received), 'GET,PUT');
  assert.equal(received[1]?.url, received[0]?.url);
  assert.deepEqual(bodyOf(received[1]), {
    location: 'japaneast',
    kind: 'web',
    etag: '"0001"',
    tags: { team: 'theirs' },
    properties: {
      Application_Type: 'web',
      RetentionInDays: 90,
      WorkspaceResourceId: ids.workspace,
      futureSetting: ['kept'],
      publicNetworkAccessForIngestion: 'SecuredByPerimeter',
      publicNetworkAccessForQuery: 'Disabled',
    },
  });
});

const endpoint = {
  id: ids.endpoint,
  name: 'pe',
  type: 'Microsoft.Network/privateEndpoints',
  location: 'japaneast',
  etag: 'W/"0001"',
  tags: { team: 'theirs' },
  extendedLocation: { name: 'edge', type: 'EdgeZone' },
  properties: {
    provisioningState: 'Succeeded',
    resourceGuid: 'a-guid',
    customNetworkInterfaceName: 'nic-plant',
    ipVersionType: 'IPv4',
    futureSetting: ['kept'],
    applicationSecurityGroups: [{ id: '/asg' }],
    subnet: { id: ids.subnet, properties: { addressPrefix: '127.13.1.0/27' } },
    networkInterfaces: [{ id: '/nic' }],
    customDnsConfigs: [{ fqdn: 'api.monitor.azure.com', ipAddresses: ['127.13.1.4'] }],
    manualPrivateLinkServiceConnections: [],
    privateLinkServiceConnections: [
      {
        id: `${ids.endpoint}/privateLinkServiceConnections/pe`,
        name: 'pe',
        etag: 'W/"0001"',
        type: 'Microsoft.Network/privateEndpoints/privateLinkServiceConnections',
        properties: {
          provisioningState: 'Succeeded',
          privateLinkServiceId: ids.scope,
          groupIds: ['azuremonitor'],
          privateLinkServiceConnectionState: { status: 'Approved', description: 'by hand' },
        },
      },
    ],
    ipConfigurations: [
      { id: '/ip', etag: 'W/"0001"', name: 'api', properties: { memberName: 'api', privateIPAddress: '127.13.1.4' } },
    ],
  },
};

test('a new tag of an endpoint keeps its groups, addresses, approval and unknown fields, under If-Match', async t => {
  const { azure, received } = await hostileAzure(t, { authority, respond: holding(endpoint) });
  await azure.update({ ...endpointWant, tags: { plant: 'new' } }, changed('tags.plant'), quiet);
  assert.equal(sent(received), 'GET,PUT');
  assert.equal(received[1]?.headers['if-match'], 'W/"0001"');
  assert.deepEqual(bodyOf(received[1]), {
    location: 'japaneast',
    extendedLocation: { name: 'edge', type: 'EdgeZone' },
    tags: { team: 'theirs', plant: 'new' },
    properties: {
      customNetworkInterfaceName: 'nic-plant',
      ipVersionType: 'IPv4',
      futureSetting: ['kept'],
      applicationSecurityGroups: [{ id: '/asg' }],
      subnet: { id: ids.subnet },
      manualPrivateLinkServiceConnections: [],
      privateLinkServiceConnections: [
        {
          name: 'pe',
          properties: {
            privateLinkServiceId: ids.scope,
            groupIds: ['azuremonitor'],
            privateLinkServiceConnectionState: { status: 'Approved', description: 'by hand' },
          },
        },
      ],
      ipConfigurations: [{ name: 'api', properties: { memberName: 'api', privateIPAddress: '127.13.1.4' } }],
    },
  });
});

test('an endpoint that changed since it was read is not written over: the update waits and reads again', async t => {
  const stale = json(412, { error: { code: 'PreconditionFailed', message: 'Precondition given is not matched.' } });
  const { azure, received } = await hostileAzure(t, {
    authority,
    respond: (response, request) => (request.method === 'GET' ? json(200, endpoint) : stale)(response, request),
  });
  const failure = await failureOf(azure.update(endpointWant, changed('tags.pms-owner'), quiet));
  assert.deepEqual([failure.kind, failure.reason, sent(received)], ['Waiting', 'Conflict', 'GET,PUT']);
});

test('the etag of the header is taken where the body has none', async t => {
  const { etag: _, ...body } = endpoint;
  const { azure, received } = await hostileAzure(t, { authority, respond: holding(body, { etag: 'W/"0002"' }) });
  await azure.update(endpointWant, changed('tags.pms-owner'), quiet);
  assert.equal(received[1]?.headers['if-match'], 'W/"0002"');
});

test('a changed workspace is sent the changed fields and nothing of its isolation', async t => {
  const workspace = {
    id: ids.workspace,
    name: 'law-a',
    location: 'japaneast',
    tags: { 'PMS-Owner': 'old', team: 'theirs' },
    properties: { publicNetworkAccessForQuery: 'SecuredByPerimeter', retentionInDays: 30 },
  };
  const { azure, received } = await hostileAzure(t, { authority, respond: holding(workspace) });
  await azure.update(workspaceWant, changed('retentionInDays'), quiet);
  await azure.update(workspaceWant, changed('dailyQuotaGb', 'tags.pms-owner'), quiet);
  assert.equal(sent(received), 'PATCH,GET,PATCH');
  assert.deepEqual(bodyOf(received[0]), { properties: { retentionInDays: 60 } });
  assert.deepEqual(bodyOf(received[2]), {
    tags: { 'PMS-Owner': 'installation/plant/plant-a', team: 'theirs' },
    properties: { workspaceCapping: { dailyQuotaGb: 5 } },
  });
});

test('a new workspace is asked for open and on pay-as-you-go, with nothing that the spec does not state', async t => {
  const { azure, received } = await hostileAzure(t, { authority, respond: json(201, {}) });
  const { retentionInDays: _days, dailyQuotaGb: _quota, ...bare } = workspaceWant;
  await azure.create(bare, quiet);
  assert.deepEqual(bodyOf(received[0]), {
    location: 'japaneast',
    tags: workspaceWant.tags,
    properties: { sku: { name: 'PerGB2018' } },
  });
});

test('a resource that is gone when it is to be updated is told, and nothing is written', async t => {
  const { azure, received } = await hostileAzure(t, { authority, respond: json(404) });
  for (const want of [scopeWant, endpointWant, workspaceWant]) {
    const failure = await failureOf(azure.update(want, changed('tags.pms-owner'), quiet));
    assert.deepEqual([failure.kind, failure.reason], ['Waiting', 'NotFound']);
  }
  assert.equal(sent(received), 'GET,GET,GET');
});
