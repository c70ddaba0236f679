/**
 * The blocks of the recordings of Azure Arc. What an agent reported of its machine is taken from the recording itself: it
 * is no answer of the service.
 */
import type { Seed } from '../../src/simulator/simulator.ts';
import type { Arm } from './arm.ts';
import type { Recorded } from './recordings.ts';
import type { Block } from './replay.ts';
import { itemsOf, network, subscription } from './replay-kit.ts';
import type { VirtualClock } from './virtual-clock.ts';

type SeedMachine = NonNullable<Seed['machines']>[number];
type Extension = NonNullable<SeedMachine['extensions']>[number];

interface RecordedMachine {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly resources?: readonly RecordedExtension[];
}

interface RecordedExtension {
  readonly name: string;
  readonly properties: Extension;
}

const serviceMade = new Set([
  'provisioningState',
  'agentVersion',
  'status',
  'lastStatusChange',
  'errorDetails',
  'osName',
  'osType',
  'vmId',
  'clientPublicKey',
  'privateLinkScopeResourceId',
  'agentUpgrade',
]);

const extensionFrom = ({ name, properties }: RecordedExtension): Extension => ({
  name,
  publisher: properties.publisher,
  type: properties.type,
  ...(properties.typeHandlerVersion === undefined ? {} : { typeHandlerVersion: properties.typeHandlerVersion }),
  ...(properties.settings === undefined ? {} : { settings: properties.settings }),
});

function machineFrom(machine: RecordedMachine): SeedMachine {
  const { id, name, location, tags, properties } = machine;
  const facts = Object.fromEntries(Object.entries(properties).filter(([key]) => !serviceMade.has(key)));
  return {
    resourceGroup: id.split('/')[4] ?? '',
    name,
    location,
    tags,
    osName: 'windows',
    agent: properties.status === 'Connected' ? 'Connected' : 'Disconnected',
    agentVersion: String(properties.agentVersion),
    computerName: String(properties.displayName),
    facts,
    extensions: (machine.resources ?? []).map(extensionFrom),
  };
}

type Lines = ReadonlyMap<number, Recorded>;

const machineAt = (lines: Lines, n: number): RecordedMachine => lines.get(n)?.response as RecordedMachine;

/** A machine that nobody recorded, with an agent. */
const machine = (resourceGroup: string, name: string, location: string): SeedMachine => ({
  resourceGroup,
  name,
  location,
  osName: 'windows',
  computerName: 'LAPTOP-S0HSJ7FB',
});

const perimeters = 'network security perimeter configurations are not modelled';

const putExtension =
  (name: string, properties: Extension | Omit<Extension, 'name'>) => async (azure: Arm, clock: VirtualClock) => {
    const path = `${subscription}/resourceGroups/az-sdk-test/providers/Microsoft.HybridCompute/machines/testmachine/extensions/${name}`;
    await azure.call('PUT', path, { body: { location: 'eastus2euap', properties }, apiVersion: '2023-10-03-preview' });
    clock.advance(200_000);
    return {};
  };

/** The machine that somebody had made again, before an agent reported for it. */
async function madeAgain(azure: Arm): Promise<Readonly<Record<string, string>>> {
  const path =
    '/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/az-sdk-test/providers/Microsoft.HybridCompute/machines/testmachine';
  const body = { location: 'eastus2euap', properties: { osType: 'windows' } };
  await azure.call('PUT', path, { body, apiVersion: '2023-10-03-preview' });
  return {};
}

export const hybridBlocks: readonly Block[] = [
  {
    file: 'hybrid-compute',
    name: 'a machine joins a scope and leaves it in 2022',
    from: 1,
    to: 3,
    seed: lines => ({ machines: [{ ...machineFrom(machineAt(lines, 2)), name: '3ofp5s' }] }),
  },
  {
    file: 'hybrid-compute',
    name: 'two extensions in 2022',
    from: 4,
    to: 8,
    seed: () => ({ machines: [machine('az-sdk-test-powershell-rg-an4wce', 'xem4sc', 'eastus2euap')] }),
  },
  {
    file: 'hybrid-compute',
    name: 'a machine and its extensions in 2023',
    from: 9,
    to: 19,
    settleMs: { extensionPut: 200_000 },
    seed: lines => {
      const [other] = itemsOf<RecordedMachine>(lines, 10);
      if (other === undefined) throw new Error('the recording has two machines');
      return { machines: [machineFrom(other), machineFrom(machineAt(lines, 9))] };
    },
    // Between the lines a patch assessment added an extension, and `az` upgraded the first one.
    before: {
      15: putExtension('WindowsOsUpdateExtension', {
        publisher: 'Microsoft.SoftwareUpdateManagement',
        type: 'WindowsOsUpdateExtension',
        typeHandlerVersion: '1.0.16.0',
      }),
      17: putExtension('custom-test', {
        publisher: 'Microsoft.Compute',
        type: 'CustomScriptExtension',
        typeHandlerVersion: '1.10.12',
        settings: { commandToExecute: 'hostname' },
      }),
    },
  },
  {
    file: 'hybrid-compute',
    name: 'a machine deleted, and one that no agent reported for, in 2023',
    from: 20,
    to: 24,
    seed: () => ({ machines: [machine('az-sdk-test', 'testmachine', 'eastus2euap')] }),
    before: { 22: madeAgain },
  },
  {
    file: 'hybrid-compute',
    name: 'an Arc scope with its endpoint and connection in 2024',
    from: 25,
    to: 47,
    settleMs: { endpointPut: 30_000, hybridConnection: 0 },
    seed: () => ({
      virtualNetworks: [network('ytongtest', 'vnet-test', 'centraluseuap', 'subnet-test')],
      arcPrivateLinkScopes: [{ resourceGroup: 'ytongtest', name: 'myScope', location: 'centraluseuap' }],
    }),
  },
  {
    file: 'hybrid-compute',
    name: 'a machine joins a scope in November 2024',
    from: 48,
    to: 48,
    seed: lines => ({
      machines: [machineFrom(machineAt(lines, 48))],
      arcPrivateLinkScopes: [{ resourceGroup: 'ytongtest', name: 'myScope3', location: 'eastus' }],
    }),
  },
  {
    file: 'hybrid-compute',
    name: 'machines in March 2025',
    from: 49,
    to: 50,
    seed: lines => ({ machines: [machineFrom(machineAt(lines, 49))] }),
  },
  {
    file: 'hybrid-compute',
    name: 'the perimeter of an Arc scope in 2025',
    from: 51,
    to: 54,
    left: { 51: perimeters, 52: perimeters, 53: perimeters, 54: 'asks after the operation of 53' },
  },
  {
    file: 'hybrid-compute',
    name: 'an extension and its machine deleted in 2025',
    from: 55,
    to: 60,
    pauseMs: { 56: 1_000 },
    seed: () => ({
      machines: [
        {
          ...machine('ytongtest', 'testmachine', 'westus2'),
          extensions: [{ name: 'custom-test', publisher: 'Microsoft.Compute', type: 'CustomScriptExtension' }],
        },
      ],
    }),
  },
];
