/**
 * Whether the operator would let an object act in Azure, and as whom: what a pass decides first, told beforehand for
 * `pms plan` and `pms check`. Reads the configuration and, for a namespace that brings an identity, what tells it; asks for
 * no token. src/commands only.
 */
import type { GlobalIdentityConfig } from '../../config/global-identity.ts';
import type { PlaceConfig } from '../../config/inquiry.ts';
import { applicationIn, notNamed, readCredential } from '../../controller/namespace-credential.ts';
import { desire } from '../../domain/desire.ts';
import { failureOf } from '../../domain/failures.ts';
import { type Finding, lookedAt, passed, skipped, warned } from '../../domain/finding.ts';
import { type GlobalIdentityRules, isNamed, placeRefusal } from '../../domain/permission.ts';
import type { Kubernetes } from '../../kubernetes/kubernetes.ts';
import type { NewObject } from '../../manifest/manifest.ts';
import type { Credentials } from '../../ports-identity.ts';
import { appliedTo } from './surroundings.ts';

const CHECK = 'identity';

export interface GateQuestion {
  readonly manifest: NewObject;
  readonly place: Pick<PlaceConfig, 'globalIdentity'>;
  /** Absent: there is none to ask. */
  readonly cluster: Pick<Kubernetes, 'namespace' | 'credentials' | 'read'> | undefined;
  /** Of the settings that this command asks Azure with, if there are any. */
  readonly clientId?: string | undefined;
}

/** One finding; `failed` when the operator would refuse the object. Does not throw but for an abort. */
export function checkGate(question: GateQuestion, signal: AbortSignal): Promise<Finding> {
  const { manifest, place, cluster } = question;
  const { namespace } = manifest.metadata;
  if (place.globalIdentity === undefined) {
    const how = 'give --config FILE, the configuration of the operator, to be told whether and as whom it may act';
    return Promise.resolve(skipped(CHECK, how));
  }
  const rules = rulesOf(place.globalIdentity, cluster?.namespace);
  return lookedAt(CHECK, async () => {
    if (isNamed(namespace, rules)) return ofOperator(question, rules, signal);
    if (cluster !== undefined) return ofNamespace(question, cluster.credentials, signal);
    const brings = `namespace ${namespace} is not named in globalIdentity.namespaces: it acts with an identity of its own`;
    return warned(CHECK, `${brings}, which was not looked at`, 'set KUBECONFIG');
  });
}

/** Without a word of the administrator the operator's own namespace is meant, which is that of its pod. */
function rulesOf({ namespaces, allowed }: GlobalIdentityConfig, own: string | undefined): GlobalIdentityRules {
  const named = namespaces ?? (own === undefined ? [] : [own]);
  return { namespaces: named, ...(allowed === undefined ? {} : { allowed }) };
}

async function ofOperator(
  { manifest, cluster }: GateQuestion,
  rules: GlobalIdentityRules,
  signal: AbortSignal,
): Promise<Finding> {
  const object = appliedTo(await cluster?.read(manifest.metadata, signal), manifest);
  const refusal = placeRefusal(object, desire(object, ''), rules);
  if (refusal !== undefined) return refused(refusal.message);
  const where = rules.allowed === undefined ? 'wherever Azure lets it' : 'in places that are all allowed';
  return passed(CHECK, `namespace ${manifest.metadata.namespace} acts with the operator's own identity, ${where}`);
}

async function ofNamespace(
  { manifest, clientId: asking }: GateQuestion,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Finding> {
  const { namespace } = manifest.metadata;
  const { chosen } = await readCredential(credentials, namespace, signal);
  if (chosen === undefined) return refused(notNamed(namespace));
  try {
    const { tenantId, clientId } = applicationIn(chosen);
    const who = `namespace ${namespace} acts as client ${clientId} of tenant ${tenantId}, by its ${chosen.kind} ${chosen.name}`;
    if (asking === undefined || asking.toLowerCase() === clientId.toLowerCase()) return passed(CHECK, who);
    return passed(CHECK, `${who}; here Azure is asked as client ${asking}, whose rights may be others`);
  } catch (thrown) {
    return refused(failureOf(thrown).message);
  }
}

/** The message says what to do. */
const refused = (message: string): Finding => ({ check: CHECK, state: 'failed', message });
