/**
 * What `pms check` asks the API server: its version, who we are and what we may do, and how our resource is installed.
 * Nothing is kept there: reviews are answered and forgotten. src/kubernetes/kubernetes.ts offers it.
 */
import { GROUP, PLURAL, VERSION } from '../domain/object.ts';
import type { KubeClient } from './client.ts';
import { hasStatus } from './kube-error.ts';
import { translated } from './port-errors.ts';
import { isRecord, recordAt, recordsAt, textAt } from './raw-object.ts';

/** One thing that somebody may do or not. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent: in all namespaces, or for what has none. */
  readonly namespace?: string;
  readonly name?: string;
}

export interface ClusterInquiry {
  /** `v1.35.0` */
  version(signal: AbortSignal): Promise<string>;
  /** The user name that the API server knows us by. */
  user(signal: AbortSignal): Promise<string>;
  /** Whether our resource is served in our version. */
  isServed(signal: AbortSignal): Promise<boolean>;
  /** The schema of our version as it is installed; `undefined` when we may not read it. */
  schema(signal: AbortSignal): Promise<unknown>;
  may(question: AccessQuestion, signal: AbortSignal): Promise<boolean>;
}

const CRD_PATH = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${PLURAL}.${GROUP}`;

export function createClusterInquiry(client: KubeClient): ClusterInquiry {
  const get = (path: string, signal: AbortSignal) => client.request('GET', path, { signal });
  const review = async (kind: string, group: string, spec: object, signal: AbortSignal) => {
    const path = `/apis/${group}.k8s.io/v1/${kind.toLowerCase()}s`;
    const body = { apiVersion: `${group}.k8s.io/v1`, kind, spec };
    const answer = await client.request('POST', path, { body, signal });
    return isRecord(answer) ? recordAt(answer, 'status') : {};
  };
  return {
    version: signal =>
      translated('asking for the version', async () => {
        const answer = await get('/version', signal);
        return (isRecord(answer) && textAt(answer, 'gitVersion')) || 'unknown';
      }),
    user: signal =>
      translated('asking who we are', async () => {
        const status = await review('SelfSubjectReview', 'authentication', {}, signal);
        return textAt(recordAt(status, 'userInfo'), 'username') ?? 'unknown';
      }),
    isServed: signal =>
      translated('asking for our resource', async () => {
        const answer = await unlessStatus(404, () => get(`/apis/${GROUP}/${VERSION}`, signal));
        return isRecord(answer) && recordsAt(answer, 'resources').some(({ name }) => name === PLURAL);
      }),
    schema: signal =>
      translated('reading the CRD', async () => {
        const answer = await unlessStatus(403, () => get(CRD_PATH, signal));
        if (!isRecord(answer)) return undefined;
        const versions = recordsAt(recordAt(answer, 'spec'), 'versions');
        const version = versions.find(({ name }) => name === VERSION);
        return version && recordAt(version, 'schema').openAPIV3Schema;
      }),
    may: (question, signal) =>
      translated('asking what we may do', async () => {
        const resourceAttributes = { version: '*', ...question };
        const status = await review('SelfSubjectAccessReview', 'authorization', { resourceAttributes }, signal);
        return status.allowed === true;
      }),
  };
}

async function unlessStatus(status: number, call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (thrown) {
    if (hasStatus(thrown, status)) return undefined;
    throw thrown;
  }
}
