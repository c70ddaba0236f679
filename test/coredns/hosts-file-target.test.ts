import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { MAX_CONFIG_MAP_BYTES } from '../../src/coredns/config-map-claim.ts';
import { createHostsFileTarget, type HostsFileConfig } from '../../src/coredns/hosts-file-target.ts';
import { HEADER } from '../../src/coredns/hosts-text.ts';
import type { LineTarget } from '../../src/coredns/line-target.ts';
import { ConflictError, PortError } from '../../src/domain/failures.ts';
import type { Claim } from '../../src/domain/merge.ts';
import type { Log } from '../../src/ports.ts';
import type { DnsServer } from '../../src/ports-dns.ts';
import { type ConfigMapsInMemory, configMapsInMemory } from './config-map-in-memory.ts';

const ref = { namespace: 'private-monitoring', name: 'pms-records' };
const config: HostsFileConfig = {
  name: 'default',
  kind: 'HostsFile',
  namespace: ref.namespace,
  configMap: ref.name,
  allowedNamespaces: ['*'],
  servers: [{ name: '127.0.0.1:5353', address: '127.0.0.1', port: 5353 }],
  ttlSeconds: 60,
};
const marker = 'privatemonitoring.dev/target';
const { signal } = new AbortController();

const claim = (owner: string, records: Readonly<Record<string, string>>): Claim => ({
  owner,
  records: Object.entries(records).map(([name, address]) => ({
    name,
    addresses: [address],
    shared: name.startsWith('api.'),
  })),
});
const api = 'api.monitor.azure.com';
const ods = 'x.ods.opinsights.azure.com';

const withReason = (reason: string, text: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof PortError, String(thrown));
  assert.equal(thrown.failure.reason, reason);
  assert.match(thrown.message, text);
  return true;
};

let store: ConfigMapsInMemory;
let target: LineTarget;
let logged: string[];
const make = (changes: Partial<HostsFileConfig> = {}, found: readonly DnsServer[] = []): LineTarget => {
  const note = (message: string) => void logged.push(message);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const endpoints = { addresses: async () => found };
  return createHostsFileTarget({ ...config, ...changes }, { installation: 'plant', store, endpoints, log });
};
const text = (): string | undefined => store.data(ref)?.['pms.hosts'];

beforeEach(() => {
  store = configMapsInMemory();
  logged = [];
  target = make();
});

describe('publishing', () => {
  it('makes the ConfigMap with our annotation and reads back what was published', async () => {
    const merged = await target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    const lines = [{ name: api, addresses: ['10.1.2.4'], owners: ['plant/a'] }];
    assert.deepEqual(merged, { lines, conflicts: [] });
    assert.equal(text(), `${HEADER}10.1.2.4 ${api} # plant/a\n`);
    assert.deepEqual(store.annotations(ref), { [marker]: 'plant/default' });
    assert.deepEqual((await target.read(signal)).lines, lines);
  });

  it('writes nothing when the text stays the same', async () => {
    for (let time = 0; time < 3; time++) await target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    assert.equal(store.writes(), 1);
  });

  it('replaces the lines of the claimant and carries all others over', async () => {
    await target.publish(claim('plant/a', { [api]: '10.1.2.4', [ods]: '10.1.2.5' }), signal);
    await target.publish(claim('plant/b', { [api]: '10.1.2.4' }), signal);
    await target.publish(claim('plant/a', { [ods]: '10.1.2.6' }), signal);
    assert.equal(text(), `${HEADER}10.1.2.4 ${api} # plant/b\n10.1.2.6 ${ods} # plant/a\n`);
  });

  it('leaves a name to its holder, tells the other who it is, and gives it over when the holder has gone', async () => {
    await target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    const { conflicts } = await target.publish(claim('plant/b', { [api]: '10.9.9.9', [ods]: '10.9.9.8' }), signal);
    assert.deepEqual(conflicts, [{ name: api, holders: ['plant/a'], addresses: ['10.1.2.4'] }]);
    assert.equal(text(), `${HEADER}10.1.2.4 ${api} # plant/a\n10.9.9.8 ${ods} # plant/b\n`);
    await target.publish(claim('plant/a', {}), signal);
    const after = await target.publish(claim('plant/b', { [api]: '10.9.9.9', [ods]: '10.9.9.8' }), signal);
    assert.deepEqual(after.conflicts, []);
    assert.equal(text(), `${HEADER}10.9.9.9 ${api} # plant/b\n10.9.9.8 ${ods} # plant/b\n`);
  });

  it('leaves a comment when the last line goes, and makes no ConfigMap for nothing', async () => {
    await target.publish(claim('plant/a', {}), signal);
    assert.equal(store.writes(), 0);
    await target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    await target.publish(claim('plant/a', {}), signal);
    assert.equal(text(), HEADER);
  });

  it('merges what is claimed during a write into one more write, and each claimant gets its own conflicts', async () => {
    const first = target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    const others = ['plant/b', 'plant/c', 'plant/d'].map((owner, index) =>
      target.publish(
        claim(owner, { [api]: owner === 'plant/c' ? '10.9.9.9' : '10.1.2.4', [`n${index}.${ods}`]: '10.1.2.5' }),
        signal,
      ),
    );
    const [a, b, c, d] = await Promise.all([first, ...others]);
    assert.equal(store.writes(), 2);
    assert.deepEqual(
      [a, b, c, d].map(one => one?.conflicts.length),
      [0, 0, 1, 0],
    );
    assert.deepEqual(b?.lines, d?.lines);
    assert.equal(b?.lines.find(line => line.name === api)?.owners.join(), 'plant/a,plant/b,plant/d');
  });

  it('lets a caller go when its signal is aborted, and still writes for the others', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    store.beforeApply = () => gate;
    const abort = new AbortController();
    const first = target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    const gone = target.publish(claim('plant/b', { [ods]: '10.1.2.5' }), abort.signal);
    const last = target.publish(claim('plant/c', { [api]: '10.1.2.4' }), signal);
    abort.abort(new Error('drained'));
    await assert.rejects(gone, /drained/);
    open();
    await Promise.all([first, last]);
    assert.equal(text(), `${HEADER}10.1.2.4 ${api} # plant/a plant/c\n`);
    await assert.rejects(target.publish(claim('plant/b', {}), abort.signal), /drained/);
  });

  it('stops a write that nobody waits for any more', async () => {
    const abort = new AbortController();
    store.beforeApply = () => abort.abort(new Error('lease lost'));
    await assert.rejects(target.publish(claim('plant/a', { [api]: '10.1.2.4' }), abort.signal), /lease lost/);
    assert.equal(store.writes(), 0);
  });

  it('reads again after a conflict and loses nothing of what was written meanwhile', async () => {
    await target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    const other = make();
    store.beforeApply = async () => {
      store.beforeApply = () => {};
      await other.publish(claim('plant/b', { [ods]: '10.1.2.5' }), signal);
    };
    await target.publish(claim('plant/c', { [api]: '10.1.2.4' }), signal);
    assert.equal(text(), `${HEADER}10.1.2.4 ${api} # plant/a plant/c\n10.1.2.5 ${ods} # plant/b\n`);
  });

  it('gives up after five conflicts, says so, and works again afterwards', async () => {
    let tries = 0;
    store.beforeApply = nth => {
      tries = nth;
      throw new ConflictError('busy');
    };
    const claimed = claim('plant/a', { [api]: '10.1.2.4' });
    await assert.rejects(target.publish(claimed, signal), withReason('Conflict', /changed 5 times/));
    assert.equal(tries, 5);
    store.beforeApply = () => {};
    await target.publish(claimed, signal);
    assert.equal(store.writes(), 1);
  });

  it('refuses names and addresses that are none as a defect, and nobody else is hurt', async () => {
    const bad = claim('plant/a', { 'api.monitor.azure.com\n10.0.0.1 evil.com': '10.1.2.4' });
    const good = claim('plant/b', { [ods]: '10.1.2.5' });
    const results = await Promise.allSettled([target.publish(bad, signal), target.publish(good, signal)]);
    assert.deepEqual(
      results.map(result => result.status),
      ['rejected', 'fulfilled'],
    );
    assert.equal(text(), `${HEADER}10.1.2.5 ${ods} # plant/b\n`);
  });
});

describe('whose ConfigMap it is', () => {
  const claimed = claim('plant/a', { [api]: '10.1.2.4' });
  const publish = () => target.publish(claimed, signal);

  it('takes one that is there without our key, and leaves every other key alone', async () => {
    store.edit(ref, map => Object.assign(map.data, { other: 'theirs' }));
    await publish();
    assert.equal(store.data(ref)?.other, 'theirs');
    assert.deepEqual(store.annotations(ref), { [marker]: 'plant/default' });
  });

  it('takes one whose key holds comments alone', async () => {
    store.edit(ref, map => Object.assign(map.data, { 'pms.hosts': '# filled in by the operator\n\n' }));
    await publish();
    assert.match(text() ?? '', /plant\/a/);
  });

  it('refuses a key that somebody else filled, shows none of its lines as ours, and says how to go on', async () => {
    store.edit(ref, map => Object.assign(map.data, { 'pms.hosts': `10.1.2.4 ${api} # plant/a\n` }));
    await assert.rejects(
      publish(),
      withReason('TargetNotOurs', /remove the key.*annotate --overwrite configmap pms-records/),
    );
    assert.deepEqual((await target.read(signal)).lines, []);
    assert.equal(store.writes(), 0);
  });

  it('refuses one of another installation', async () => {
    store.edit(ref, map => Object.assign(map.annotations, { [marker]: 'elsewhere/default' }));
    await assert.rejects(
      publish(),
      withReason('TargetOwnedByOther', /is written by elsewhere\/default, not by plant\/default/),
    );
  });

  it('refuses one that is immutable, but only when there is something to write', async () => {
    await publish();
    store.edit(ref, map => {
      map.immutable = true;
    });
    assert.deepEqual((await publish()).conflicts, []);
    const more = target.publish(claim('plant/b', { [ods]: '10.1.2.5' }), signal);
    await assert.rejects(more, withReason('TargetNotOurs', /is immutable/));
  });
});

describe('how large it gets', () => {
  const fill = (bytes: number) => store.edit(ref, map => Object.assign(map.data, { other: 'x'.repeat(bytes) }));

  it('keeps the old text when the new one is too large, and still takes what makes it smaller', async () => {
    await target.publish(claim('plant/a', { [api]: '10.1.2.4', [ods]: '10.1.2.5' }), signal);
    const before = text();
    fill(MAX_CONFIG_MAP_BYTES - 100);
    const tooMuch = target.publish(claim('plant/b', { [`y.${ods}`]: '10.1.2.6' }), signal);
    await assert.rejects(tooMuch, withReason('TooLarge', /would have 901 KiB, of 900 KiB at most/));
    assert.equal(text(), before);
    assert.ok((await target.read(signal)).maxBytes < 100);
    await target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal);
    assert.equal(text(), `${HEADER}10.1.2.4 ${api} # plant/a\n`);
  });

  it('refuses the claim that is too large alone, not the ones written with it', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, n) => [`name-${n}.monitor.azure.com`, '10.1.2.4']),
    );
    const results = await Promise.allSettled([
      target.publish(claim('plant/a', { [api]: '10.1.2.4' }), signal),
      target.publish(claim('plant/b', many), signal),
      target.publish(claim('plant/c', { [ods]: '10.1.2.5' }), signal),
    ]);
    assert.deepEqual(
      results.map(result => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(text(), `${HEADER}10.1.2.4 ${api} # plant/a\n10.1.2.5 ${ods} # plant/c\n`);
  });
});

describe('a hand edit', () => {
  const claimed = claim('plant/a', { [api]: '10.1.2.4', [ods]: '10.1.2.5' });
  const edit = (change: (old: string) => string) =>
    store.edit(ref, map => Object.assign(map.data, { 'pms.hosts': change(map.data['pms.hosts'] ?? '') }));

  it('of a line is seen by the object that owns it, and undone when it publishes again', async () => {
    await target.publish(claimed, signal);
    const before = text();
    edit(old => old.replace('10.1.2.4', '10.6.6.6'));
    assert.equal((await target.read(signal)).lines[0]?.addresses[0], '10.6.6.6');
    await target.publish(claimed, signal);
    assert.equal(text(), before);
  });

  it('that adds what no object owns is undone by repair, which then has nothing more to do', async () => {
    await target.publish(claimed, signal);
    const before = text();
    edit(old => `${old}10.6.6.6 www.example.com\nnonsense\n`);
    await target.repair(signal);
    assert.equal(text(), before);
    assert.ok(logged.includes('lines that no object owns were dropped'));
    const writes = store.writes();
    await target.repair(signal);
    assert.equal(store.writes(), writes);
  });

  it('that removes the key or the ConfigMap is left to the objects: repair never empties the DNS first', async () => {
    await target.publish(claimed, signal);
    const before = text();
    store.edit(ref, map => delete map.data['pms.hosts']);
    await target.repair(signal);
    assert.equal(text(), undefined);
    await target.publish(claimed, signal);
    assert.equal(text(), before);
    store.drop(ref);
    await target.repair(signal);
    await target.publish(claimed, signal);
    assert.equal(text(), before);
  });

  it('of a ConfigMap that is not ours is none of our business', async () => {
    store.edit(ref, map => Object.assign(map.data, { 'pms.hosts': 'theirs' }));
    await target.repair(signal);
    assert.equal(text(), 'theirs');
  });
});

describe('the servers of a target', () => {
  const service = { namespace: 'private-monitoring', service: 'pms-coredns' };
  const found = [{ name: 'coredns-abc (10.0.0.53:53)', address: '10.0.0.53', port: 53 }];

  it('are those of the configuration, or the endpoints of the Service', async () => {
    assert.deepEqual(await target.servers(signal), config.servers);
    assert.deepEqual(await make({ service, servers: undefined }, found).servers(signal), found);
  });

  it('must be at least one', async () => {
    const none = make({ service, servers: undefined }).servers(signal);
    await assert.rejects(
      none,
      withReason('NoDnsEndpoint', /Service private-monitoring\/pms-coredns has no ready endpoint/),
    );
  });
});
