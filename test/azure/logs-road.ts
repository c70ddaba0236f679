/**
 * A scope with the linked workspace `law-a` and an endpoint that listens, and the port `Azure` told to query there. Used
 * by test/azure.
 */
import { addressOf, type Plane, plane } from '../simulator/plane.ts';
import { connectedScope, paths } from '../simulator/road.ts';
import { connect, settingsFor, trust } from './bench.ts';

/** The query host, by its documented name. */
export const HOST = 'api.loganalytics.azure.com';

export const azureOn = (
  { azure, port }: Pick<Plane, 'azure' | 'port'>,
  over: { readonly port?: number; readonly ca?: string; readonly publicEgressProxy?: string } = {},
) => {
  const settings = settingsFor(azure.simulator);
  const logsQuery = { ...settings.logsQuery, port, ca: azure.simulator.caPem, ...over };
  return connect({ ...settings, logsQuery }).azure;
};

export const customerIdOf = async ({ azure }: Plane, name: string): Promise<string> =>
  String((await azure.call('GET', paths(azure.group).workspace(name))).body?.properties.customerId);

/** Also what a query of `law-a` needs. */
export async function connected(t: Parameters<typeof plane>[0], options: Parameters<typeof plane>[1] = {}) {
  const data = await plane(t, options);
  // The simulator's tokens are fetched over TLS that this process must trust.
  trust(data.azure.simulator.caPem);
  await connectedScope(data.azure);
  const address = String(await addressOf(data.azure, 'api.monitor.azure.com'));
  return {
    data,
    asked: { key: 'workspace/law-a', workspace: 'law-a', customerId: await customerIdOf(data, 'law-a'), address },
  };
}
