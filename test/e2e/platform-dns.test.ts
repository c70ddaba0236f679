/**
 * The records in the cluster's own CoreDNS, driven by kubectl alone: its block is taken up, taken back when CoreDNS
 * refuses it, also by an operator that was killed in between, and gone with the object.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { OwnedProcess } from '../env/child-process.ts';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { pms } from './objects.ts';
import type { PlatformCoreDns } from './platform-coredns.ts';
import { type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 150_000, everyMs: 250 };
const READY = ['wait', '--for=condition=Ready', '--timeout=150s', 'pms/plant-a'];
const API = 'api.monitor.azure.com';
const [NEW, SECOND] = ['new.monitor.azure.com', 'second.monitor.azure.com'] as const;

interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

suite('the CoreDNS of the cluster, end to end', () => {
  let scene: Scene;
  let platform: PlatformCoreDns;
  let operator: OwnedProcess;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1, platform: 'AKS' });
    assert.ok(scene.platform);
    platform = scene.platform;
    operator = await scene.startOperator();
  });
  after(async () => scene?.stop());

  const plantA = (...aliases: readonly string[]) =>
    pms({
      subscriptionId: scene.azure.subscriptionId,
      name: 'plant-a',
      spec: { dns: { target: 'aks', extraAliases: aliases.map(name => ({ name, sameAs: API })) } },
    });
  const answerOf = async (name: string) => (await dnsQuery({ server: platform.server, name })).answers.join();
  const isPrivate = async (name: string) => (await answerOf(name)).startsWith('127.13.1.');
  /** Of the spec as it is now: the same may have been said of the one before. */
  const condition = async (type: string): Promise<ConditionView | undefined> => {
    const { metadata, status } = JSON.parse(await scene.kubectl('get', 'pms', 'plant-a', '-o', 'json'));
    return status?.conditions?.find(
      (one: ConditionView) => one.type === type && one.observedGeneration === metadata.generation,
    );
  };
  const told = (type: string, reason: string) =>
    eventually(
      `${type} says ${reason}`,
      async () => {
        const found = await condition(type);
        return found?.reason === reason ? found : undefined;
      },
      PATIENCE,
    );
  const setTheirs = async (text: string | null) => {
    const patch = JSON.stringify({ data: { 'theirs.server': text } });
    await scene.kubectl('-n', 'kube-system', 'patch', 'configmap', 'coredns-custom', '--type=merge', '-p', patch);
  };

  test('a block of exactly our names is taken up, and nothing is left to be confirmed', async () => {
    assert.equal(await answerOf(API), '192.0.2.10');
    await scene.apply(plantA());
    await scene.kubectl(...READY);
    assert.ok(await isPrivate(API));
    assert.equal(await answerOf('www.example.com'), '192.0.2.80');
    const keys = await platform.custom();
    assert.deepEqual(Object.keys(keys).sort(), ['pms.hosts', 'pms.pending', 'pms.server']);
    assert.ok(keys['pms.server']?.includes(`${API}:${platform.port}`));
  });

  test('pms check, as the operator, has every right that this needs, and finds the target well', async () => {
    const { stdout } = await scene.pms(['check', '--simulated-azure']);
    assert.match(stdout, /✓ rights in the cluster +all \d+ that the operator needs are held$/m);
    assert.match(stdout, /✓ dns target aks +\d+ records in it \(CustomServer, /);
  });

  test('new names of a configuration that CoreDNS refuses are taken out again, told, and harm none that was there', async () => {
    const before = await platform.custom();
    // A plugin that published builds have and this one has not: what a reader of the text cannot know.
    await setTheirs(`b.example.com:${platform.port} {\n    bind 127.0.0.1\n    autopath\n}\n`);
    await eventually('CoreDNS refuses it', () => /reload failed.*autopath/.test(platform.output()), PATIENCE);
    await scene.apply(plantA(NEW));
    const published = await told('RecordsPublished', 'ReloadRefused');
    assert.equal(published.status, 'False');
    assert.match(published.message, new RegExp(`\\(${NEW}\\): coredns_reload_failed_total grew at 127`));
    const now = await platform.custom();
    assert.deepEqual([now['pms.server'], now['pms.hosts']], [before['pms.server'], before['pms.hosts']]);
    assert.equal(now['pms.unconfirmed'], undefined);
    assert.ok(await isPrivate(API));
    assert.match(await scene.kubectl('events', '--for', 'pms/plant-a'), /Warning\s+ReloadRefused/);
  });

  test('an operator that is killed before CoreDNS has seen the block takes it back when it is there again', async () => {
    await platform.hold();
    // The configuration changes, so that what was refused is tried again at once.
    await setTheirs(`c.example.com:${platform.port} {\n    bind 127.0.0.1\n    autopath\n}\n`);
    await scene.apply(plantA(NEW, SECOND));
    const isWritten = async () => (await platform.custom())['pms.server']?.includes(`${SECOND}:`);
    await eventually('the block is written', isWritten, PATIENCE);
    const unconfirmed = JSON.parse((await platform.custom())['pms.unconfirmed'] ?? '{}');
    assert.deepEqual(unconfirmed.names, [NEW, SECOND]);
    await operator.stop('SIGKILL');
    await platform.release();
    operator = await scene.startOperator();
    const published = await told('RecordsPublished', 'ReloadRefused');
    assert.match(published.message, /and 1 more/);
    const keys = await platform.custom();
    assert.ok(!keys['pms.server']?.includes(NEW) && keys['pms.server']?.includes(API));
    assert.ok(await isPrivate(API));
  });

  test('they are written again once the configuration is mended, and the object is Ready', async () => {
    await setTheirs(null);
    // A reload that fails late, of the configuration before, is held against ours once: that takes two minutes.
    await scene.kubectl('wait', '--for=condition=Ready', '--timeout=240s', 'pms/plant-a');
    assert.ok(await isPrivate(NEW));
    assert.ok(await isPrivate(SECOND));
    assert.equal((await platform.custom())['pms.unconfirmed'], undefined);
  });

  test('with the object everything goes but comments, and the names are public again', async () => {
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=150s');
    const keys = await platform.custom();
    for (const key of ['pms.hosts', 'pms.server']) assert.match(keys[key] ?? '', /^(#.*\n)+$/);
    await eventually('it is public', async () => (await answerOf(API)) === '192.0.2.10', PATIENCE);
  });
});
