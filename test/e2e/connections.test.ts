/**
 * The connection to a scope whose owner is somebody else, and a workspace that was deleted: asked for, approved, rejected,
 * taken away, recovered. The operator may not approve anything. One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { API, type ByHand, byHand, LAW } from './by-hand.ts';
import { type Scene, startScene } from './scene.ts';

suite('connections to the scope of somebody else', () => {
  let scene: Scene;
  let hand: ByHand;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1, seed: 'seed-no-approval.yaml' });
    await scene.startOperator();
    hand = byHand(scene);
    await hand.build();
  });
  after(async () => scene?.stop());

  const asking = (endpoint: object = {}) =>
    hand.own('asking', {
      privateLinkScope: { resourceId: hand.hub.scope },
      privateEndpoint: { ...hand.own('asking').spec.privateEndpoint, ...endpoint },
    });
  const manual = () => asking({ approval: 'Manual', requestMessage: 'line 3' });
  let connectionId = '';

  test('that may not be approved suggest to ask for them', async () => {
    await scene.apply(asking());
    const rights = await hand.told('asking', 'PreflightPassed', 'Forbidden');
    assert.match(rights.message, /lacks these rights: \S+privateEndpointConnectionsApproval\/action on \S+ ampls-hub/);
    assert.match(rights.message, /spec\.privateEndpoint\.approval: Manual leaves that to the scope's owner/);
    assert.deepEqual(await hand.idsOf(/pe-asking/), []);
  });

  test('that are asked for show the owner’s command, and who else is connected', async () => {
    await scene.apply(manual());
    const told = await hand.told('asking', 'EndpointReady', 'ConnectionPending', / approve --id \/subscriptions\S+$/);
    connectionId = / approve --id (\S+)/.exec(told.message)?.[1] ?? '';
    assert.match(connectionId, /\/privateendpointconnections\//i);
    const { privateLinkServiceConnectionState: state } = (await hand.body(connectionId)).properties;
    assert.deepEqual([state.status, state.description], ['Pending', 'line 3']);
    const scope = await hand.told('asking', 'ScopeReady', 'AllReady', /also connected/);
    assert.match(scope.message, /also connected, by none of our objects: pe-hub \(Approved\)/);
    assert.doesNotMatch((await hand.answer(API))[0] ?? '', /^127\.14\./, 'nothing is published');
  });

  test('that are rejected are told with what the owner said, and nothing is published', async () => {
    await hand.decide(connectionId, 'Rejected', 'not on my scope');
    const told = await hand.told('asking', 'EndpointReady', 'ConnectionRejected');
    assert.match(
      told.message,
      /was rejected by the scope's owner \("not on my scope"\): ask for approval \(az network/,
    );
    await hand.told('asking', 'Stalled', 'ConnectionRejected');
    assert.doesNotMatch((await hand.answer(API))[0] ?? '', /^127\.14\./);
  });

  test('that are approved by the printed command’s id become Ready', async () => {
    await hand.decide(connectionId, 'Approved', 'for line 3');
    await hand.ready('asking');
    assert.match((await hand.answer(API))[0] ?? '', /^127\.14\./);
  });

  test('that the owner takes away are disconnected, which is told with the cure, and the object can go', async () => {
    const { id } = await hand.connectionOf(hand.hub.scope, 'pe-asking');
    await scene.azure.call('DELETE', id);
    const told = await hand.told('asking', 'Stalled', 'ConnectionRemoved');
    assert.match(told.message, /az network private-endpoint delete --ids \S+pe-asking/);
    await hand.remove('asking');
    assert.deepEqual(await hand.idsOf(/pe-asking|scopedresources\/law-asking/), []);
  });

  test('a soft-deleted workspace is found before the PUT, and recovered when the spec says so', async () => {
    const law = hand.at(LAW, 'law-losing');
    const losing = (workspace: object) =>
      hand.own('losing', {
        workspaces: [{ name: 'law-losing', deletionPolicy: 'Delete', ...workspace }],
        privateLinkScope: { resourceId: hand.hub.scope },
        privateEndpoint: { resourceId: hand.hub.endpoint },
      });
    await scene.apply(losing({}));
    await hand.ready('losing');
    const { customerId } = (await hand.body(law)).properties;
    await hand.remove('losing');
    const puts = async () =>
      (await hand.writes()).filter(({ method, path }) => method === 'PUT' && path.endsWith('law-losing')).length;
    const before = await puts();
    await scene.apply(losing({}));
    await hand.told('losing', 'Stalled', 'SoftDeleted');
    const told = await hand.condition('losing', 'PreflightPassed');
    assert.match(told?.message ?? '', /would recover it, with its logs.*set recover: true/);
    assert.equal(await puts(), before);
    await scene.apply(losing({ recover: true }));
    await hand.ready('losing');
    assert.equal((await hand.body(law)).properties.customerId, customerId);
  });
});
