/**
 * What of a namespace tells who it is in Azure: the Secret `pms-credential` with the keys of Azure Service Operator, else
 * the ServiceAccount `pms-workload` with the annotations of Azure Workload Identity. Reads, and says what is missing;
 * knows no adapter and no token. src/controller/identities.ts and `pms check` use it.
 */
import { PortError, stalled } from '../domain/failures.ts';
import { ABANDON_ANNOTATION } from '../domain/names.ts';
import type { CredentialRef, CredentialSight, Credentials } from '../ports-identity.ts';

/** The ServiceAccount of a namespace that stands for it in Azure. The operator's rights are bound to this name. */
export const WORKLOAD_ACCOUNT = 'pms-workload';
/** The Secret of a namespace with its credential. The operator's rights are bound to this name. */
export const CREDENTIAL_SECRET = 'pms-credential';

const FIELDS = {
  Secret: { clientId: 'AZURE_CLIENT_ID', tenantId: 'AZURE_TENANT_ID', clientSecret: 'AZURE_CLIENT_SECRET' },
  ServiceAccount: { clientId: 'azure.workload.identity/client-id', tenantId: 'azure.workload.identity/tenant-id' },
} as const;

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Both that a namespace can have, the one that counts first. */
export const credentialsOf = (namespace: string): readonly CredentialRef[] => [
  { kind: 'Secret', namespace, name: CREDENTIAL_SECRET },
  { kind: 'ServiceAccount', namespace, name: WORKLOAD_ACCOUNT },
];

export interface NamespaceCredential {
  /** The one that counts, complete or not; absent when the namespace has none. */
  readonly chosen?: CredentialSight;
  /** Given up by its annotation: as if they were not there. */
  readonly abandoned: readonly CredentialSight[];
}

/** Two reads. Throws PortError. */
export async function readCredential(
  credentials: Credentials,
  namespace: string,
  signal: AbortSignal,
): Promise<NamespaceCredential> {
  const read = await Promise.all(credentialsOf(namespace).map(ref => credentials.read(ref, signal)));
  const there = read.filter(sight => sight !== undefined);
  const isAbandoned = ({ annotations, uid }: CredentialSight) => annotations[ABANDON_ANNOTATION] === uid;
  const [chosen] = there.filter(sight => !isAbandoned(sight));
  return { ...(chosen === undefined ? {} : { chosen }), abandoned: there.filter(isAbandoned) };
}

/** An application in Entra ID as a namespace names it. */
export interface NamedApplication {
  readonly tenantId: string;
  readonly clientId: string;
  /** Only a Secret has one. */
  readonly clientSecret?: string;
}

/** Who it says to be. Throws PortError `IdentityIncomplete` with the field that is missing. */
export function applicationIn(sight: CredentialSight): NamedApplication {
  if (sight.kind === 'ServiceAccount') {
    const { clientId, tenantId } = FIELDS.ServiceAccount;
    return { clientId: uuidAt(sight, clientId), tenantId: uuidAt(sight, tenantId) };
  }
  const { clientId, tenantId, clientSecret } = FIELDS.Secret;
  const application = { clientId: uuidAt(sight, clientId), tenantId: uuidAt(sight, tenantId) };
  const secret = valueAt(sight, clientSecret);
  if (secret !== '') return { ...application, clientSecret: secret };
  const others = Object.keys(sight.data).filter(key => /CERTIFICATE|AUTH_MODE|WORKLOAD_IDENTITY/.test(key));
  const read = others.length === 0 ? '' : ` (${others.join(', ')} of Azure Service Operator is not read here)`;
  throw incomplete(
    sight,
    `has no key ${clientSecret}${read}: add it, or do without the Secret and use ServiceAccount ${WORKLOAD_ACCOUNT}`,
  );
}

/** Why an object of a namespace without any may not act. */
export const notNamed = (namespace: string): string =>
  `namespace ${namespace} may not act with the operator's own identity in Azure (globalIdentity.namespaces of its configuration) and has neither Secret ${CREDENTIAL_SECRET} nor ServiceAccount ${WORKLOAD_ACCOUNT}: make the ServiceAccount with the annotations ${FIELDS.ServiceAccount.clientId} and ${FIELDS.ServiceAccount.tenantId}, or the Secret with ${Object.values(FIELDS.Secret).join(', ')}, or ask the administrator to name the namespace`;

/** The end of a line that \`base64\` of a shell put in is no part of a value. */
const valueAt = ({ kind, data, annotations }: CredentialSight, field: string): string =>
  (kind === 'Secret' ? data : annotations)[field]?.trim() ?? '';

function uuidAt(sight: CredentialSight, field: string): string {
  const value = valueAt(sight, field);
  if (UUID.test(value)) return value;
  const as = sight.kind === 'Secret' ? 'key' : 'annotation';
  const found = value === '' ? `has no ${as}` : `has ${shown(sight, value)} as ${as}`;
  throw incomplete(
    sight,
    `${found} ${field}: it must be the UUID that \`az identity show\` or \`az ad sp show\` prints`,
  );
}

/** Keys get mixed up: what stands in a Secret is not told. */
const shown = ({ kind }: CredentialSight, value: string): string =>
  kind === 'Secret' ? 'something else' : JSON.stringify(value.slice(0, 64));

const incomplete = ({ kind, namespace, name }: CredentialSight, problem: string): PortError =>
  new PortError(stalled('IdentityIncomplete', `${kind} ${namespace}/${name} ${problem}`));
