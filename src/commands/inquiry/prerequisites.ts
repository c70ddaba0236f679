/**
 * Reads what `src/domain/prerequisites.ts` judges: GETs only, all at once, each by itself. src/commands only.
 */
import type { Desired } from '../../domain/desire.ts';
import { failureOf } from '../../domain/failures.ts';
import { ABSENT, present, type Reading, unread } from '../../domain/observed.ts';
import { NEEDED_PROVIDERS, type Prerequisites } from '../../domain/prerequisites.ts';
import { isAdopted } from '../../domain/resources.ts';
import { neededRights } from '../../domain/rights.ts';
import type { Azure, AzureInquiry } from '../../ports.ts';

/** Everything of Azure that an object needs to be there beforehand. */
export async function readPrerequisites(
  want: Desired,
  azure: Azure & AzureInquiry,
  signal: AbortSignal,
): Promise<Prerequisites> {
  const { subscriptionId, endpoint: wanted } = want;
  const ask = <T>(call: () => Promise<T | undefined>) => reading(call, signal);
  const [subscription, resourceGroup, registrations, subnet, usage, endpoint, rights] = await Promise.all([
    ask(() => azure.subscription(subscriptionId, signal)),
    ask(() => azure.resourceGroup(want, signal)),
    Promise.all(
      NEEDED_PROVIDERS.map(
        async name => [name, await ask(() => azure.registration(subscriptionId, name, signal))] as const,
      ),
    ),
    isAdopted(wanted) ? ABSENT : ask(() => azure.subnet(wanted.subnetId, signal)),
    isAdopted(wanted) ? ABSENT : ask(() => azure.subnetUsage(wanted.subnetId, signal)),
    ask(() => azure.get('privateEndpoint', want.endpoint.id, signal)),
    Promise.all(
      neededRights(want).map(({ scope }) =>
        ask(async () => {
          const permissions = await azure.permissions(scope, signal);
          return permissions && { scope, permissions };
        }),
      ),
    ),
  ]);
  const hasEndpoint = endpoint.is === 'present';
  return { subscription, resourceGroup, registrations: new Map(registrations), subnet, usage, rights, hasEndpoint };
}

async function reading<T>(call: () => Promise<T | undefined>, signal: AbortSignal): Promise<Reading<T>> {
  try {
    const body = await call();
    return body === undefined ? ABSENT : present(body);
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(failureOf(thrown));
  }
}
