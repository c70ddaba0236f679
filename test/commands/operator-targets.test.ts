/**
 * What the operator's log and `pms check` say of a DNS target that is retired, on the real targets over ConfigMaps in
 * memory: who is on it still, that it is empty, and who names one that is gone.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkTargetOf, checkTargets } from '../../src/commands/check/dns-checks.ts';
import { tellTargets } from '../../src/commands/operator-targets.ts';
import { createTargets, type TargetConfig } from '../../src/coredns/targets.ts';
import { configMapsInMemory } from '../coredns/config-map-in-memory.ts';
import { logbook } from '../kubernetes/logbook.ts';
import { pms } from '../model/plant.ts';

const { signal } = new AbortController();
const EMPTY = 'a DNS target that is draining holds no record: take it out of the configuration';

const configOf = (name: string, draining: boolean): TargetConfig => ({
  name,
  kind: 'HostsFile',
  namespace: 'pms',
  configMap: name,
  allowedNamespaces: ['plant'],
  servers: [{ name, address: '127.0.0.1', port: 53 }],
  ttlSeconds: 60,
  draining,
});

function plant() {
  const log = logbook();
  const configs = [configOf('lan', false), configOf('old', true)];
  const store = configMapsInMemory();
  const endpoints = { addresses: async () => [] };
  const targets = createTargets(configs, { installation: 'plant', store, endpoints, log });
  const old = targets.all[1];
  assert.ok(old);
  const claim = (owner: string, ...names: readonly string[]) => {
    const records = names.map(name => ({ name, addresses: ['10.1.0.7'], shared: false }));
    return old.publish({ owner, records }, signal);
  };
  const told = async (...objects: readonly string[]) => {
    const before = log.lines.length;
    const spec = { dns: { target: 'old' } };
    await tellTargets(
      targets,
      objects.map(name => pms({ name, spec })),
      { log, signal },
    );
    return log.lines.slice(before).map(({ level, message, fields }) => ({ level, message, ...fields }));
  };
  const resolver = { ask: async () => ({ rcode: 'NOERROR', addresses: ['10.1.0.7'] }) };
  const check = async () => {
    const asker = {
      resolver: { ...resolver, askOverTcp: resolver.ask },
      prober: { from: 'here', look: async () => ({ outcome: 'Held' as const }) },
    };
    const findings = await checkTargets({ targets, configs, installation: 'plant', store }, asker, signal);
    return findings.find(({ check }) => check === 'draining of old');
  };
  return { log, targets, claim, told, check };
}

suite('a DNS target that is being retired', () => {
  test('is told with the objects that are on it, and with those that are no more', async () => {
    const { claim, told, check } = plant();
    await claim('plant/plant-a', 'api.monitor.azure.com', 'global.in.ai.monitor.azure.com');
    await claim('plant/long-gone', 'api.monitor.azure.com');
    const [line, ...more] = await told('plant-a');
    assert.deepEqual(more, []);
    assert.deepEqual(line, {
      level: 'warn',
      message: 'a DNS target is draining and holds records; its objects tell where to go',
      target: 'old',
      records: 2,
      objects: ['plant/plant-a'],
      ofNoObject: ['plant/long-gone'],
    });
    const finding = await check();
    assert.equal(finding?.state, 'warning');
    assert.equal(finding.message, '2 records of plant/long-gone, plant/plant-a are in it');
  });

  test('is told when its last record has left, and at each start from then on', async () => {
    const { log, claim, told, check } = plant();
    await claim('plant/plant-a', 'api.monitor.azure.com');
    assert.ok(!log.lines.some(({ message }) => message.includes('no record')));
    await claim('plant/plant-a');
    const drained = log.lines.filter(({ message }) =>
      /^a DNS target that is draining holds no record any/.test(message),
    );
    assert.equal(drained.length, 1);
    assert.deepEqual(await told(), [{ level: 'info', message: EMPTY, target: 'old' }]);
    assert.deepEqual(await check(), {
      check: 'draining of old',
      state: 'passed',
      message: 'it holds no record: take it out of the configuration',
    });
  });

  test('is a warning for an object that names it', () => {
    const { targets } = plant();
    assert.equal(checkTargetOf(targets, 'old', 'plant').state, 'warning');
    assert.equal(checkTargetOf(targets, 'lan', 'plant').state, 'passed');
    assert.equal(checkTargetOf(targets, 'old', 'elsewhere').state, 'failed');
  });
});

test('objects that name a target that is not configured are told in one line, by name and number', async () => {
  const { targets, log } = plant();
  const objects = Array.from({ length: 12 }, (_, index) => pms({ name: `plant-${index}` }));
  await tellTargets(targets, objects, { log, signal });
  const [first] = log.lines;
  assert.match(first?.message ?? '', /^objects name a DNS target that is not configured/);
  const shown = Array.from({ length: 10 }, (_, index) => `plant/plant-${index}`);
  assert.deepEqual(first?.fields, { target: 'default', count: 12, objects: shown });
});
