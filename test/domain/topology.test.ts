/**
 * The tree of an object from its status, as text and as a Mermaid flow chart.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PmsObject } from '../../src/domain/object.ts';
import { topologyOf } from '../../src/domain/topology.ts';
import { treeMermaid, treeText } from '../../src/domain/topology-text.ts';

const golden = (name: string) => new URL(`../golden/topology/${name}.txt`, import.meta.url).pathname;
const plain = { serializers: [(text: unknown) => String(text)] };
const group = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-monitor/providers';
const at = '2026-11-25T10:00:00Z';

const condition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: at,
});
const machine = (name: string) => `${group}/Microsoft.HybridCompute/machines/${name}`;

const plant = (over: Partial<PmsObject['status']> = {}, spec: Partial<PmsObject['spec']> = {}): PmsObject => ({
  metadata: {
    namespace: 'plant',
    name: 'plant-a',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: at,
    finalizers: [],
    annotations: {},
  },
  spec: {
    subscriptionId: '11111111-2222-3333-4444-555555555555',
    resourceGroup: 'rg-monitor',
    location: 'japaneast',
    workspaces: [{ name: 'law-plant-a' }],
    privateEndpoint: { subnetId: `${group}/Microsoft.Network/virtualNetworks/v/subnets/s` },
    ...spec,
  },
  status: over,
});

const running = plant(
  {
    conditions: [
      condition('Ready', 'False', 'HeartbeatMissing', 'line-3 is silent'),
      condition('ScopeReady', 'True', 'AllReady', 'scope ampls-plant-a is there'),
      condition('ResourcesLinked', 'True', 'AllReady', 'all linked'),
      condition('EndpointReady', 'True', 'AllReady', 'endpoint pe-plant-a has 11 addresses'),
      condition('RecordsPublished', 'True', 'Published', '14 records'),
      condition('RecordsResolving', 'Unknown', 'NoDnsAnswer', '10.0.0.53:53 does not answer'),
      condition(
        'TelemetryFlowing',
        'False',
        'HeartbeatMissing',
        '1 of 3 machines report; line-3 has sent no heartbeat',
      ),
    ],
    recordCount: 2,
    records: [
      { name: 'api.monitor.azure.com', addresses: ['10.0.1.7'], source: 'NetworkInterface' },
      { name: 'api.loganalytics.io', addresses: ['10.0.1.7'], source: 'Alias' },
    ],
    resources: [
      {
        key: 'privateEndpoint',
        id: `${group}/Microsoft.Network/privateEndpoints/pe-plant-a`,
        origin: 'Created',
        policy: 'Delete',
      },
      {
        key: 'privateLinkScope',
        id: `${group}/Microsoft.Insights/privateLinkScopes/ampls-plant-a`,
        origin: 'Adopted',
        policy: 'Retain',
      },
      { key: 'scopedResource/law-plant-a', id: `${group}/x/law-plant-a-12345678`, origin: 'Created', policy: 'Delete' },
      {
        key: 'workspace/law-plant-a',
        id: `${group}/Microsoft.OperationalInsights/workspaces/law-plant-a`,
        origin: 'Created',
        policy: 'Retain',
        closed: { before: { ingestion: 'Enabled' }, at },
      },
    ],
    machineCount: { selected: 22, associated: 22, reporting: 20, private: 20 },
    machines: [
      { id: machine('line-3'), agent: 'Failed', problem: 'the extension failed' },
      { id: machine('line-1'), agent: 'Succeeded', lastHeartbeat: at, privatePath: 'True' },
    ],
  },
  { dataCollection: { endpoints: [{ name: 'dce-a' }], machines: { selector: {} } } },
);

test('the tree leads from the machines to the workspaces, each step with its state', t => {
  t.assert.fileSnapshot(treeText(topologyOf(running)), golden('running'), plain);
});

test('the flow chart has the same nodes and arrows', t => {
  t.assert.fileSnapshot(treeMermaid(topologyOf(running)), golden('running-mermaid'), plain);
});

test('an object that nobody has looked at yet has a tree of what is to come', t => {
  t.assert.fileSnapshot(treeText(topologyOf(plant())), golden('new'), plain);
});

test('words that would end a label or be HTML are harmless in the flow chart', () => {
  const evil = { kind: 'machine', name: '"]; click <img src=x>', state: 'bad', detail: '', children: [] } as const;
  assert.match(treeMermaid(evil), /\["✖ machine #quot;\]; click &lt;img src=x&gt;"\]:::bad/);
});
