/**
 * Who an object is in Azure: the operator's own identity where the administrator named its namespace, else the one that
 * the namespace brings (namespace-credential.ts). The pass gets one adapter for each; what tells an identity stays until
 * the last object that needs it is gone. src/commands puts it together.
 */
import { failureOf, PortError, stalled } from '../domain/failures.ts';
import { CREDENTIAL_FINALIZER, FINALIZER } from '../domain/names.ts';
import type { PmsObject } from '../domain/object.ts';
import { type GlobalIdentityRules, isNamed, placeRefusal } from '../domain/permission.ts';
import type { Azure, Clock } from '../ports.ts';
import type { CredentialSight, Credentials, Identities, NamespaceIdentity } from '../ports-identity.ts';
import { applicationIn, credentialsOf, notNamed, readCredential } from './namespace-credential.ts';
import { workloadTokens } from './workload-token.ts';

export interface IdentitiesOptions {
  /** Azure as the operator itself. */
  readonly global: Azure;
  readonly rules: GlobalIdentityRules;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** A new adapter; makes no call. */
  readonly connect: (identity: NamespaceIdentity) => Azure;
}

interface Known {
  readonly key: string;
  readonly azure: Azure;
  /** Of a Secret: what it held when it was last read. */
  readonly secret: { current: string };
}

interface Parts extends IdentitiesOptions {
  readonly byNamespace: Map<string, Known>;
}

/** Keeps one adapter for each namespace, and a new one as soon as its credential is another or names another. */
export function createIdentities(options: IdentitiesOptions): Identities {
  const { global, rules } = options;
  const parts = { ...options, byNamespace: new Map<string, Known>() };
  const turns = new Map<string, Promise<unknown>>();
  return {
    async of(object, want, signal) {
      const { namespace } = object.metadata;
      if (!isNamed(namespace, rules)) return ofNamespace(object, parts, signal);
      const refusal = placeRefusal(object, want, rules);
      if (refusal !== undefined) throw new PortError(refusal);
      return global;
    },
    leave(namespace, { isLast, go }, signal) {
      const before = turns.get(namespace) ?? Promise.resolve();
      const turn = before.then(async () => {
        if (isLast()) await letGo(namespace, options, signal);
        return go();
      });
      const ended = turn.catch(() => {}).then(() => void (turns.get(namespace) === ended && turns.delete(namespace)));
      turns.set(namespace, ended);
      return turn;
    },
  };
}

async function ofNamespace(object: PmsObject, parts: Parts, signal: AbortSignal): Promise<Azure> {
  const { namespace } = object.metadata;
  const { credentials, byNamespace } = parts;
  const { chosen, abandoned } = await readCredential(credentials, namespace, signal);
  for (const sight of abandoned) await release(sight, credentials, signal);
  if (chosen === undefined) {
    byNamespace.delete(namespace);
    throw new PortError(stalled('NamespaceNotAllowed', notNamed(namespace)));
  }
  const azure = adapterOf(chosen, parts);
  if (isInNeed(object) && !isHeld(chosen) && !chosen.isBeingDeleted) await credentials.hold(chosen, true, signal);
  return azure;
}

/** Before an object has our finalizer it has made nothing; when it goes, it is too late to begin with that. */
const isInNeed = ({ metadata }: PmsObject): boolean =>
  metadata.finalizers.includes(FINALIZER) && metadata.deletionTimestamp === undefined;

const isHeld = ({ finalizers }: CredentialSight): boolean => finalizers.includes(CREDENTIAL_FINALIZER);

function adapterOf(sight: CredentialSight, { byNamespace, credentials, clock, connect }: Parts): Azure {
  const { tenantId, clientId, clientSecret } = applicationIn(sight);
  const key = [sight.kind, sight.uid, tenantId, clientId].join('/').toLowerCase();
  const known = byNamespace.get(sight.namespace);
  if (known?.key === key) {
    known.secret.current = clientSecret ?? '';
    return known.azure;
  }
  const secret = { current: clientSecret ?? '' };
  const proof =
    clientSecret === undefined
      ? { assertion: workloadTokens(sight, credentials, clock) }
      : { currentSecret: () => secret.current };
  const azure = connect({ tenantId, clientId, ...proof });
  byNamespace.set(sight.namespace, { key, azure, secret });
  return azure;
}

async function letGo(namespace: string, { credentials, rules }: IdentitiesOptions, signal: AbortSignal): Promise<void> {
  try {
    for (const ref of credentialsOf(namespace)) {
      const sight = await credentials.read(ref, signal);
      if (sight !== undefined) await release(sight, credentials, signal);
    }
  } catch (thrown) {
    // Held from a time when the namespace was not named, if at all: no reason to keep an object for.
    if (isNamed(namespace, rules) && failureOf(thrown).reason === 'Forbidden') return;
    throw thrown;
  }
}

async function release(sight: CredentialSight, credentials: Credentials, signal: AbortSignal): Promise<void> {
  if (isHeld(sight)) await credentials.hold(sight, false, signal);
}
