/**
 * What `pms check` looks at in the cluster: the API server, our resource, and the rights of whoever asks. Reads only;
 * reviews are answered and not kept.
 */
import { isDeepStrictEqual } from 'node:util';
import type { PlaceConfig } from '../../config/inquiry.ts';
import { LEASE_NAME } from '../../config/leader-election.ts';
import { CREDENTIAL_SECRET, WORKLOAD_ACCOUNT } from '../../controller/namespace-credential.ts';
import { configMapsOf } from '../../coredns/targets.ts';
import { type Finding, failing, lookedAt, passed, skipped, warned } from '../../domain/finding.ts';
import { GROUP, type ObjectKey, PLURAL, VERSION } from '../../domain/object.ts';
import type { AccessQuestion, ClusterInquiry } from '../../kubernetes/inquiry.ts';
import type { Kubernetes } from '../../kubernetes/kubernetes.ts';
import { readCrdSchema } from '../../manifest/crd-schema.ts';
import { CRD_FILE } from '../../manifest/package-file.ts';

/** One finding each; when the API server does not answer, that one alone. */
export async function checkCluster(
  kubernetes: Kubernetes,
  config: PlaceConfig & LeaseFlags,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { inquiry } = kubernetes;
  const server = await lookedAt('api server', async () => {
    const [version, user] = [await inquiry.version(signal), await inquiry.user(signal)];
    return passed('api server', `${version} at ${kubernetes.server}, as ${user}`);
  });
  if (server.state !== 'passed') return [server];
  const crd = await lookedAt('crd', () => checkCrd(inquiry, signal));
  const rights = await lookedAt('rights in the cluster', () => checkRights(inquiry, config, signal));
  const lease = await lookedAt('lease', () => checkLease(kubernetes, config, signal));
  return [server, crd, rights, lease];
}

async function checkCrd(inquiry: ClusterInquiry, signal: AbortSignal): Promise<Finding> {
  const check = 'crd';
  const cure = `kubectl apply --server-side -f ${CRD_FILE}`;
  if (!(await inquiry.isServed(signal))) return failing(check, `${PLURAL}.${GROUP}/${VERSION} is not installed`, cure);
  const installed = await inquiry.schema(signal);
  if (installed === undefined) return passed(check, `${VERSION} is served; it may not be read, so it was not compared`);
  if (isDeepStrictEqual(withoutUndefined(installed), withoutUndefined(await readCrdSchema()))) {
    return passed(check, `${VERSION} is served and is the one of this version`);
  }
  return warned(check, `${VERSION} is served, and is not the one of this version`, cure);
}

const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function checkRights(inquiry: ClusterInquiry, config: PlaceConfig, signal: AbortSignal): Promise<Finding> {
  const check = 'rights in the cluster';
  const questions = questionsFor(config);
  const answers = await Promise.all(questions.map(question => inquiry.may(question, signal)));
  const missing = questions.filter((_, index) => !answers[index]).map(questionText);
  if (missing.length === 0) return passed(check, `all ${questions.length} that the operator needs are held`);
  const cure = 'kubectl apply -f deploy/operator-rbac.yaml, and run this as the ServiceAccount of the operator';
  return failing(check, `missing: ${missing.join('; ')}`, cure);
}

/** What deploy/operator-rbac.yaml gives. */
function questionsFor({ targets = [], installationId }: PlaceConfig): readonly AccessQuestion[] {
  const objects = { group: GROUP, resource: PLURAL };
  const events = { group: 'events.k8s.io', resource: 'events' };
  const accounts = { group: '', resource: 'serviceaccounts', name: WORKLOAD_ACCOUNT };
  const secrets = { group: '', resource: 'secrets', name: CREDENTIAL_SECRET };
  const namespaces = { group: '', resource: 'namespaces', name: 'kube-system' };
  const all = (verbs: readonly string[], at: Omit<AccessQuestion, 'verb'>) => verbs.map(verb => ({ verb, ...at }));
  return [
    ...all(['get', 'list', 'watch', 'patch'], objects),
    ...all(['patch'], { ...objects, subresource: 'status' }),
    ...all(['create', 'patch'], events),
    ...all(['get', 'patch'], secrets),
    ...all(['get', 'patch'], accounts),
    ...all(['create'], { ...accounts, subresource: 'token' }),
    ...(installationId === undefined ? all(['get'], namespaces) : []),
    ...targets.flatMap(configMapsOf).flatMap(({ namespace, name }) => {
      return all(['get', 'list', 'watch', 'patch'], { group: '', resource: 'configmaps', namespace, name });
    }),
    ...targets.flatMap(({ service }) => {
      if (service === undefined) return [];
      return all(['list'], { group: 'discovery.k8s.io', resource: 'endpointslices', namespace: service.namespace });
    }),
  ];
}

/** Where the Lease of the operator is looked for. */
export interface LeaseFlags {
  readonly leaderElectResourceName?: string;
  /** Absent: the namespace of the ServiceAccount that asks, else that of the kubeconfig's context. */
  readonly leaderElectResourceNamespace?: string;
}

/** One copy of the operator outside of a cluster does without: so what is missing keeps nobody from going on. */
async function checkLease(
  { inquiry, namespace: ofContext }: Kubernetes,
  { leaderElectResourceName: name = LEASE_NAME, leaderElectResourceNamespace }: LeaseFlags,
  signal: AbortSignal,
): Promise<Finding> {
  const account = /^system:serviceaccount:([^:]+):/.exec(await inquiry.user(signal))?.[1];
  const namespace = leaderElectResourceNamespace ?? account ?? ofContext;
  const at = { group: 'coordination.k8s.io', resource: 'leases', namespace, name };
  const questions = ['get', 'create', 'update'].map(verb => ({ verb, ...at }));
  const answers = await Promise.all(questions.map(question => inquiry.may(question, signal)));
  const missing = questions.filter((_, index) => !answers[index]).map(questionText);
  if (missing.length === 0) return passed('lease', `Lease ${namespace}/${name} may be taken, so that copies are safe`);
  const cure =
    'kubectl apply -f deploy/operator-rbac.yaml; without it the operator leads nobody in a cluster, and only --leader-elect=false works';
  return warned('lease', `missing: ${missing.join('; ')}`, cure);
}

/** `patch configmaps private-monitoring/pms-records` */
function questionText({ verb, resource, subresource, namespace, name }: AccessQuestion): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = [namespace, name].filter(part => part !== undefined).join('/');
  return where === '' ? `${verb} ${what}` : `${verb} ${what} ${where}`;
}

/** Whether an operator looks after the object; nothing while there is none, and nothing says which process it is. */
export function checkOperator(kubernetes: Kubernetes, key: ObjectKey, signal: AbortSignal): Promise<Finding> {
  const check = 'operator';
  return lookedAt(check, async () => {
    const live = await kubernetes.read(key, signal);
    if (live === undefined) return skipped(check, 'the object is not in the cluster: nobody can have looked at it');
    const { generation } = live.metadata;
    const { observedGeneration, conditions = [] } = live.status;
    const ready = conditions.find(({ type }) => type === 'Ready');
    if (observedGeneration === generation)
      return passed(check, `it has seen this object as it is; Ready is ${ready?.status ?? 'not told'}`);
    const seen =
      observedGeneration === undefined
        ? 'no operator has seen this object'
        : `an operator has seen generation ${observedGeneration} of this object, which is ${generation}`;
    return warned(check, seen, 'see that `pms operator` runs, watches this namespace, and what its log says');
  });
}
