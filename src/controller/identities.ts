/**
 * Who an object is in Azure: the operator's own identity where the administrator named its namespace, else the one that
 * the ServiceAccount `pms-workload` of its namespace names, proved by a token of that ServiceAccount. The pass gets one
 * adapter for each. src/commands puts it together; knows nothing of tokens but where they come from.
 */
import { PortError, stalled } from '../domain/failures.ts';
import { type GlobalIdentityRules, isNamed, placeRefusal } from '../domain/permission.ts';
import type { Azure } from '../ports.ts';
import type { FederatedIdentity, Identities, ServiceAccountRef, ServiceAccounts } from '../ports-identity.ts';

/** The ServiceAccount of a namespace that stands for it in Azure. The operator's rights are bound to this name. */
export const WORKLOAD_ACCOUNT = 'pms-workload';

/** What Entra ID expects of a token that it is to trust ("Workload identity federation"). */
const AUDIENCE = 'api://AzureADTokenExchange';
const CLIENT_ID = 'azure.workload.identity/client-id';
const TENANT_ID = 'azure.workload.identity/tenant-id';
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** For one token of the API server, which nobody's pass alone waits for; in milliseconds. */
const TOKEN_DEADLINE_MS = 10_000;

export interface IdentitiesOptions {
  /** Azure as the operator itself. */
  readonly global: Azure;
  readonly rules: GlobalIdentityRules;
  readonly serviceAccounts: ServiceAccounts;
  /** A new adapter; makes no call. */
  readonly connect: (identity: FederatedIdentity) => Azure;
}

interface Known {
  readonly key: string;
  readonly azure: Azure;
}

/** Keeps one adapter for each namespace, and a new one as soon as its ServiceAccount is another or names another. */
export function createIdentities(options: IdentitiesOptions): Identities {
  const { global, rules } = options;
  const byNamespace = new Map<string, Known>();
  return {
    async of(object, want, signal) {
      const { namespace } = object.metadata;
      if (!isNamed(namespace, rules)) return ofNamespace(namespace, { ...options, byNamespace }, signal);
      const refusal = placeRefusal(object, want, rules);
      if (refusal !== undefined) throw new PortError(refusal);
      return global;
    },
  };
}

async function ofNamespace(
  namespace: string,
  { serviceAccounts, connect, byNamespace }: IdentitiesOptions & { readonly byNamespace: Map<string, Known> },
  signal: AbortSignal,
): Promise<Azure> {
  const ref = { namespace, name: WORKLOAD_ACCOUNT };
  const account = await serviceAccounts.get(ref, signal);
  if (account === undefined) {
    byNamespace.delete(namespace);
    throw new PortError(stalled('NamespaceNotAllowed', notNamed(namespace)));
  }
  const clientId = annotated(account.annotations, CLIENT_ID, ref);
  const tenantId = annotated(account.annotations, TENANT_ID, ref);
  const key = [account.uid, tenantId, clientId].join('/').toLowerCase();
  const known = byNamespace.get(namespace);
  if (known?.key === key) return known.azure;
  const assertion = () => serviceAccounts.token(ref, AUDIENCE, AbortSignal.timeout(TOKEN_DEADLINE_MS));
  const azure = connect({ tenantId, clientId, assertion });
  byNamespace.set(namespace, { key, azure });
  return azure;
}

const notNamed = (namespace: string): string =>
  `namespace ${namespace} may not act with the operator's own identity in Azure (globalIdentity.namespaces of its configuration) and has no ServiceAccount ${WORKLOAD_ACCOUNT}: make one with the annotations ${CLIENT_ID} and ${TENANT_ID}, or ask the administrator to name the namespace`;

function annotated(annotations: Readonly<Record<string, string>>, name: string, ref: ServiceAccountRef): string {
  const value = annotations[name] ?? '';
  if (UUID.test(value)) return value;
  const found = value === '' ? 'has no annotation' : `has ${JSON.stringify(value.slice(0, 64))} as annotation`;
  const message = `ServiceAccount ${ref.namespace}/${ref.name} ${found} ${name}: it must be the UUID that \`az identity show\` prints`;
  throw new PortError(stalled('IdentityIncomplete', message));
}
