import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startControlPlane } from './control-plane.ts';

test('the repository’s CRD is served and explained as soon as the control plane is there', async () => {
  const controlPlane = await startControlPlane();
  try {
    const list = await controlPlane.kubectl(['get', 'pms', '--all-namespaces', '-o', 'json']);
    assert.equal(list.exitCode, 0, list.stderr);
    assert.deepEqual(JSON.parse(list.stdout).items, []);
    const explained = await controlPlane.kubectl(['explain', 'pms.spec.privateEndpoint.subnetId']);
    assert.match(explained.stdout, /FIELD: subnetId <string>/, explained.stderr);
  } finally {
    await controlPlane.stop();
  }
});
