/**
 * A subnet that has one address too few. The preflight says how many are needed and free before anything is created;
 * once there is room, the object goes on.
 */
import type { Seed } from '../../../simulator/simulator.ts';
import { endpointBody, endpointId, plant, storageId, subnetId } from './plants.ts';
import type { Scenario } from './scenario.ts';
import { sightsOf } from './sights.ts';

/** Eleven addresses, since Azure keeps five; a scope with workspaces in one region takes all of them. */
const SMALL = '127.13.1.0/28';
const SUBNET = subnetId('vnet-plant', 'monitoring');
const COLLEAGUE = endpointId('pe-storage');
const STORAGE = storageId('stplant');

function withSmallSubnet(seed: Seed): Seed {
  const virtualNetworks = seed.virtualNetworks.map(network => ({
    ...network,
    subnets: network.subnets.map(subnet =>
      subnet.name === 'monitoring' ? { ...subnet, addressPrefix: SMALL } : subnet,
    ),
  }));
  const members = [{ name: 'blob', fqdns: ['stplant.blob.core.windows.net'] }];
  return { ...seed, virtualNetworks, foreignServices: [{ id: STORAGE, groupId: 'blob', members }] };
}

export const fullSubnet: Scenario = {
  objects: { 'plant-a': plant({ name: 'plant-a', network: 'vnet-plant' }) },
  azure: withSmallSubnet,
  async play(stage) {
    const { apply, done, cure, told, event, seen, world } = stage;
    const { writes } = sightsOf(stage);
    const { somebody } = world;
    await done(`a colleague has a storage endpoint in vnet-plant/monitoring, a /28 (${SMALL})`, () =>
      somebody.settle('PUT', COLLEAGUE, endpointBody(SUBNET, { to: STORAGE, group: 'blob' })),
    );
    apply('plant-a', 'kubectl apply -f plant-a.yaml: its endpoint is to be in that subnet');
    await told('plant-a', 'PreflightPassed', 'False', {
      reason: 'SubnetFull',
      says: /11 addresses are needed and 10 /,
    });
    await event('plant-a', { reason: 'SubnetFull' });
    await seen('status.subnet: 11 addresses needed, 10 free', () => {
      const { addressesNeeded, addressesFree } = stage.object('plant-a').status.subnet ?? {};
      return addressesNeeded === 11 && addressesFree === 10;
    });
    await seen('the operator has sent no PUT: nothing is half made', () => writes() === 0);

    await cure('the colleague moves the storage endpoint into another subnet', async () => {
      await somebody.settle('DELETE', COLLEAGUE);
      await somebody.settle(
        'PUT',
        COLLEAGUE,
        endpointBody(subnetId('vnet-plant', 'monitoring-b'), { to: STORAGE, group: 'blob' }),
      );
    });
    await done('kubectl annotate pms plant-a privatemonitoring.dev/requestedAt=now: look at once', () =>
      stage.lookNow('plant-a'),
    );
    await told('plant-a', 'PreflightPassed', 'True', { reason: 'ChecksPassed' });
    await told('plant-a', 'Ready', 'True', { reason: 'Ready' });
  },
};
