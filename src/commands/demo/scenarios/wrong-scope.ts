/**
 * Two networks with the same addresses, and a route that leads to the wrong one: the certificates are right there, since
 * it is Azure Monitor too, and only a real query tells that another scope answers. So nothing is closed.
 */
import type { Seed } from '../../../simulator/simulator.ts';
import { CLOSED, endpointBody, endpointId, LOCATION, linkId, plant, scopeId, subnetId, workspaceId } from './plants.ts';
import type { Scenario } from './scenario.ts';
import { sightsOf } from './sights.ts';

const ENDPOINT = endpointId('pe-office');

/** The address plan of vnet-plant once more. */
const withTwin = (seed: Seed): Seed => ({
  ...seed,
  virtualNetworks: [
    ...seed.virtualNetworks,
    ...seed.virtualNetworks.filter(({ name }) => name === 'vnet-plant').map(each => ({ ...each, name: 'vnet-office' })),
  ],
});

export const wrongScope: Scenario = {
  objects: { 'plant-a': plant({ name: 'plant-a', network: 'vnet-plant', workspace: { isolation: CLOSED } }) },
  azure: withTwin,
  async play(stage) {
    const { apply, done, cure, told, event, world } = stage;
    const { open, shut } = sightsOf(stage);
    const { somebody } = world;
    await done('the office has a scope of its own, PrivateOnly, its endpoint in vnet-office', async () => {
      const location = 'global';
      const law = workspaceId('law-office');
      const modes = { ingestionAccessMode: 'PrivateOnly', queryAccessMode: 'PrivateOnly' };
      await somebody.settle('PUT', law, { location: LOCATION });
      await somebody.settle('PUT', scopeId('office'), { location, properties: { accessModeSettings: modes } });
      await somebody.settle('PUT', linkId('office', 'law-office'), { properties: { linkedResourceId: law } });
      const body = endpointBody(subnetId('vnet-office', 'monitoring'), {
        to: scopeId('office'),
        group: 'azuremonitor',
      });
      await somebody.settle('PUT', ENDPOINT, body);
    });
    await done('vnet-office has the addresses of vnet-plant, and the route of 127.13.1.0/27 ends in it');
    apply('plant-a', 'kubectl apply -f plant-a.yaml: its endpoint in vnet-plant; to be closed');
    await told('plant-a', 'PathVerified', 'False', {
      reason: 'OtherScope',
      says: /403 PrivateLinkValidationFailedError/,
    });
    await told('plant-a', 'Isolated', 'False', { reason: 'WaitingForStep', says: /^waits for PathVerified$/ });
    await open('law-plant-a', 'nothing is closed while the private way is not proved');

    await cure('the route is put right (played: the endpoint in vnet-office goes)', () =>
      somebody.settle('DELETE', ENDPOINT),
    );
    await told('plant-a', 'PathVerified', 'True', { reason: 'PathProved' });
    await told('plant-a', 'Ready', 'True', { reason: 'Ready' });
    await event('plant-a', { reason: 'Isolated' });
    await shut('law-plant-a', 'closed now, last of all');
  },
};
