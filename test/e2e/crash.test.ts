/**
 * The operator killed by SIGKILL in the middle of its work: the next one brings the same end, and nothing is made twice.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '../env/eventually.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 120_000, everyMs: 20 };

/** Killed as soon as Azure has been sent this. */
const moments = [
  { name: 'the workspace is asked for', after: /\/workspaces\// },
  { name: 'the link is asked for', after: /\/scopedresources\// },
  { name: 'the private endpoint is asked for', after: /\/privateendpoints\// },
] as const;

suite('an operator killed in mid-creation', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.3 });
  });
  after(async () => scene?.stop());

  for (const [index, moment] of moments.entries()) {
    test(`when ${moment.name}: it converges after a restart, and nothing is created twice`, async () => {
      const name = `plant-${index}`;
      const { azure } = scene;
      const before = (await azure.calls()).length;
      const puts = async () =>
        (await azure.calls()).slice(before).filter(call => call.method === 'PUT' && call.status < 300);
      const first = await scene.startOperator();
      await scene.apply(pms({ subscriptionId: azure.subscriptionId, name }));
      await eventually(
        moment.name,
        async () => (await puts()).some(call => moment.after.test(call.path.toLowerCase())),
        PATIENCE,
      );
      await first.stop('SIGKILL');

      const second = await scene.startOperator();
      await scene.kubectl('wait', '--for=condition=Ready', '--timeout=120s', `pms/${name}`);
      const created = (await puts()).map(call => call.path.toLowerCase());
      assert.deepEqual([...new Set(created)].sort(), created.sort(), 'each resource was put once');
      assert.equal(created.length, 4);
      await scene.kubectl('delete', 'pms', name, '--timeout=120s');
      await second.stop('SIGTERM', 25_000);
    });
  }
});
