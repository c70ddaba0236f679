/**
 * The port `Credentials` of src/ports-identity.ts: who a namespace is in Azure, and a token that proves it ("TokenRequest",
 * Kubernetes API reference). Read anew each time and by name, so that an edit counts from the next pass on and no other
 * Secret is ever seen; nothing is kept. src/kubernetes/kubernetes.ts puts it together.
 */
import { PortError, stalled } from '../domain/failures.ts';
import { ABANDON_ANNOTATION, CREDENTIAL_FINALIZER } from '../domain/names.ts';
import type { CredentialRef, CredentialSight, Credentials } from '../ports-identity.ts';
import { type KubeClient, MERGE_PATCH } from './client.ts';
import { hasStatus, KubeError } from './kube-error.ts';
import { translated } from './port-errors.ts';
import { identityOf, recordAt, textAt, textsAt } from './raw-object.ts';

/**
 * The longest that Entra ID takes (Azure Workload Identity, "service-account-token-expiration"). A namespace that is being
 * deleted gives no token any more, so the last one has to serve until Azure is clean; the API server may give less.
 */
const EXPIRATION_SECONDS = 86_400;

const COLLECTION = { Secret: 'secrets', ServiceAccount: 'serviceaccounts' } as const;

const pathOf = ({ kind, namespace, name }: CredentialRef): string =>
  `/api/v1/namespaces/${namespace}/${COLLECTION[kind]}/${name}`;

const textOf = ({ kind, namespace, name }: CredentialRef): string => `${kind} ${namespace}/${name}`;

export const createCredentials = (client: KubeClient): Credentials => ({
  read: (ref, signal) =>
    translated(`reading ${textOf(ref)}`, () =>
      unlessGone(async () => sightOf(ref, await client.request('GET', pathOf(ref), { signal }))),
    ),
  hold: (sight, wanted, signal) => {
    const { resourceVersion, finalizers } = sight;
    const others = finalizers.filter(one => one !== CREDENTIAL_FINALIZER);
    // A merge patch replaces the whole list, which the precondition makes safe for others' finalizers.
    const metadata = { resourceVersion, finalizers: wanted ? [...others, CREDENTIAL_FINALIZER] : others };
    return translated(`${wanted ? 'adding' : 'removing'} the finalizer of ${textOf(sight)}`, async () => {
      const patch = () =>
        client.request('PATCH', pathOf(sight), { body: { metadata }, contentType: MERGE_PATCH, signal });
      await (wanted ? patch() : unlessGone(patch));
    });
  },
  token: (ref, audience, signal) =>
    translated(`asking for a token of ${textOf(ref)}`, async () => {
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: EXPIRATION_SECONDS },
      };
      const status = recordAt(await requestToken(client, ref, { body, signal }), 'status');
      const token = textAt(status, 'token');
      const expiresAt = Date.parse(textAt(status, 'expirationTimestamp') ?? '');
      if (token && !Number.isNaN(expiresAt)) return { token, expiresAt };
      throw new PortError(stalled('UnexpectedAnswer', `the API server gave no token of ${textOf(ref)}`));
    }),
});

async function requestToken(
  client: KubeClient,
  ref: CredentialRef,
  call: { readonly body: object; readonly signal: AbortSignal },
): Promise<unknown> {
  try {
    return await client.request('POST', `${pathOf(ref)}/token`, call);
  } catch (thrown) {
    if (!(thrown instanceof KubeError) || !thrown.facts.causes?.includes('NamespaceTerminating')) throw thrown;
    const message = `namespace ${ref.namespace} is being deleted, where the API server gives no token of ${textOf(ref)} any more: have the administrator name the namespace in globalIdentity.namespaces, or let the objects go by ${ABANDON_ANNOTATION}`;
    throw new PortError(stalled('NamespaceTerminating', message), { cause: thrown });
  }
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    if (hasStatus(thrown, 404)) return undefined;
    throw thrown;
  }
}

function sightOf(ref: CredentialRef, raw: unknown): CredentialSight {
  const metadata = recordAt(raw, 'metadata');
  const { uid, resourceVersion } = identityOf(raw);
  const { finalizers } = metadata;
  const data = Object.entries(textsAt(raw, 'data')).map(([name, value]) => [
    name,
    Buffer.from(value, 'base64').toString(),
  ]);
  return {
    ...ref,
    uid,
    resourceVersion,
    annotations: textsAt(metadata, 'annotations'),
    data: Object.fromEntries(data),
    isBeingDeleted: textAt(metadata, 'deletionTimestamp') !== undefined,
    finalizers: Array.isArray(finalizers) ? finalizers.filter(one => typeof one === 'string') : [],
  };
}
