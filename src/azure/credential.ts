/**
 * The credential of one identity: workload identity, another issuer's token or client secret. Parallel first calls share
 * one token request (MSAL does not do that: facts azure-sdk 1.10), and every failure becomes a `PortError` that names the
 * cause and never
 * holds a token or a secret. src/azure only.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { ClientAssertionCredential, ClientSecretCredential } from '@azure/identity';
import { PortError, stalled } from '../domain/failures.ts';
import type { Identity } from '../domain/resources.ts';
import type { Clock } from '../ports.ts';
import { credentialFailure } from './credential-errors.ts';
import { type AzureSettings, tokenScope } from './settings.ts';

/** For one token, discovery included; in milliseconds. */
const DEADLINE_MS = 30_000;

/** A credential for the SDK clients, and the proof that it works. */
export interface Credential extends TokenCredential {
  /** Resolves when a token could be had: from the cache, or from Entra ID when it is due. */
  identity(signal: AbortSignal): Promise<Identity>;
}

/** Asks nobody until the first call. Every call throws `PortError`, or the caller's own AbortError. */
export function createCredential(settings: AzureSettings, clock: Clock): Credential {
  let source: { readonly secret: string | undefined; readonly from: TokenCredential } | undefined;
  const pending = new Map<string, Promise<AccessToken | null>>();
  // MSAL passes no signal on to its requests, so one that hangs would hang for all: the deadline reaches it this way.
  const attempts = new AsyncLocalStorage<Attempt>();
  const policy: PipelinePolicy = {
    name: 'privateMonitoringScopeTokenDeadline',
    sendRequest(request, next) {
      const deadline = attempts.getStore()?.deadline;
      if (deadline !== undefined) request.abortSignal = deadline;
      return next(request);
    },
  };

  const asTold = assertionTold(settings, thrown => {
    const attempt = attempts.getStore();
    if (attempt !== undefined) attempt.withoutAssertion = thrown;
  });

  const fetchToken = async (scopes: string | string[], options: GetTokenOptions): Promise<AccessToken | null> => {
    const deadline = new AbortController();
    const cancel = clock.after(DEADLINE_MS, () => deadline.abort());
    const attempt: Attempt = { deadline: deadline.signal };
    const now = withCurrentSecret(asTold);
    try {
      // A source keeps tokens for as long as they live; a new secret is to prove itself at once.
      const from = source?.secret === now.clientSecret && source ? source.from : createSource(now, policy);
      source = { secret: now.clientSecret, from };
      return await attempts.run(attempt, () => from.getToken(scopes, options));
    } catch (thrown) {
      if (attempt.withoutAssertion !== undefined) throw attempt.withoutAssertion;
      throw new PortError(await credentialFailure(thrown, now, deadline.signal), { cause: thrown });
    } finally {
      cancel();
    }
  };

  const getToken = (scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken | null> => {
    // Nobody's signal belongs to a request that many wait for.
    const { abortSignal, tracingOptions: _, ...shared } = options;
    const key = JSON.stringify([scopes, shared]);
    const token = pending.get(key) ?? fetchToken(scopes, shared);
    pending.set(key, token);
    const clear = () => pending.delete(key);
    token.then(clear, clear);
    return untilAborted(token, abortSignal);
  };

  return {
    getToken,
    async identity(signal) {
      // The same options as the clients' authentication policy uses, so that it finds this token in the cache.
      await getToken([tokenScope(settings)], { abortSignal: signal, enableCae: true });
      return { tenantId: settings.tenantId, clientId: settings.clientId };
    },
  };
}

/** One request for a token. */
interface Attempt {
  readonly deadline: AbortSignal;
  /** Why there was no token of the other issuer to show. */
  withoutAssertion?: PortError;
}

const withCurrentSecret = (settings: AzureSettings): AzureSettings =>
  settings.currentSecret === undefined ? settings : { ...settings, clientSecret: settings.currentSecret() };

/** MSAL would make a text of the failure. */
function assertionTold(settings: AzureSettings, failed: (thrown: PortError) => void): AzureSettings {
  const { assertion } = settings;
  if (assertion === undefined) return settings;
  const told = async () => {
    try {
      return await assertion();
    } catch (thrown) {
      if (thrown instanceof PortError) failed(thrown);
      throw thrown;
    }
  };
  return { ...settings, assertion: told };
}

function createSource(settings: AzureSettings, policy: PipelinePolicy): TokenCredential {
  const { tenantId, clientId, clientSecret, federatedTokenFile, assertion } = settings;
  const { authorityHost, disableInstanceDiscovery } = settings;
  const options = {
    authorityHost,
    disableInstanceDiscovery,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy, position: 'perCall' as const }],
  };
  if (assertion !== undefined) return new ClientAssertionCredential(tenantId, clientId, assertion, options);
  if (federatedTokenFile !== undefined) {
    // WorkloadIdentityCredential is this with a file that is read every 5 minutes at most: a token of 10 minutes, the
    // shortest that Kubernetes gives, would expire in its cache. Asked once per access token.
    return new ClientAssertionCredential(tenantId, clientId, () => readToken(federatedTokenFile), options);
  }
  if (clientSecret !== undefined) return new ClientSecretCredential(tenantId, clientId, clientSecret, options);
  const message = 'no credential: set AZURE_FEDERATED_TOKEN_FILE (workload identity) or AZURE_CLIENT_SECRET';
  throw new PortError(stalled('AuthenticationFailed', message));
}

async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8')).trim();
  if (token === '') throw new Error(`the federated token file ${file} is empty`);
  return token;
}

type Abortable = NonNullable<GetTokenOptions['abortSignal']>;

/** The promise, or the signal's AbortError, whichever is first. The promise itself goes on. */
function untilAborted<T>(promise: Promise<T>, signal: Abortable | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new DOMException('the token is not waited for any more', 'AbortError'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
