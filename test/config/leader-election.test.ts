/**
 * The flags of leader election: on in a pod and off at a desk unless something else is said, and times that keep two
 * copies from working at once.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type OperatorFlags, readOperatorConfig } from '../../src/config/operator.ts';
import { ConfigError } from '../../src/config/problems.ts';

const ID = '11111111-1111-4111-8111-111111111111';
const identity: OperatorFlags = { azureTenantId: ID, azureClientId: ID, azureClientSecret: 'pst' };
const read = (flags: OperatorFlags) => readOperatorConfig({ ...identity, ...flags }, undefined).leaderElection;

function problemsOf(flags: OperatorFlags): readonly string[] {
  try {
    read(flags);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
    throw thrown;
  }
  return [];
}

suite('leader election', () => {
  const byDefault = { name: 'pms-operator', leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

  test('is on in a cluster, with the times of client-go, and off outside', () => {
    assert.deepEqual(read({ inCluster: true }), byDefault);
    assert.equal(read({ inCluster: false }), undefined);
  });

  test('is what the flag says, wherever that is', () => {
    assert.deepEqual(read({ leaderElect: true }), byDefault);
    assert.deepEqual(read({ leaderElect: 'true' }), byDefault);
    assert.equal(read({ leaderElect: 'false', inCluster: true }), undefined);
  });

  test('takes a name, a namespace and times', () => {
    const flags = { leaderElect: true, leaderElectResourceName: 'east', leaderElectResourceNamespace: 'ops' } as const;
    const times = { leaderElectLeaseDuration: '1m', leaderElectRenewDeadline: '40s', leaderElectRetryPeriod: '5000ms' };
    assert.deepEqual(read({ ...flags, ...times }), {
      name: 'east',
      namespace: 'ops',
      leaseMs: 60_000,
      renewDeadlineMs: 40_000,
      retryMs: 5_000,
    });
  });

  test('tells everything that is wrong with it at once', () => {
    assert.deepEqual(
      problemsOf({
        leaderElect: 'perhaps',
        leaderElectResourceName: 'A_B',
        leaderElectResourceNamespace: 'a.b',
        leaderElectRetryPeriod: '2',
      }),
      [
        '--leader-elect-resource-name is "A_B": it must be a Kubernetes name (lower-case letters, digits, hyphens)',
        '--leader-elect-resource-namespace is "a.b": it must be a Kubernetes name (lower-case letters, digits, hyphens)',
        '--leader-elect-retry-period is "2": it must be a time from 1s to 10m, as 15s',
        '--leader-elect is "perhaps": it must be true or false',
      ],
    );
  });

  test('refuses times by which two copies would work, or one try would have to do', () => {
    assert.match(String(problemsOf({ leaderElectRenewDeadline: '15s' })), /two copies would work/);
    assert.match(String(problemsOf({ leaderElectRetryPeriod: '9s' })), /longer than 1\.2 times/);
    assert.match(String(problemsOf({ leaderElectLeaseDuration: '11m' })), /from 1s to 10m/);
  });
});
