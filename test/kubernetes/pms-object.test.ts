/**
 * What is kept of an object in memory: what a pass needs, and not what outweighs it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPms } from '../../src/kubernetes/pms-object.ts';

test('of the metadata only what a pass needs is kept', () => {
  const object = readPms({
    apiVersion: 'privatemonitoring.dev/v1alpha1',
    kind: 'PrivateMonitoringScope',
    metadata: {
      namespace: 'plant',
      name: 'plant-a',
      uid: 'u',
      resourceVersion: '7',
      generation: 2,
      creationTimestamp: '2026-11-24T12:00:00Z',
      annotations: {
        'privatemonitoring.dev/requestedAt': 'now',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
      },
      labels: { team: 'a' },
      managedFields: Array.from({ length: 500 }, () => ({ manager: 'kubectl', fieldsV1: { 'f:spec': {} } })),
      selfLink: '/apis',
    },
    spec: { location: 'japaneast' },
    status: {},
  });
  assert.deepEqual(object.metadata.annotations, { 'privatemonitoring.dev/requestedAt': 'now' });
  assert.deepEqual(Object.keys(object).sort(), ['metadata', 'spec', 'status']);
  assert.deepEqual(Object.keys(object.metadata).sort(), [
    ...['annotations', 'creationTimestamp', 'finalizers', 'generation', 'name', 'namespace', 'resourceVersion', 'uid'],
  ]);
});
