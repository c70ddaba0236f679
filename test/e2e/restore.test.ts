/**
 * A cluster is lost, and another one takes over what it made in Azure, as docs/operations.md has it: the same installation
 * id, and the objects from the backup.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { shellBlocks } from '../docs/shell-blocks.ts';
import { requireContainers } from '../env/image.ts';
import { requireTool } from '../env/require-tool.ts';
import { isWrite } from '../simulator/is-write.ts';
import {
  cloudOf,
  type Ground,
  identify,
  install,
  prepareGround,
  runInstalled,
  simulated,
  startAzureBeside,
} from './installation.ts';
import { pms } from './objects.ts';

/** Runs the commands of the page's section in the cluster of `ground`, in a folder of that ground. */
async function follow({ controlPlane, directory }: Ground, section: string): Promise<string> {
  const blocks = (await shellBlocks('docs/operations.md')).filter(block => block.section === section);
  const text = blocks.map(block => block.text).join('\n');
  assert.notEqual(text, '');
  return execFileSync('bash', ['-euo', 'pipefail', '-c', text], { cwd: directory, env: controlPlane.env }).toString();
}

test('another cluster with the same installation id finds everything, makes nothing and publishes the records', async t => {
  if (!requireContainers(t) || !requireTool(t, 'jq')) return;
  const lost = await prepareGround();
  t.after(lost.stop);
  const azure = await startAzureBeside(lost);
  const values = ({ coreDns }: Ground, installationId: string) => `${cloudOf(azure)}
installationId: "${installationId}"
targets: [{name: default, kind: HostsFile, configMap: pms-records, servers: ["${coreDns.server}"], ttlSeconds: 2}]
`;
  const object = pms({ subscriptionId: azure.subscriptionId, name: 'plant-a' });
  const first = await install(lost, values(lost, ''));
  await identify(lost, azure);
  const pod = await runInstalled(lost, first, simulated(azure));
  await lost.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  await lost.kubectl(['wait', 'pms/plant-a', '--for=condition=Ready', '--timeout=120s']);
  await follow(lost, 'What is kept where');
  const records = await lost.kubectl(['get', 'configmap', 'pms-records', '-o', 'jsonpath={.data}']);
  await pod.main.stop('SIGKILL');
  const resources = await azure.ids();
  const calls = (await azure.calls()).length;

  const found = await prepareGround();
  t.after(found.stop);
  const read = (file: string) => execFileSync('cat', [file], { cwd: lost.directory }).toString();
  const second = await install(found, values(found, read('installation-id')));
  await identify(found, azure);
  await runInstalled(found, second, simulated(azure));
  await found.kubectl(['apply', '-f', '-'], read('pms-backup.json'));
  await found.kubectl(['wait', 'pms/plant-a', '--for=condition=Ready', '--timeout=120s']);

  const writes = (await azure.calls()).slice(calls).filter(isWrite);
  assert.deepEqual(
    writes.map(({ method, path }) => `${method} ${path}`),
    [],
  );
  assert.deepEqual(await azure.ids(), resources);
  assert.equal(await found.kubectl(['get', 'configmap', 'pms-records', '-o', 'jsonpath={.data}']), records);
});
