/**
 * What somebody changes in the portal against the object: a setting, the public access, a link. Each is told as drift
 * with field, expected and found, and put back.
 */
import { CLOSED, linkId, plant, workspaceId } from './plants.ts';
import type { Scenario } from './scenario.ts';
import { sightsOf } from './sights.ts';

const LAW = workspaceId('law-plant-a');

export const drift: Scenario = {
  objects: {
    'plant-a': plant({
      name: 'plant-a',
      network: 'vnet-plant',
      workspace: { retentionInDays: 90, isolation: CLOSED },
    }),
  },
  async play(stage) {
    const { apply, done, told, event, world } = stage;
    const { open, shut } = sightsOf(stage);
    const { somebody } = world;
    apply('plant-a', 'kubectl apply -f plant-a.yaml: logs for 90 days, closed to the public side');
    await told('plant-a', 'Ready', 'True', { reason: 'Ready' });
    await shut('law-plant-a', 'closed');

    await done('somebody in the portal sets 30 days and allows queries from public networks', () =>
      somebody.call('PATCH', LAW, {
        properties: { retentionInDays: 30, publicNetworkAccessForQuery: 'Enabled' },
      }),
    );
    await open('law-plant-a', 'until the next resync, at most spec.interval');
    await done('kubectl annotate pms plant-a privatemonitoring.dev/requestedAt=now: look at once', () =>
      stage.lookNow('plant-a'),
    );
    await event('plant-a', { reason: 'DriftDetected', says: /retentionInDays is 30, expected 90/ });
    await event('plant-a', {
      reason: 'DriftDetected',
      says: /publicNetworkAccessForQuery is Enabled, expected Disabled/,
    });
    await told('plant-a', 'Ready', 'True', { reason: 'Ready' });
    await event('plant-a', { reason: 'DriftCorrected' });
    await shut('law-plant-a', 'closed again');

    const link = stage.object('plant-a').status.resources?.find(({ key }) => key.startsWith('scopedResource/'))?.id;
    await done('somebody in the portal takes the workspace out of the scope', () =>
      somebody.settle('DELETE', link ?? linkId('plant-a', 'law-plant-a')),
    );
    await done('the same annotation; a link younger than 30 s is waited for first', () => stage.lookNow('plant-a'));
    await told('plant-a', 'ResourcesLinked', 'False', { reason: 'DriftDetected' });
    await event('plant-a', { reason: 'DriftDetected', says: /expected it to be there/ });
    await told('plant-a', 'Ready', 'True', { reason: 'Ready' });
  },
};
