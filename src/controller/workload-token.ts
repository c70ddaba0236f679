/**
 * The tokens by which a ServiceAccount proves itself to Entra ID: a fresh one each time, and the last one once more where
 * the namespace is being deleted. The API server gives none there, finalizers or not (admission plugin NamespaceLifecycle:
 * a token is "new content"), while the objects of the namespace still have Azure to clean up.
 * src/controller/identities.ts alone uses it.
 */
import { PortError } from '../domain/failures.ts';
import type { Clock } from '../ports.ts';
import type { CredentialRef, Credentials, ServiceAccountToken } from '../ports-identity.ts';

/** What Entra ID expects of a token that it is to trust ("Workload identity federation"). */
const AUDIENCE = 'api://AzureADTokenExchange';
/** For one token of the API server, which nobody's pass alone waits for; in milliseconds. */
const DEADLINE_MS = 10_000;
/** On its way to Entra ID, whose clock is another one, in milliseconds. */
const MARGIN_MS = 60_000;

/** A token of the ServiceAccount for each call. The last one is kept in memory; nothing is written anywhere. */
export function workloadTokens(ref: CredentialRef, credentials: Credentials, clock: Clock): () => Promise<string> {
  let last: ServiceAccountToken | undefined;
  return async () => {
    try {
      const fresh = await credentials.token(ref, AUDIENCE, AbortSignal.timeout(DEADLINE_MS));
      last = fresh;
      return fresh.token;
    } catch (thrown) {
      const isClosing = thrown instanceof PortError && thrown.failure.reason === 'NamespaceTerminating';
      if (!isClosing || last === undefined || last.expiresAt - MARGIN_MS <= clock.now()) throw thrown;
      return last.token;
    }
  };
}
