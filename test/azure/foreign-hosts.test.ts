/**
 * Whoever can write into an answer of Azure must not get our token: no next page, operation or redirect on another host
 * is followed, and nothing is ever polled behind our back.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { dnsZoneId } from '../../src/domain/names.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { failureOf, quiet, trust } from './bench.ts';
import { type Hostile, hostileAzure, hostileServer, inTurn, json } from './hostile-server.ts';
import { endpointWant, group, ids, linkWant, place, workspaceWant } from './wants.ts';

let authority: Simulator;
before(async () => {
  authority = await startSimulator({ latency: 'none' });
  trust(authority.caPem);
});
after(() => authority.close());

/** A host that would note whatever is sent to it. */
const thief = (t: TestContext): Promise<Hostile> => hostileServer(t, json(200, { value: [] }));

const operations = `/subscriptions/${place.subscriptionId}/providers/Microsoft.Network/locations/japaneast/operations/1`;
const link = (name: string) => ({
  id: `${ids.scope}/scopedResources/${name}`,
  name,
  properties: { linkedResourceId: ids.workspace, provisioningState: 'Succeeded' },
});

const zone = dnsZoneId(place, 'privatelink.monitor.azure.com');
const lists = [
  ['the links of a scope', (azure: Connected) => azure.scopeLinks(ids.scope, quiet)],
  ['soft-deleted workspaces', (azure: Connected) => azure.softDeletedWorkspaces(place, quiet)],
  ['zone groups', (azure: Connected) => azure.zoneGroups(ids.endpoint, quiet)],
  ['network links of a zone', (azure: Connected) => azure.zoneLinks(zone, quiet)],
  ['record sets of a zone', (azure: Connected) => azure.zoneRecords(zone, quiet)],
  ['zones of a subscription', (azure: Connected) => azure.dnsZones(place.subscriptionId, quiet)],
] as const;
type Connected = Awaited<ReturnType<typeof hostileAzure>>['azure'];

for (const [name, read] of lists) {
  test(`a next page of ${name} on another host is not asked for, and nothing is told as the list`, async t => {
    const { endpoint, received: stolen } = await thief(t);
    const respond = json(200, { value: [], nextLink: `${endpoint}${group}/next?api-version=1` });
    const { azure, received } = await hostileAzure(t, { authority, respond });
    const { kind, reason, message } = await failureOf(read(azure));
    assert.deepEqual([kind, reason], ['Failed', 'UnexpectedAnswer']);
    assert.match(message, new RegExp(`leads to ${endpoint}.*not followed`));
    assert.equal(received.length, 1);
    assert.deepEqual(stolen, []);
  });
}

const disguises = [
  ['another port', (own: URL) => `https://${own.hostname}:1/next`],
  ['plain http', (own: URL) => `http://${own.host}/next`],
  ['our host as a user name', (own: URL) => `https://${own.host}@127.0.0.1:1/next`],
  ['our host as the start of a name', (own: URL) => `https://${own.hostname}.attacker.test/next`],
  ['another spelling of loopback', (own: URL) => `https://localhost:${own.port}/next`],
] as const;

for (const [name, nextLink] of disguises) {
  test(`a next page that has ${name} is another host`, async t => {
    const { azure, received } = await hostileAzure(t, {
      authority,
      respond: (response, request) => {
        const own = new URL(`https://${request.headers.host}`);
        json(200, { value: [], nextLink: nextLink(own) })(response, request);
      },
    });
    const { reason, message } = await failureOf(azure.scopeLinks(ids.scope, quiet));
    assert.equal(reason, 'UnexpectedAnswer');
    assert.match(message, /not followed/);
    assert.equal(received.length, 1);
  });
}

test('the pages of our own host are read to the end, with one correlation id and one answer', async t => {
  const { azure, received } = await hostileAzure(t, {
    authority,
    respond: (response, request) => {
      const nextLink = `https://${request.headers.host}${ids.scope}/scopedResources?api-version=1&skip=1`;
      const second = request.url.includes('skip=1');
      json(200, second ? { value: [link('b')] } : { value: [link('a')], nextLink })(response, request);
    },
  });
  const links = await azure.scopeLinks(ids.scope, quiet);
  assert.deepEqual(
    links.map(({ name }) => name),
    ['a', 'b'],
  );
  const [first, second] = received.map(({ headers }) => headers['x-ms-correlation-request-id']);
  assert.equal(received.length, 2);
  assert.ok(first !== undefined && first === second);
});

test('a second page that is gone leaves the list unread, not empty', async t => {
  const { azure } = await hostileAzure(t, {
    authority,
    respond: (response, request) => {
      const nextLink = `https://${request.headers.host}${group}/next?api-version=1`;
      const page = json(200, { value: [], nextLink });
      const gone = json(404, { error: { code: 'NotFound', message: 'The page has expired.' } });
      (request.url.includes('/next') ? gone : page)(response, request);
    },
  });
  const { reason, message } = await failureOf(azure.softDeletedWorkspaces(place, quiet));
  assert.equal(reason, 'UnexpectedAnswer');
  assert.match(message, /page 2 could not be read/);
});

test('an operation on another host is not remembered, and not asked when somebody else remembers it', async t => {
  const { endpoint, received: stolen } = await thief(t);
  for (const name of ['azure-asyncoperation', 'location', 'operation-location']) {
    const { azure, received } = await hostileAzure(t, {
      authority,
      respond: json(202, undefined, { [name]: `${endpoint}${operations}`, 'retry-after': '0' }),
    });
    assert.deepEqual(await azure.create(linkWant, quiet), {});
    assert.deepEqual(await azure.remove('privateEndpoint', ids.endpoint, quiet), {});
    const { reason, message } = await failureOf(azure.operationFailure(`${endpoint}${operations}`, quiet));
    assert.equal(reason, 'UnexpectedAnswer');
    assert.match(message, /not followed/);
    assert.equal(received.length, 2);
  }
  assert.deepEqual(stolen, []);
});

test('a redirect is not followed, wherever it leads', async t => {
  const { endpoint, received: stolen } = await thief(t);
  for (const status of [301, 302, 307, 308]) {
    const respond = json(status, undefined, { location: `${endpoint}${ids.workspace}` });
    const { azure, received } = await hostileAzure(t, { authority, respond });
    assert.equal((await failureOf(azure.get('workspace', ids.workspace, quiet))).reason, 'UnexpectedAnswer');
    assert.equal(received.length, 1);
  }
  assert.deepEqual(stolen, []);
});

test('an accepted write is never polled: a poller would ask before the next call does', async t => {
  const failing = json(200, { status: 'Failed', error: { code: 'SubnetNotFound', message: 'no subnet' } });
  const { azure, received } = await hostileAzure(t, {
    authority,
    respond: (response, request) => {
      const address = `https://${request.headers.host}${operations}?api-version=1`;
      const headers = { 'azure-asyncoperation': address, 'retry-after': '0' };
      if (request.method === 'GET') failing(response, request);
      else json(201, {}, headers)(response, request);
    },
  });
  const { operation = assert.fail() } = await azure.create(endpointWant, quiet);
  await azure.create(workspaceWant, quiet);
  await azure.remove('privateLinkScope', ids.scope, quiet);
  const failure = (await azure.operationFailure(operation, quiet)) ?? assert.fail();
  assert.deepEqual([failure.kind, failure.reason], ['Stalled', 'SubnetNotFound']);
  assert.equal(failure.message, 'the operation failed in Azure: SubnetNotFound: no subnet');
  assert.deepEqual(
    received.map(({ method }) => method),
    ['PUT', 'PUT', 'DELETE', 'GET'],
  );
});

test('an operation that Azure has forgotten, or that is told by an odd body, says nothing', async t => {
  const answers = [json(404), json(410), json(200, { status: 'Succeeded' }), json(200, {}), json(204), json(200, [])];
  const { azure, endpoint, received } = await hostileAzure(t, { authority, respond: inTurn(...answers) });
  for (const _ of answers) assert.equal(await azure.operationFailure(`${endpoint}${operations}`, quiet), undefined);
  assert.equal(received.length, answers.length);
});

test('an operation whose own answer is a refusal is told as that refusal', async t => {
  const respond = json(400, { error: { code: 'SubnetIsFull', message: 'Subnet is full.' } });
  const { azure, endpoint } = await hostileAzure(t, { authority, respond });
  const failure = (await azure.operationFailure(`${endpoint}${operations}`, quiet)) ?? assert.fail();
  assert.deepEqual([failure.kind, failure.reason], ['Stalled', 'SubnetFull']);
});

test('an operation that ended without a reason is told as failed in Azure', async t => {
  const { azure, endpoint } = await hostileAzure(t, { authority, respond: json(200, { status: 'Canceled' }) });
  const failure = (await azure.operationFailure(`${endpoint}${operations}`, quiet)) ?? assert.fail();
  assert.deepEqual([failure.kind, failure.reason], ['Failed', 'ProvisioningFailed']);
});
