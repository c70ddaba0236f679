/**
 * Faults of Azure, with the packed operator and the simulator's fault plan: what was made is not seen yet. The object becomes Ready, and nothing is made twice.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { pms } from '../e2e/objects.ts';
import { type Scene, startScene } from '../e2e/scene.ts';

const WORKSPACES = 'Microsoft.OperationalInsights/workspaces';

suite('the operator before an Azure that fails', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0 });
    await scene.startOperator();
  });
  after(async () => scene?.stop());
  afterEach(async () => scene.azure.faults([]));

  /** Creates an object while Azure does that, and tells the PUTs of its workspace. */
  const created = async (name: string, fault: unknown) => {
    const { azure } = scene;
    await azure.faults([fault]);
    await scene.apply(pms({ subscriptionId: azure.subscriptionId, name }));
    await scene.kubectl('wait', '--for=condition=Ready', '--timeout=90s', `pms/${name}`);
    assert.deepEqual(await azure.met(), [1]);
    const puts = (await azure.calls()).filter(({ method }) => method === 'PUT');
    const of = (path: RegExp) => puts.filter(call => path.test(call.path));
    const workspace = of(new RegExp(`/workspaces/law-${name}$`, 'i'));
    await scene.kubectl('delete', 'pms', name, '--timeout=60s');
    return { workspace };
  };

  test('F13: a workspace that is not seen for 20 s after its PUT is waited for, and not put again', async () => {
    const match = { service: 'arm', method: 'PUT', type: WORKSPACES, nth: 1 };
    const { workspace } = await created('late', { match, after: { notFoundForSeconds: 20 } });
    assert.equal(workspace.length, 1);
  });
});
