/**
 * Copies of the operator that share a Lease, for the tests of leading: started with the flags that this needs, and what
 * they and their Lease show.
 */
import { NAMESPACE, type OperatorOptions, type OperatorProcess, type Scene } from './scene.ts';

const LEASE = 'pms-operator';

/** Outside of a pod there is neither a default for election nor a namespace. */
export const ELECTION = ['--leader-elect', '--leader-elect-resource-namespace', NAMESPACE];

export const startCopy = (scene: Scene, env: NonNullable<OperatorOptions['env']> = {}): Promise<OperatorProcess> =>
  scene.startOperator({ args: ELECTION, env });

export interface LeaseView {
  readonly holderIdentity?: string;
  readonly leaseTransitions: number;
  readonly renewTime: string;
}

/** The Lease as it is; `undefined` before the first copy has made it. */
export async function leaseOf(scene: Scene): Promise<LeaseView | undefined> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${LEASE}`;
  const { status, body } = await scene.controlPlane.request('GET', path);
  return status === 404 ? undefined : body.spec;
}

/** `1` for the copy that leads, `0` for one that does not, as its metrics say. */
export async function leadershipOf({ metricsPort }: OperatorProcess): Promise<string | undefined> {
  const text = await metricsOf(metricsPort);
  return new RegExp(`^leader_election_master_status{name="${LEASE}"} ([01])$`, 'm').exec(text)?.[1];
}

export const metricsOf = async (port: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

/** HTTP status of a probe. */
export const probe = async ({ healthPort }: OperatorProcess, path: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${healthPort}${path}`)).status;
