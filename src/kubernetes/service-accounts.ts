/**
 * The port `ServiceAccounts` of src/ports-identity.ts: who a namespace is in Azure, and a token that proves it ("TokenRequest",
 * Kubernetes API reference). Read anew each time, so that an edit counts from the next pass on; tokens are kept nowhere.
 * src/kubernetes/kubernetes.ts puts it together.
 */
import { PortError, stalled } from '../domain/failures.ts';
import type { ServiceAccountRef, ServiceAccounts } from '../ports-identity.ts';
import type { KubeClient } from './client.ts';
import { hasStatus } from './kube-error.ts';
import { translated } from './port-errors.ts';
import { identityOf, recordAt, textAt, textsAt } from './raw-object.ts';

/** The shortest that the API server gives: the token is handed to Entra ID at once and to nobody else. */
const EXPIRATION_SECONDS = 600;

const pathOf = ({ namespace, name }: ServiceAccountRef): string =>
  `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;

export const createServiceAccounts = (client: KubeClient): ServiceAccounts => ({
  get: (ref, signal) =>
    translated(`reading ServiceAccount ${ref.namespace}/${ref.name}`, async () => {
      try {
        const raw = await client.request('GET', pathOf(ref), { signal });
        const annotations = textsAt(recordAt(raw, 'metadata'), 'annotations');
        return { uid: identityOf(raw).uid, annotations };
      } catch (thrown) {
        if (hasStatus(thrown, 404)) return undefined;
        throw thrown;
      }
    }),
  token: (ref, audience, signal) =>
    translated(`asking for a token of ServiceAccount ${ref.namespace}/${ref.name}`, async () => {
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: EXPIRATION_SECONDS },
      };
      const token = textAt(
        recordAt(await client.request('POST', `${pathOf(ref)}/token`, { body, signal }), 'status'),
        'token',
      );
      if (token) return token;
      throw new PortError(stalled('UnexpectedAnswer', `the API server gave no token of ${ref.namespace}/${ref.name}`));
    }),
});
