/**
 * Two objects, two scopes, one DNS: most names of Azure Monitor are the same for every scope, so that only one can have
 * them. The holder keeps them, the other says so and is not closed, and takes over when the holder goes.
 */
import { CLOSED, plant } from './plants.ts';
import type { Scenario } from './scenario.ts';
import { sightsOf } from './sights.ts';

export const conflict: Scenario = {
  objects: {
    'plant-a': plant({ name: 'plant-a', network: 'vnet-plant' }),
    'plant-b': plant({ name: 'plant-b', network: 'vnet-office', workspace: { isolation: CLOSED } }),
  },
  async play(stage) {
    const { apply, told, event, cure } = stage;
    const { open, shut, resolves } = sightsOf(stage);
    apply('plant-a', 'kubectl apply -f plant-a.yaml: a scope with its endpoint in vnet-plant');
    await told('plant-a', 'Ready', 'True', { reason: 'Ready' });
    await resolves('127.13.1.7');

    apply('plant-b', 'kubectl apply -f plant-b.yaml: another scope in vnet-office, the same DNS; to be closed');
    await told('plant-b', 'RecordsPublished', 'False', { reason: 'NameConflict', says: /held by default\/plant-a/ });
    await event('plant-b', { reason: 'NameConflict' });
    await told('plant-b', 'Isolated', 'False', { reason: 'WaitingForStep', says: /RecordsPublished/ });
    await open('law-plant-b', 'not closed, since its names lead elsewhere');
    await resolves('127.13.1.7');

    await cure('kubectl delete pms plant-a: the holder goes, and its names are free', () => stage.remove('plant-a'));
    await told('plant-b', 'RecordsPublished', 'True', { reason: 'Published' });
    await told('plant-b', 'Ready', 'True', { reason: 'Ready' });
    await resolves('127.14.1.7');
    await shut('law-plant-b', 'closed now, last of all');
  },
};
