import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { HEADER } from '../../src/coredns/hosts-text.ts';
import type { LineTarget } from '../../src/coredns/line-target.ts';
import { SERVER_HEADER } from '../../src/coredns/server-block.ts';
import { API, aksScene, type BlockScene, CUSTOM, claim, ODS, withCorefile, withReason } from './block-scene.ts';
import { AKS, BAD_COREFILES } from './corefiles.ts';

const { signal } = new AbortController();
const block = (...names: readonly string[]) => `${SERVER_HEADER}${names.map(name => `${name}:53`).join(' ')} {
    # Managed by private-monitoring-scope. Do not edit: changes are undone.
    errors
    hosts /etc/coredns/custom/pms.hosts {
        ttl 60
        no_reverse
        fallthrough
    }
    forward . /etc/resolv.conf
}
`;

let scene: BlockScene;
let target: LineTarget;
const hosts = () => scene.key(CUSTOM, 'pms.hosts');
const server = () => scene.key(CUSTOM, 'pms.server');
const pending = () => scene.key(CUSTOM, 'pms.pending');
const names = async () => (await target.read(signal)).lines.map(line => line.name);

beforeEach(() => {
  scene = aksScene();
  target = scene.custom();
});

describe('publishing into coredns-custom', () => {
  it('writes the records and a block with exactly our names, and reads back what was published', async () => {
    await target.publish(claim('plant/a', { [API]: '10.1.2.4', [ODS]: '10.1.2.5' }), signal);
    assert.equal(hosts(), `${HEADER}10.1.2.4 ${API} # plant/a\n10.1.2.5 ${ODS} # plant/a\n`);
    assert.equal(server(), block(API, ODS));
    assert.deepEqual(await names(), [API, ODS]);
    assert.deepEqual(scene.store.annotations(CUSTOM), { 'privatemonitoring.dev/target': 'plant/cluster' });
  });

  it('leaves every key of somebody else as it is', async () => {
    scene.store.edit(CUSTOM, map => Object.assign(map.data, { 'theirs.server': 'b.example.com:53 {\n whoami\n}\n' }));
    await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    await target.publish(claim('plant/a', {}), signal);
    assert.equal(scene.key(CUSTOM, 'theirs.server'), 'b.example.com:53 {\n whoami\n}\n');
  });

  it('writes nothing when the text stays the same', async () => {
    for (let time = 0; time < 3; time++) await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    assert.equal(scene.store.writes(), 2);
  });

  it('writes a changed address once, and the block not at all', async () => {
    await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    await target.publish(claim('plant/a', { [API]: '10.1.2.9' }), signal);
    assert.equal(scene.store.writes(), 3);
    assert.match(hosts() ?? '', /^10\.1\.2\.9 /m);
  });

  const observing = (watched: () => void) => {
    scene.store.beforeApply = watched;
  };

  it('writes new records before the block that names them', async () => {
    const states: string[] = [];
    observing(() => states.push(`${hosts()?.includes(API) ?? false} ${server()?.includes(API) ?? false}`));
    await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    assert.deepEqual(states, ['false false', 'true false']);
    assert.ok(server()?.includes(API));
  });

  it('takes names out of the block before their records, and leaves comments when the last one goes', async () => {
    await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    const states: string[] = [];
    observing(() => states.push(`${hosts()?.includes(API)} ${server()?.includes(API)}`));
    await target.publish(claim('plant/a', {}), signal);
    assert.deepEqual(states, ['true true', 'true false']);
    assert.deepEqual([hosts(), server(), pending()], [HEADER, SERVER_HEADER, '']);
    assert.deepEqual(await names(), []);
  });

  it('keeps what joins and what goes apart in one change', async () => {
    await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    const states: string[] = [];
    const has = (text: string | undefined) => `${text?.includes(API)} ${text?.includes(ODS)}`;
    observing(() => states.push(`hosts ${has(hosts())} server ${has(server())}`));
    await target.publish(claim('plant/a', { [ODS]: '10.1.2.5' }), signal);
    assert.deepEqual(states, [
      'hosts true false server true false',
      'hosts true true server true false',
      'hosts true true server false true',
    ]);
    assert.deepEqual([hosts()?.includes(API), await names()], [false, [ODS]]);
  });

  it('puts the records into the block where the keys are not mounted as files', async () => {
    target = scene.custom({ records: 'Inline', bind: ['10.0.0.5'], port: 5353, forward: ['10.0.0.2', '10.0.0.3'] });
    withCorefile(scene, AKS.replace('.:53 {', '.:5353 {\n    bind 10.0.0.5'));
    await target.publish(claim('plant/a', { [API]: '10.1.2.4', [ODS]: '10.1.2.5' }), signal);
    const inline = server() ?? '';
    assert.match(inline, new RegExp(`^${API}:5353 ${ODS}:5353 \\{\n.*\n {4}bind 10\\.0\\.0\\.5\n`, 'm'));
    assert.match(inline, new RegExp(` {4}hosts /dev/null \\{\n {8}10\\.1\\.2\\.4 ${API}\n {8}10\\.1\\.2\\.5 ${ODS}\n`));
    assert.match(inline, / {4}forward \. 10\.0\.0\.2 10\.0\.0\.3\n/);
    await target.publish(claim('plant/a', { [API]: '10.1.2.9' }), signal);
    assert.match(server() ?? '', / 10\.1\.2\.9 /);
    assert.deepEqual((await target.read(signal)).lines, [{ name: API, addresses: ['10.1.2.9'], owners: ['plant/a'] }]);
  });
});

describe('a write that stops half-way', () => {
  for (const nth of [1, 2, 3, 4, 5]) {
    it(`after ${nth - 1} of the writes shows as published only what is served, and is made good`, async () => {
      let all = 0;
      scene.store.beforeApply = () => {
        if (++all === nth) throw new Error('killed');
      };
      const wanted = [claim('plant/a', { [API]: '10.1.2.4' }), claim('plant/a', { [ODS]: '10.1.2.5' })];
      const results = [];
      for (const one of wanted) results.push(await target.publish(one, signal).catch(() => 'killed'));
      assert.ok(results.includes('killed'));
      const served = (await names()).filter(name => !server()?.includes(`${name}:53`));
      assert.deepEqual(served, []);
      // Another process comes up, hears of the ConfigMap, and the object's pass goes on.
      scene.store.beforeApply = () => {};
      target = scene.custom();
      await target.repair(signal);
      assert.equal(pending() ?? '', '');
      await target.publish(claim('plant/a', { [ODS]: '10.1.2.5' }), signal);
      assert.deepEqual([hosts(), server()], [`${HEADER}10.1.2.5 ${ODS} # plant/a\n`, block(ODS)]);
    });
  }

  it('of an object that is gone meanwhile leaves nothing behind', async () => {
    await target.publish(claim('plant/b', { [ODS]: '10.1.2.5' }), signal);
    await target.publish(claim('plant/a', { [API]: '10.1.2.4', [ODS]: '10.1.2.5' }), signal);
    let applies = 0;
    scene.store.beforeApply = () => {
      // The block is written without the name; the records are not.
      if (++applies === 2) throw new Error('killed');
    };
    await assert.rejects(target.publish(claim('plant/a', {}), signal), /killed/);
    scene.store.beforeApply = () => {};
    assert.deepEqual(await names(), [ODS]);
    await target.publish(claim('plant/b', { [ODS]: '10.1.2.6' }), signal);
    assert.equal(hosts()?.includes('plant/a # '), false);
    assert.equal(hosts()?.includes(API), false);
  });
});

describe('what others do to it', () => {
  it('an edit of our block is undone by repair, and no line is lost', async () => {
    await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    const before = [hosts(), server()];
    for (const text of ['', 'nonsense {', SERVER_HEADER, block(API).replace('fallthrough', '')]) {
      scene.store.edit(CUSTOM, map => Object.assign(map.data, { 'pms.server': text }));
      assert.deepEqual(await names(), [API]);
      await target.repair(signal);
      assert.deepEqual([hosts(), server()], before);
    }
    scene.store.edit(CUSTOM, map => delete map.data['pms.server']);
    await target.repair(signal);
    assert.deepEqual([hosts(), server()], before);
  });

  it('a block of theirs under our key is refused, and shown how to hand it over', async () => {
    scene.store.edit(CUSTOM, map => Object.assign(map.data, { 'pms.server': 'b.example.com:53 {\n whoami\n}\n' }));
    const refused = target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    await assert.rejects(refused, withReason('TargetNotOurs', /has a key pms\.server that is not ours/));
  });

  it('an immutable ConfigMap is told', async () => {
    scene.store.edit(CUSTOM, map => {
      map.immutable = true;
    });
    const refused = target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    await assert.rejects(refused, withReason('TargetNotOurs', /coredns-custom is immutable/));
  });

  it('a block of theirs for one of our names refuses the object that has it, and nobody else', async () => {
    scene.store.edit(CUSTOM, map => Object.assign(map.data, { 'x.server': `\n${API.toUpperCase()}. {\n whoami\n}\n` }));
    const results = await Promise.allSettled([
      target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal),
      target.publish(claim('plant/b', { [ODS]: '10.1.2.5' }), signal),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    const [refused] = results as PromiseRejectedResult[];
    withReason(
      'CorefileRefused',
      new RegExp(`serves ${API}:53 already \\(/etc/coredns/custom/x\\.server, line 2\\)`),
    )(refused?.reason);
    assert.deepEqual(await names(), [ODS]);
  });

  for (const { name, text } of BAD_COREFILES) {
    it(`nothing is armed while a key of theirs has ${name}; once it is mended, we write`, async () => {
      await target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
      const writes = scene.store.writes();
      scene.store.edit(CUSTOM, map => Object.assign(map.data, { 'theirs.server': text.replaceAll('custom/', '') }));
      const refused = target.publish(claim('plant/b', { [ODS]: '10.1.2.5' }), signal);
      await assert.rejects(refused, withReason('CorefileRefused', /theirs\.server, line \d.*mend that first/));
      // Addresses are no part of the configuration.
      await target.publish(claim('plant/a', { [API]: '10.1.2.9' }), signal);
      assert.equal(scene.store.writes(), writes + 1);
      scene.store.edit(CUSTOM, map => delete map.data['theirs.server']);
      await target.publish(claim('plant/b', { [ODS]: '10.1.2.5' }), signal);
      assert.deepEqual(await names(), [API, ODS]);
    });
  }

  it('a Corefile that does not import our key is told with the line that it needs', async () => {
    withCorefile(scene, AKS.replace('import custom/*.server', ''));
    const refused = target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    await assert.rejects(
      refused,
      withReason('CorefileRefused', /needs the line "import \/etc\/coredns\/custom\/\*\.server"/),
    );
    assert.equal(scene.store.writes(), 0);
  });

  it('no Corefile where the configuration says it is, is told', async () => {
    target = scene.custom({ corefile: { configMap: 'dns', key: 'Corefile' } });
    const refused = target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    await assert.rejects(refused, withReason('CorefileRefused', /no ConfigMap kube-system\/dns with a key Corefile/));
  });

  it('a Corefile whose block listens on one address needs ours to do so', async () => {
    withCorefile(scene, AKS.replace('errors', 'bind 10.0.0.5'));
    const publish = () => target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
    await assert.rejects(
      publish(),
      withReason('CorefileRefused', /listens on 10\.0\.0\.5, our block on every address/),
    );
    target = scene.custom({ bind: ['10.0.0.5'] });
    await publish();
    assert.match(server() ?? '', /^ {4}bind 10\.0\.0\.5$/m);
  });
});

describe('how large it gets', () => {
  it('counts the records, the names in the block, and everybody else’s keys', async () => {
    scene.store.edit(CUSTOM, map => Object.assign(map.data, { 'note.txt': 'x'.repeat(800 * 1024) }));
    const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`n${n}.monitor.azure.com`, '10.1.2.4']));
    const refused = target.publish(claim('plant/a', many), signal);
    await assert.rejects(refused, withReason('TooLarge', /kube-system\/coredns-custom.*of 900 KiB at most/));
    assert.equal(hosts(), undefined);
  });
});
