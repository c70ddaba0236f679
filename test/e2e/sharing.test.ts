/**
 * Objects that share a scope, an endpoint and a workspace on the real control plane, and go in every order. One scene;
 * each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { API, type ByHand, byHand, ENDPOINT, LAW, SCOPE } from './by-hand.ts';
import { type Scene, startScene } from './scene.ts';

const SHARED = /privatelinkscopes\/maker|privateendpoints\/pe-maker/;

suite('objects that share', () => {
  let scene: Scene;
  let hand: ByHand;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    await scene.startOperator();
    hand = byHand(scene);
  });
  after(async () => scene?.stop());

  /** Makes a scope and an endpoint of its own. */
  const maker = () => hand.own('maker', { deletionPolicy: 'Delete' });
  /** Has a workspace of its own, and else what the maker has. */
  const joiner = () =>
    hand.own('joiner', {
      workspaces: [{ name: 'law-joiner' }, { name: 'theirs', resourceId: hand.at(LAW, 'law-maker') }],
      privateLinkScope: { resourceId: hand.at(SCOPE, 'maker') },
      privateEndpoint: { resourceId: hand.at(ENDPOINT, 'pe-maker') },
    });
  const namesOf = async (workspace: string) => {
    const { customerId } = (await hand.body(hand.at(LAW, workspace))).properties;
    return [`${customerId}.ods.opinsights.azure.com`, `${customerId}.oms.opinsights.azure.com`, API];
  };
  const allAnswer = async (names: readonly string[]) => {
    for (const name of names) assert.match((await hand.answer(name))[0] ?? 'nothing', /^127\.14\./, name);
  };
  /** PUTs of what both use, but for links. */
  const puts = async () =>
    (await hand.writes())
      .filter(({ method, path }) => method === 'PUT' && SHARED.test(path.toLowerCase()))
      .filter(({ path }) => !/scopedresources/i.test(path)).length;
  const links = () => hand.idsOf(/privatelinkscopes\/maker\/scopedresources\//);

  test('are Ready side by side, each with its names, and one link for each workspace', async () => {
    await scene.apply(maker(), joiner());
    await hand.ready('maker', 'joiner');
    await allAnswer([...(await namesOf('law-maker')), ...(await namesOf('law-joiner'))]);
    assert.equal((await links()).length, 2);
    const { resources } = await hand.status('joiner');
    const origins = resources.map(({ key, origin }: { key: string; origin: string }) => `${key} ${origin}`);
    assert.ok(origins.includes('privateLinkScope Adopted') && origins.includes('privateEndpoint Adopted'));
  });

  test('leave what the other uses when the maker goes first, and its names go on answering', async () => {
    await hand.remove('maker');
    const kept = await hand.idsOf(SHARED);
    assert.ok(kept.some(id => id.endsWith('/privatelinkscopes/maker')));
    assert.ok(kept.some(id => id.endsWith('/privateendpoints/pe-maker')));
    await hand.ready('joiner');
    await allAnswer([...(await namesOf('law-maker')), ...(await namesOf('law-joiner'))]);
    const { conditions } = await hand.status('joiner');
    for (const { type, status: held } of conditions) {
      assert.equal(held, type === 'Reconciling' || type === 'Stalled' ? 'False' : 'True', type);
    }
  });

  test('find their own when applied again, and lose nothing when the other goes first', async () => {
    const before = await puts();
    await scene.apply(maker());
    await hand.ready('maker', 'joiner');
    await hand.remove('joiner');
    await hand.ready('maker');
    await allAnswer(await namesOf('law-maker'));
    assert.equal(await puts(), before);
    assert.deepEqual(await hand.idsOf(/scopedresources\/law-joiner/), []);
  });

  test('go at once, and nothing of either is left but workspaces: logs are data', async () => {
    await scene.apply(joiner());
    await hand.ready('maker', 'joiner');
    await hand.remove('maker', 'joiner');
    assert.deepEqual(await hand.idsOf(SHARED), []);
    assert.equal((await hand.idsOf(/workspaces\/law-(maker|joiner)$/)).length, 2);
    assert.doesNotMatch((await scene.records())['pms.hosts'] ?? '', /maker|joiner/);
  });

  test('pass a link on: the one that both need goes with the last of them', async () => {
    await hand.build();
    const hub = {
      privateLinkScope: { resourceId: hand.hub.scope },
      privateEndpoint: { resourceId: hand.hub.endpoint },
    };
    const shared = { name: 'shared', resourceId: hand.at(LAW, 'law-maker') };
    const on = (name: string) => hand.own(name, { ...hub, workspaces: [shared] });
    await scene.apply(on('first'));
    await hand.ready('first');
    const made = await hand.idsOf(/ampls-hub\/scopedresources\/shared-/);
    assert.equal(made.length, 1);
    await scene.apply(on('second'));
    await hand.ready('second');
    await hand.remove('first');
    assert.deepEqual(await hand.idsOf(/ampls-hub\/scopedresources\/shared-/), made);
    await hand.ready('second');
    await hand.remove('second');
    assert.deepEqual(
      (await hand.idsOf(/ampls-hub\/scopedresources\//)).map(id => id.split('/').at(-1)),
      ['scoped-law', 'scoped-web'],
    );
  });
});
