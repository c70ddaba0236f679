/**
 * A trial on any cluster with no Azure, as README.md has it: the chart with simulator.enabled, and the first sample.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { dnsQuery } from '../env/dns-query.ts';
import { requireContainers } from '../env/image.ts';
import { install, prepareGround, runInstalled } from './installation.ts';

const sample = join(import.meta.dirname, '../../deploy/samples/plant-a.yaml');

test('with simulator.enabled the first sample becomes Ready in a cluster that has no Azure', async t => {
  if (!requireContainers(t)) return;
  const ground = await prepareGround();
  t.after(ground.stop);
  const { server } = ground.coreDns;
  const objects = await install(
    ground,
    `
simulator: {enabled: true}
targets: [{name: default, kind: HostsFile, configMap: pms-records, servers: ["${server}"]}]
`,
  );
  const pod = await runInstalled(ground, objects);
  await ground.kubectl(['apply', '-f', '-'], await readFile(sample, 'utf8'));
  await ground.kubectl(['wait', 'pms/plant-a', '--for=condition=Ready', '--timeout=120s']);
  assert.match(await ground.kubectl(['get', 'pms']), /^plant-a\s+True\s+Ready\s+27\s/m);
  const { answers } = await dnsQuery({ server, name: 'api.monitor.azure.com', type: 'A' });
  assert.match(answers.join(), /^127\.13\.1\.\d+$/);
  await pod.stop();
  assert.equal(await pod.main.ended, 0);
  assert.deepEqual(await Promise.all(pod.sidecars.map(({ ended }) => ended)), [0]);
});
