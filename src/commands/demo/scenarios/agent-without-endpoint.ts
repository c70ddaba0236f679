/**
 * The classic fault of a private link scope: a machine has the agent and a rule, and no data collection endpoint. Behind
 * the private endpoint its agent is refused its configuration, sends nothing, and no page of the portal says why.
 */
import type { Seed } from '../../../simulator/simulator.ts';
import { associationId, machineId, plant, RESOURCE_GROUP, ruleId } from './plants.ts';
import type { Scenario } from './scenario.ts';

const LINE = machineId('line-1');
const COLLECTION = {
  endpoints: [{ name: 'dce-plant-a' }],
  linuxPerformance: { preset: 'Recommended' as const },
};

const withMachine = (seed: Seed): Seed => ({
  ...seed,
  machines: [
    {
      resourceGroup: RESOURCE_GROUP,
      name: 'line-1',
      location: 'japaneast',
      tags: { line: 'a' },
      extensions: [{ name: 'ama', publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' }],
    },
  ],
});

export const agentWithoutEndpoint: Scenario = {
  objects: {
    'plant-a': plant({ name: 'plant-a', network: 'vnet-plant', spec: { interval: '10s', dataCollection: COLLECTION } }),
  },
  azure: withMachine,
  async play(stage) {
    const { apply, done, cure, comes, seen, told, world } = stage;
    const { somebody, simulator, cluster } = world;
    const answered = (path: RegExp, wanted: number): boolean =>
      simulator.journal.some(entry => path.test(entry.path) && entry.status === wanted);
    const hasData = (): boolean => answered(/\/PostJsonDataItems$/i, 200);
    apply('plant-a', 'kubectl apply -f plant-a.yaml: a data collection endpoint and a rule, and no word of machines');
    await told('plant-a', 'Ready', 'True', { reason: 'Ready' });

    await done('a colleague gives line-1 the rule in the portal, and knows of no endpoint', () =>
      somebody.call('PUT', associationId(LINE, 'by-hand'), {
        properties: { dataCollectionRuleId: ruleId('dcr-plant-a-linux') },
      }),
    );
    await comes('its agent asks for its configuration, and is answered 403: an endpoint must be used', () =>
      answered(/\/agentConfigurations$/i, 403),
    );
    await seen('no data has come in, and all that a portal shows is green', () => !hasData());

    await cure('kubectl edit pms plant-a: machines: {selector: {tags: {line: a}}}', () =>
      cluster.edit(stage.object('plant-a').metadata, spec => ({
        ...spec,
        dataCollection: { ...COLLECTION, machines: { selector: { tags: { line: 'a' } } } },
      })),
    );
    await told('plant-a', 'DataCollectionReady', 'True', { reason: 'AllReady', says: /1 of 1 machine is associated/ });
    await told('plant-a', 'TelemetryFlowing', 'True', { reason: 'Reporting', says: /^1 of 1 machines report/ });
    await seen('its data comes in', hasData);
  },
};
