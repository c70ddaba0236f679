import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { readCorefile } from '../../src/coredns/corefile-reader.ts';
import { HEADER } from '../../src/coredns/hosts-text.ts';
import type { LineTarget } from '../../src/coredns/line-target.ts';
import { corefileOnly } from '../../src/coredns/shared-corefile.ts';
import {
  API,
  type BlockScene,
  blockScene,
  COREDNS,
  claim,
  kubeadmScene,
  ODS,
  STORE,
  withCorefile,
  withReason,
} from './block-scene.ts';
import { AKS, BAD_COREFILES, K3S, KUBEADM } from './corefiles.ts';

const { signal } = new AbortController();
const block = (
  port: number,
  ...lines: readonly string[]
) => `${lines.map(line => `${line.split(' ')[1]}:${port}`).join(' ')} {
    # Managed by private-monitoring-scope. Do not edit: changes are undone.
    errors
    hosts /dev/null {
${lines.map(line => `        ${line}\n`).join('')}        ttl 60
        no_reverse
        fallthrough
    }
    forward . /etc/resolv.conf
}`;

let scene: BlockScene;
let target: LineTarget;
const corefile = () => scene.key(COREDNS, 'Corefile');
const stored = (key: string) => scene.key(STORE, key);
const names = async () => (await target.read(signal)).lines.map(line => line.name);
const publishApi = () => target.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);

beforeEach(() => {
  scene = kubeadmScene();
  target = scene.corefile();
});

describe('our block in a shared Corefile', () => {
  it('is put at its end, with the records in it; owners and the text before are in a ConfigMap of ours', async () => {
    await publishApi();
    assert.equal(corefile(), `${KUBEADM}${block(53, `10.1.2.4 ${API}`)}\n`);
    assert.equal(stored('pms.hosts'), `${HEADER}10.1.2.4 ${API} # plant/a\n`);
    assert.equal(stored('Corefile.previous'), KUBEADM);
    assert.deepEqual(scene.store.annotations(COREDNS), {});
    assert.deepEqual(await names(), [API]);
  });

  it('follows names and addresses, and is gone byte for byte with the last line', async () => {
    await publishApi();
    await target.publish(claim('plant/b', { [ODS]: '10.1.2.5' }), signal);
    assert.equal(corefile(), `${KUBEADM}${block(53, `10.1.2.4 ${API}`, `10.1.2.5 ${ODS}`)}\n`);
    await target.publish(claim('plant/a', { [API]: '10.1.2.9' }), signal);
    assert.equal(corefile(), `${KUBEADM}${block(53, `10.1.2.9 ${API}`, `10.1.2.5 ${ODS}`)}\n`);
    await target.publish(claim('plant/a', {}), signal);
    await target.publish(claim('plant/b', {}), signal);
    assert.equal(corefile(), KUBEADM);
    assert.deepEqual([stored('pms.hosts'), stored('pms.pending')], [HEADER, '']);
  });

  it('writes nothing when nothing changes', async () => {
    await publishApi();
    const writes = scene.store.writes();
    await publishApi();
    await target.repair(signal);
    assert.equal(scene.store.writes(), writes);
  });

  it('stands wherever others put it, and nothing of theirs moves', async () => {
    await publishApi();
    const own = block(53, `10.1.2.4 ${API}`);
    const [head, tail] = ['# theirs\nexample.com {\n whoami\n}\n', '\n# more of theirs\nexample.org {\n\twhoami\n}'];
    withCorefile(scene, head + own + tail);
    await target.publish(claim('plant/a', { [API]: '10.1.2.9' }), signal);
    assert.equal(corefile(), head + block(53, `10.1.2.9 ${API}`) + tail);
    await target.publish(claim('plant/a', {}), signal);
    assert.equal(corefile(), head + tail.slice(1));
  });

  it('is known again after a kubeadm upgrade wrote the file anew without comments and spaces', async () => {
    await publishApi();
    const rewritten = (corefile() ?? '').replace(/ *#.*\n/g, '').replace(/^ +/gm, '\t');
    withCorefile(scene, `${rewritten}example.org {\n\twhoami\n}\n`);
    assert.deepEqual(await names(), [API]);
    await target.repair(signal);
    const text = corefile() ?? '';
    assert.equal(text.split(API).length, 3, text);
    assert.ok(text.includes(block(53, `10.1.2.4 ${API}`)));
    assert.ok(text.endsWith('example.org {\n\twhoami\n}\n'));
  });

  it('comes back when the platform put its own Corefile in its place, with every line', async () => {
    await publishApi();
    await target.publish(claim('plant/b', { [ODS]: '10.1.2.5' }), signal);
    withCorefile(scene, KUBEADM);
    assert.deepEqual(await names(), [API, ODS]);
    await target.repair(signal);
    assert.equal(corefile(), `${KUBEADM}${block(53, `10.1.2.4 ${API}`, `10.1.2.5 ${ODS}`)}\n`);
  });

  it('a hand edit in it is undone, also one that takes a line out of the ConfigMap of ours', async () => {
    await publishApi();
    await target.publish(claim('plant/b', { [ODS]: '10.1.2.5' }), signal);
    const before = corefile();
    withCorefile(scene, (before ?? '').replace('10.1.2.4', '10.6.6.6'));
    await target.repair(signal);
    assert.equal(corefile(), before);
    scene.store.edit(STORE, map => Object.assign(map.data, { 'pms.hosts': `${HEADER}10.1.2.4 ${API} # plant/a\n` }));
    await target.repair(signal);
    assert.equal(corefile(), `${KUBEADM}${block(53, `10.1.2.4 ${API}`)}\n`);
  });

  it('of somebody else that has our names alone, but is none of ours, is left', async () => {
    await publishApi();
    const theirs = `${API}:53 {\n    forward . 192.0.2.1\n}\n`;
    withCorefile(scene, `${KUBEADM}${theirs}`);
    await assert.rejects(target.repair(signal), withReason('CorefileRefused', /is served by another block already/));
    assert.equal(corefile(), `${KUBEADM}${theirs}`);
  });

  it('changes nothing else in whatever text, at either end of it', () => {
    const piece = fc.constantFrom(
      KUBEADM,
      AKS,
      K3S.trimEnd(),
      '# a comment',
      '\n',
      ' \t',
      'b.example.com {\r\n whoami\r\n}',
      '\ufeff',
    );
    return fc.assert(
      fc.asyncProperty(fc.uniqueArray(piece, { maxLength: 3 }), async pieces => {
        const text = pieces
          .filter(one => !one.startsWith('.:53') || one === pieces.find(p => p.startsWith('.:53')))
          .join('\n');
        const own = blockScene();
        withCorefile(own, text);
        const one = own.corefile();
        try {
          await one.publish(claim('plant/a', { [API]: '10.1.2.4' }), signal);
        } catch (thrown) {
          withReason('CorefileRefused', /mend that first/)(thrown);
          assert.equal(own.key(COREDNS, 'Corefile'), text);
          return;
        }
        const written = own.key(COREDNS, 'Corefile') ?? '';
        assert.ok(written.startsWith(text) && written.includes(block(53, `10.1.2.4 ${API}`)));
        readCorefile(corefileOnly(written));
        await one.publish(claim('plant/a', {}), signal);
        assert.equal(own.key(COREDNS, 'Corefile'), text);
      }),
    );
  });
});

describe('what keeps us from writing', () => {
  for (const { name, text } of BAD_COREFILES.filter(bad => !bad.text.includes('import custom/none'))) {
    it(`a Corefile that has ${name}`, async () => {
      withCorefile(scene, `${KUBEADM}${text}`);
      await assert.rejects(publishApi(), withReason('CorefileRefused', /Corefile, line \d+.*mend that first/));
      assert.deepEqual([corefile(), stored('pms.hosts')], [`${KUBEADM}${text}`, undefined]);
    });
  }

  it('a block of theirs for one of our names', async () => {
    withCorefile(scene, `${KUBEADM}${API} {\n    whoami\n}\n`);
    await assert.rejects(
      publishApi(),
      withReason('CorefileRefused', new RegExp(`another server block serves ${API}:53`)),
    );
  });

  it('a ConfigMap without the key, or none at all', async () => {
    scene.store.drop(COREDNS);
    await assert.rejects(
      publishApi(),
      withReason('CorefileRefused', /no ConfigMap kube-system\/coredns with a key Corefile/),
    );
  });

  it('an immutable one', async () => {
    scene.store.edit(COREDNS, map => {
      map.immutable = true;
    });
    await assert.rejects(publishApi(), withReason('TargetNotOurs', /kube-system\/coredns is immutable/));
  });

  it('a store that is another installation’s', async () => {
    scene.store.edit(STORE, map => Object.assign(map.annotations, { 'privatemonitoring.dev/target': 'other/cluster' }));
    await assert.rejects(
      publishApi(),
      withReason('TargetOwnedByOther', /private-monitoring\/pms-corefile is written by other/),
    );
  });

  it('more than a ConfigMap holds', async () => {
    withCorefile(scene, `# ${'x'.repeat(700 * 1024)}\n${KUBEADM}`);
    const many = Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`n${n}.monitor.azure.com`, '10.1.2.4']));
    await assert.rejects(target.publish(claim('plant/a', many), signal), withReason('TooLarge', /of 900 KiB at most/));
  });
});
