/**
 * Secrets and ServiceAccounts as far as the `Credentials` port goes: resourceVersions as preconditions, finalizers that
 * hold what is deleted, and tokens that a namespace under deletion does not give.
 */
import { ConflictError, PortError, stalled } from '../../src/domain/failures.ts';
import { CREDENTIAL_FINALIZER } from '../../src/domain/names.ts';
import type { Clock } from '../../src/ports.ts';
import type { CredentialRef, CredentialSight, Credentials } from '../../src/ports-identity.ts';

export interface CredentialsModel {
  readonly port: Credentials;
  /** Every call, as `read Secret press/pms-credential`. */
  readonly calls: readonly string[];
  apply(kind: CredentialRef['kind'], namespace: string, fields: Readonly<Record<string, string>>): void;
  annotate(kind: CredentialRef['kind'], namespace: string, annotations: Readonly<Record<string, string>>): void;
  /** What `kubectl delete` does: gone at once, or as soon as nobody holds it. */
  remove(kind: CredentialRef['kind'], namespace: string): void;
  sight(kind: CredentialRef['kind'], namespace: string): CredentialSight | undefined;
  isHeld(kind: CredentialRef['kind'], namespace: string): boolean;
  /** From now on there are no tokens of it. */
  terminate(namespace: string): void;
}

const NAMES = { Secret: 'pms-credential', ServiceAccount: 'pms-workload' } as const;
const TOKEN_LIFE_MS = 86_400_000;

export function credentialsModel(clock: Pick<Clock, 'now'>): CredentialsModel {
  const stored = new Map<string, CredentialSight>();
  const calls: string[] = [];
  const closing = new Set<string>();
  let version = 0;
  let tokens = 0;
  const keyOf = ({ kind, namespace, name }: CredentialRef) => `${kind} ${namespace}/${name}`;
  const refOf = (kind: CredentialRef['kind'], namespace: string): CredentialRef => {
    return { kind, namespace, name: NAMES[kind] };
  };
  const put = (sight: CredentialSight): void => {
    if (sight.isBeingDeleted && sight.finalizers.length === 0) stored.delete(keyOf(sight));
    else stored.set(keyOf(sight), { ...sight, resourceVersion: String(++version) });
  };
  const find = (kind: CredentialRef['kind'], namespace: string) => stored.get(keyOf(refOf(kind, namespace)));
  const edit = (kind: CredentialRef['kind'], namespace: string, change: Partial<CredentialSight>): void => {
    const sight = find(kind, namespace);
    if (sight !== undefined) put({ ...sight, ...change });
  };
  return {
    calls,
    port: {
      read: async ref => {
        calls.push(`read ${keyOf(ref)}`);
        return stored.get(keyOf(ref));
      },
      hold: async (sight, wanted) => {
        calls.push(`${wanted ? 'hold' : 'let go'} ${keyOf(sight)}`);
        const now = stored.get(keyOf(sight));
        if (now === undefined) return;
        if (now.resourceVersion !== sight.resourceVersion) throw new ConflictError('resourceVersion');
        put({ ...now, finalizers: wanted ? [CREDENTIAL_FINALIZER] : [] });
      },
      token: async (ref, audience) => {
        calls.push(`token of ${keyOf(ref)}`);
        if (closing.has(ref.namespace)) throw new PortError(stalled('NamespaceTerminating', 'no new content'));
        return { token: `token ${++tokens} of ${keyOf(ref)} for ${audience}`, expiresAt: clock.now() + TOKEN_LIFE_MS };
      },
    },
    apply(kind, namespace, fields) {
      const before = find(kind, namespace);
      const content = kind === 'Secret' ? { data: fields, annotations: {} } : { data: {}, annotations: fields };
      const fresh = { uid: `uid-${++version}`, isBeingDeleted: false, finalizers: [], resourceVersion: '' };
      put({ ...fresh, ...before, ...refOf(kind, namespace), ...content });
    },
    annotate(kind, namespace, annotations) {
      edit(kind, namespace, { annotations: { ...find(kind, namespace)?.annotations, ...annotations } });
    },
    remove: (kind, namespace) => edit(kind, namespace, { isBeingDeleted: true }),
    sight: find,
    isHeld: (kind, namespace) => find(kind, namespace)?.finalizers.includes(CREDENTIAL_FINALIZER) ?? false,
    terminate: namespace => void closing.add(namespace),
  };
}
