import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { LineTarget } from '../../src/coredns/line-target.ts';
import { PortError } from '../../src/domain/failures.ts';
import {
  API,
  aksScene,
  type BlockScene,
  COREDNS,
  CUSTOM,
  claim,
  kubeadmScene,
  ODS,
  STORE,
  seen,
  withCorefile,
  withReason,
} from './block-scene.ts';
import { AKS, KUBEADM } from './corefiles.ts';

const { signal } = new AbortController();
const MINUTE = 60_000;

for (const kind of ['custom', 'corefile'] as const) {
  describe(`a block that CoreDNS has to take up (${kind})`, () => {
    let scene: BlockScene;
    let target: LineTarget;
    const served = () =>
      kind === 'custom' ? (scene.key(CUSTOM, 'pms.server') ?? '') : (scene.key(COREDNS, 'Corefile') ?? '');
    const publish = (owner = 'plant/a', name = API) => target.publish(claim(owner, { [name]: '10.1.2.4' }), signal);
    const confirm = (answers = seen([API], [API])) => target.confirm(answers, signal);
    const names = async () => (await target.read(signal)).lines.map(line => line.name);
    beforeEach(() => {
      scene = kind === 'custom' ? aksScene() : kubeadmScene();
      target = scene[kind]();
    });

    it('is not spoken of before there is one, and not after its names answer', async () => {
      assert.equal(await confirm(), undefined);
      await publish();
      assert.equal(await confirm(seen([API], [])), undefined);
      scene.failures.set('coredns-a', 9);
      scene.clock.turn(10 * MINUTE);
      assert.equal(await confirm(), undefined);
      assert.deepEqual(await names(), [API]);
    });

    it('gets three minutes', async () => {
      await publish();
      scene.clock.turn(3 * MINUTE - 1);
      assert.equal(await confirm(), undefined);
      scene.clock.turn(1);
      const failure = await confirm();
      assert.equal(failure?.reason, 'ReloadRefused');
      assert.match(failure?.message ?? '', new RegExp(`${API}\\): no server answers them after 3 minutes`));
    });

    it('is taken out again, to the byte, when a server failed to reload', async () => {
      await publish('plant/b', ODS);
      await confirm(seen([ODS], []));
      const before = served();
      await publish();
      assert.ok(served().includes(API));
      scene.failures.set('coredns-b', 1);
      const failure = await confirm();
      assert.match(failure?.message ?? '', /coredns_reload_failed_total grew at coredns-b/);
      assert.equal(served(), before);
      assert.deepEqual(await names(), [ODS]);
      assert.ok(scene.logged.some(line => line.startsWith('CoreDNS did not take the new names')));
    });

    it('is tried again after two minutes, then four, up to an hour; others go on meanwhile', async () => {
      await publish();
      scene.failures.set('coredns-a', 1);
      const failure = await confirm();
      assert.ok(failure);
      await assert.rejects(publish(), thrown => thrown instanceof PortError && thrown.failure === failure);
      await publish('plant/b', ODS);
      await confirm(seen([ODS], []));
      assert.deepEqual(await names(), [ODS]);
      for (const minutes of [2, 4, 8, 16, 32, 60, 60]) {
        scene.clock.turn(minutes * MINUTE - 1);
        await assert.rejects(publish(), withReason('ReloadRefused', new RegExp(`again in ${minutes} minutes`)));
        scene.clock.turn(1);
        await publish();
        assert.deepEqual(await names(), [API, ODS]);
        scene.failures.set('coredns-a', 1 + (scene.failures.get('coredns-a') ?? 0));
        await confirm();
        assert.deepEqual(await names(), [ODS]);
      }
    });

    it('is written again at once when somebody changed the configuration', async () => {
      await publish();
      scene.failures.set('coredns-a', 1);
      await confirm();
      await target.repair(signal);
      await publish();
      assert.deepEqual(await names(), [API]);
    });

    const unconfirmed = () => scene.key(kind === 'custom' ? CUSTOM : STORE, 'pms.unconfirmed');

    it('is watched by the process that comes after the one that wrote it', async () => {
      await publish('plant/b', ODS);
      await confirm(seen([ODS], []));
      await publish();
      target = scene[kind]();
      assert.equal(await confirm(), undefined);
      assert.deepEqual(await names(), [API, ODS]);
      scene.failures.set('coredns-a', 1);
      assert.match((await confirm())?.message ?? '', /coredns_reload_failed_total grew at coredns-a/);
      assert.deepEqual(await names(), [ODS]);
      assert.equal(unconfirmed(), undefined);
    });

    it('has three minutes in all, whoever looks', async () => {
      await publish();
      scene.clock.turn(2 * MINUTE);
      target = scene[kind]();
      assert.equal(await confirm(), undefined);
      scene.clock.turn(MINUTE);
      target = scene[kind]();
      assert.equal((await confirm())?.reason, 'ReloadRefused');
      assert.deepEqual(await names(), []);
    });

    it('that answered once is kept by every later process, whatever becomes of its answers', async () => {
      await publish();
      assert.match(unconfirmed() ?? '', new RegExp(API));
      await confirm(seen([API], []));
      assert.equal(unconfirmed(), undefined);
      target = scene[kind]();
      scene.failures.set('coredns-a', 1);
      scene.clock.turn(60 * MINUTE);
      assert.equal(await confirm(), undefined);
      assert.deepEqual(await names(), [API]);
    });

    it('costs one write to confirm, and none after that', async () => {
      await publish();
      const writes = scene.store.writes();
      for (let time = 0; time < 3; time++) await confirm(seen([API], []));
      assert.equal(scene.store.writes(), writes + 1);
      await target.repair(signal);
      assert.equal(scene.store.writes(), writes + 1);
    });

    it('is told to the objects whose names it has, and to no other', async () => {
      await publish();
      scene.failures.set('coredns-a', 1);
      assert.equal(await confirm(seen([ODS], [])), undefined);
      assert.deepEqual(await names(), []);
      await assert.rejects(publish(), withReason('ReloadRefused', new RegExp(API)));
    });

    it('a hand edit of what is to be confirmed ends the watch, and nothing else', async () => {
      await publish();
      scene.store.edit(kind === 'custom' ? CUSTOM : STORE, map => Object.assign(map.data, { 'pms.unconfirmed': '{' }));
      scene.clock.turn(60 * MINUTE);
      assert.equal(await confirm(), undefined);
      assert.deepEqual(await names(), [API]);
    });

    it('stays while the servers are silent, or while one of them has it', async () => {
      await publish();
      scene.clock.turn(60 * MINUTE);
      assert.equal(await confirm(seen([API], [API], { rcode: 'silent' })), undefined);
      assert.equal(await confirm(seen([API], [API], { servers: ['coredns-a'] })), undefined);
      assert.deepEqual(await names(), [API]);
    });

    it('a server that went silent before it was asked every name proves nothing', async () => {
      await publish();
      scene.clock.turn(60 * MINUTE);
      const silent = { server: 'coredns-b', name: 'other.monitor.azure.com', rcode: 'silent' };
      const wrongAtA = seen([API], [API], { servers: ['coredns-a'] });
      const failure = await target.confirm({ ...wrongAtA, wrong: [...wrongAtA.wrong, silent] }, signal);
      assert.equal(failure?.reason, 'ReloadRefused');
    });

    it('stays when its own names were not asked', async () => {
      await publish();
      scene.clock.turn(60 * MINUTE);
      assert.equal(await confirm(seen([ODS], [ODS])), undefined);
      assert.deepEqual(await names(), [API]);
    });

    it('a server without a counter is judged by its answers alone', async () => {
      scene.failures.clear();
      await publish();
      assert.equal(await confirm(), undefined);
      scene.failures.set('coredns-a', 7);
      assert.equal(await confirm(), undefined);
    });

    it('is not waited for where nothing reloads: it says that CoreDNS must be restarted', async () => {
      const text = (kind === 'custom' ? AKS : KUBEADM).replace(/^ +reload\n/m, '');
      withCorefile(scene, text);
      await publish();
      scene.clock.turn(60 * MINUTE);
      const failure = await confirm();
      assert.ok(failure);
      withReason(
        'CoreDNSRestartRequired',
        /no block of the Corefile has the line reload.*kube-system/,
      )(new PortError(failure));
      assert.deepEqual(await names(), [API]);
      assert.equal(await confirm(seen([API], [])), undefined);
    });

    it('names that only go are not watched', async () => {
      await publish();
      await confirm(seen([API], []));
      await target.publish(claim('plant/a', {}), signal);
      scene.failures.set('coredns-a', 1);
      scene.clock.turn(60 * MINUTE);
      assert.equal(await confirm(seen([], [])), undefined);
    });
  });
}
