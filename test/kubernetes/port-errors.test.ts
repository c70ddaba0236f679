import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConflictError, failureOf } from '../../src/domain/failures.ts';
import { KubeError } from '../../src/kubernetes/kube-error.ts';
import { translated } from '../../src/kubernetes/port-errors.ts';

const thrownFor = (error: unknown): Promise<unknown> =>
  translated('writing a thing', () => Promise.reject(error)).then(
    () => assert.fail('nothing was thrown'),
    (thrown: unknown) => thrown,
  );

const cases: readonly { readonly name: string; readonly error: KubeError; readonly is: Record<string, unknown> }[] = [
  { name: 'no answer', error: new KubeError('ECONNREFUSED'), is: waiting('ClusterUnreachable', 5_000) },
  { name: '401', error: answer(401), is: waiting('ClusterUnreachable', 5_000) },
  { name: '429', error: answer(429, '', 3_000), is: waiting('ClusterUnreachable', 3_000) },
  { name: '503', error: answer(503, '', 60_000), is: waiting('ClusterUnreachable', 60_000) },
  { name: '500', error: answer(500), is: waiting('ClusterUnreachable', 5_000) },
  { name: '404', error: answer(404), is: waiting('NotFound', 30_000) },
  { name: '403', error: answer(403), is: { kind: 'Stalled', reason: 'Forbidden' } },
  { name: '400', error: answer(400), is: { kind: 'Stalled', reason: 'InvalidRequest' } },
  { name: '422', error: answer(422, 'spec.x: Invalid value'), is: { kind: 'Stalled', reason: 'InvalidRequest' } },
  {
    name: '422 of an object over 1 MiB',
    error: answer(422, 'data: Too long: may not be more than 1048576 bytes'),
    is: { kind: 'Stalled', reason: 'TooLarge' },
  },
  {
    name: '500 of an object that etcd does not take',
    error: answer(500, 'etcdserver: request is too large'),
    is: { kind: 'Stalled', reason: 'TooLarge' },
  },
  { name: '413', error: answer(413), is: { kind: 'Stalled', reason: 'TooLarge' } },
  { name: 'anything else', error: answer(405), is: { kind: 'Failed', reason: 'UnexpectedError' } },
];

function answer(status: number, message = '', retryAfterMs?: number): KubeError {
  return new KubeError(`${status}: ${message}`, { status, ...(retryAfterMs ? { retryAfterMs } : {}) });
}

function waiting(reason: string, retryAfterMs: number) {
  return { kind: 'Waiting', reason, retryAfterMs };
}

for (const { name, error, is } of cases) {
  test(`${name} is told as ${is.kind} ${is.reason}, with what was tried`, async () => {
    const thrown = await thrownFor(error);
    assert.deepEqual(failureOf(thrown), { ...is, message: `writing a thing: ${error.message}` });
    assert.equal((thrown as Error).cause, error);
  });
}

test('409 is a conflict', async () => {
  const thrown = await thrownFor(answer(409, 'the object has been modified'));
  assert.ok(thrown instanceof ConflictError);
  assert.match(thrown.message, /writing a thing: 409: the object has been modified/);
});

test('what is no answer of the API server, such as the caller’s abort, goes through as it is', async () => {
  const reason = new DOMException('stop', 'AbortError');
  assert.equal(await thrownFor(reason), reason);
});
