/**
 * What is adopted and what is only asked for, through the port `Azure` against the simulator: components are read, a
 * connection that waits for approval is seen from both of its sides.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bench, failureOf, quiet } from './bench.ts';
import { endpointWant, ids, linkWant, scopeWant, workspaceWant } from './wants.ts';

const componentId = (group: string, name: string) => `${group}/providers/Microsoft.Insights/components/${name}`;

test('a component is read by one GET, and one that is not there is undefined', async t => {
  const { azure, raw, counted } = await bench(t);
  const id = componentId(raw.group, 'web (1)');
  const body = { location: 'japaneast', kind: 'web', tags: { team: 'x' }, properties: { Application_Type: 'web' } };
  assert.equal((await raw.call('PUT', encodeURI(id), { body })).status, 200);
  const { value, calls } = await counted(azure.get('component', id, quiet));
  assert.deepEqual(calls, ['GET components/web (1) 200']);
  assert.deepEqual(
    { ...value, id: value?.id.toLowerCase() },
    {
      kind: 'component',
      id: id.toLowerCase(),
      name: 'web (1)',
      provisioningState: 'Succeeded',
      location: 'japaneast',
      tags: { team: 'x' },
      access: { ingestion: 'Enabled', query: 'Enabled' },
    },
  );
  assert.equal(await azure.get('component', componentId(raw.group, 'other'), quiet), undefined);
});

test('one access of a component is closed by one GET and one PUT, and all else stays as it was', async t => {
  const { azure, raw, counted } = await bench(t);
  const id = componentId(raw.group, 'web');
  const properties = { Application_Type: 'web', WorkspaceResourceId: ids.workspace, RetentionInDays: 30 };
  await raw.call('PUT', id, { body: { location: 'japaneast', kind: 'web', tags: { team: 'x' }, properties } });
  const before = (await raw.call('GET', id)).body;
  const { value, calls } = await counted(azure.setAccess({ kind: 'component', id }, { ingestion: 'Disabled' }, quiet));
  assert.deepEqual(calls, ['GET components/web 200', 'PUT components/web 200']);
  assert.ok(value.body?.kind === 'component');
  assert.deepEqual(value.body.access, { ingestion: 'Disabled', query: 'Enabled' });
  const after = (await raw.call('GET', id)).body;
  const expected = { ...before?.properties, publicNetworkAccessForIngestion: 'Disabled' };
  assert.deepEqual(
    { ...after, etag: '', properties: after?.properties },
    { ...before, etag: '', properties: expected },
  );
});

test('an id of another type, or one that leads elsewhere, is no component', async t => {
  const { azure, raw, counted } = await bench(t);
  for (const id of [ids.workspace, componentId(raw.group, '..'), `${componentId(raw.group, 'web')}/children/x`]) {
    const { value, calls } = await counted(failureOf(azure.get('component', id, quiet)));
    assert.equal(value.reason, 'InvalidRequest');
    assert.deepEqual(calls, []);
  }
});

test('an endpoint with approval Manual waits, with its message, until the scope’s owner approves', async t => {
  const { azure, raw } = await bench(t);
  for (const want of [workspaceWant, scopeWant, linkWant]) await azure.create(want, quiet);
  const asking = { ...endpointWant, approval: 'Manual', requestMessage: 'plant a, line 1' } as const;
  const { body } = await azure.create(asking, quiet);
  assert.ok(body?.kind === 'privateEndpoint');
  const sent = (await raw.call('GET', ids.endpoint)).body?.properties;
  assert.deepEqual(sent.privateLinkServiceConnections, []);
  assert.equal(sent.manualPrivateLinkServiceConnections[0].properties.requestMessage, 'plant a, line 1');

  const waiting = await azure.get('privateEndpoint', ids.endpoint, quiet);
  assert.equal(waiting?.connectionStatus, 'Pending');
  const [connection] = (await azure.get('privateLinkScope', ids.scope, quiet))?.connections ?? [];
  assert.equal(connection?.status, 'Pending');
  assert.equal(connection?.endpointId.toLowerCase(), ids.endpoint.toLowerCase());
  assert.match(connection?.id ?? '', /\/privateendpointconnections\/[^/]+$/i);

  const approval = { properties: { privateLinkServiceConnectionState: { status: 'Approved', description: 'ok' } } };
  assert.equal((await raw.call('PUT', connection?.id ?? '', { body: approval })).status, 202);
  const approved = await azure.get('privateEndpoint', ids.endpoint, quiet);
  assert.deepEqual([approved?.connectionStatus, approved?.connectionDescription], ['Approved', 'ok']);

  assert.equal((await raw.call('DELETE', connection?.id ?? '')).status, 202);
  assert.equal((await azure.get('privateEndpoint', ids.endpoint, quiet))?.connectionStatus, 'Disconnected');
  assert.deepEqual((await azure.get('privateLinkScope', ids.scope, quiet))?.connections, []);
});
