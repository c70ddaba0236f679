/**
 * How many calls a second the simulator answers on one core, without latency and throttling. Run by hand:
 * `node test/bench/simulator-throughput.ts`; no test, since a busy machine says nothing about the simulator.
 */
import { endpointTo, location, openScope } from '../simulator/road.ts';
import { inParallel, loadedSimulator } from './simulator-load.ts';

const calls = 5_000;

const simulator = await loadedSimulator();
try {
  const { group, call } = simulator;
  const scope = `${group}/providers/Microsoft.Insights/privateLinkScopes/ampls`;
  const workspace = `${group}/providers/Microsoft.OperationalInsights/workspaces/law-a`;
  const endpoint = `${group}/providers/Microsoft.Network/privateEndpoints/pe`;
  const subnet = `${group}/providers/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring`;
  await call('PUT', workspace, '2025-07-01', { location, properties: {} });
  await call('PUT', scope, '2023-06-01-preview', openScope);
  await call('PUT', `${scope}/scopedResources/a`, '2023-06-01-preview', {
    properties: { linkedResourceId: workspace },
  });
  await call('PUT', endpoint, '2026-01-01', endpointTo(scope, subnet));

  const mixes: Readonly<Record<string, (index: number) => Promise<number>>> = {
    'GET a private endpoint': () => call('GET', endpoint, '2026-01-01'),
    'PUT a scope': () => call('PUT', scope, '2023-06-01-preview', openScope),
    'four reads, one write': index =>
      index % 5 === 0
        ? call('PUT', scope, '2023-06-01-preview', openScope)
        : call('GET', [scope, endpoint][index % 2] ?? scope, index % 2 === 0 ? '2023-06-01-preview' : '2026-01-01'),
  };
  for (const [name, one] of Object.entries(mixes)) {
    await inParallel(500, 16, async index => void (await one(index)));
    const before = await simulator.cpuSeconds();
    const statuses = new Set<number>();
    const seconds = await inParallel(calls, 16, async index => void statuses.add(await one(index)));
    const cpu = (await simulator.cpuSeconds()) - before;
    const perSecond = Math.round(calls / seconds);
    const perCpuSecond = Math.round(calls / cpu);
    process.stdout.write(
      `${name.padEnd(24)} ${perSecond} calls/s, ${perCpuSecond} per second of its processor time (${[...statuses].join(', ')})\n`,
    );
  }
} finally {
  await simulator.stop();
}
