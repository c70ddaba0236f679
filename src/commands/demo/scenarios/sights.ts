/**
 * What anybody can see from outside while a scenario is played: what Azure shows of a workspace, how the public side is
 * answered, what the DNS server says. Asks the simulated Azure and the demo's DNS server, never the operator.
 */

import { workspaceId } from './plants.ts';
import type { Stage } from './stage.ts';

const REFUSED = '403 NspValidationFailedError';

const CHANGES: readonly string[] = ['PUT', 'PATCH', 'DELETE'];

/** `seen` lines about one stage. */
export const sightsOf = ({ world, seen }: Pick<Stage, 'world' | 'seen'>) => {
  const queried = async (workspace: string): Promise<string> => {
    const { properties } = await world.somebody.call('GET', workspaceId(workspace));
    return world.somebody.publicQuery(properties?.customerId ?? '');
  };
  return {
    /** The public side may query the workspace. */
    open: (workspace: string, why: string) =>
      seen(
        `a query of ${workspace} from the public side: 200 (${why})`,
        async () => (await queried(workspace)) === '200',
      ),
    /** The public side is refused, in Azure's words. */
    shut: (workspace: string, why: string) =>
      seen(
        `a query of ${workspace} from the public side: ${REFUSED} (${why})`,
        async () => (await queried(workspace)) === REFUSED,
      ),
    /** The machines' resolver leads the shared name to this address. */
    resolves: (address: string) =>
      seen(`api.monitor.azure.com is ${address} for the machines`, async () => {
        const { dnsServer, ports } = world;
        const answer = await ports.resolver.ask(dnsServer, 'api.monitor.azure.com', 'A', AbortSignal.timeout(5_000));
        return answer.addresses.join() === address;
      }),
    /** How often the operator has asked Azure to change anything; a POST is a question to Resource Graph. */
    writes: (): number => {
      const { journal, clientId } = world.simulator;
      return journal.filter(
        ({ service, method, principal }) => service === 'arm' && CHANGES.includes(method) && principal === clientId,
      ).length;
    },
  };
};
