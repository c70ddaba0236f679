import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { stalled, waiting } from '../../src/domain/failures.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import {
  ABSENT,
  type Observed,
  present,
  type Resolution,
  type TargetSight,
  unread,
} from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { recordsHash } from '../../src/domain/records.ts';
import { groupIdOf } from '../../src/domain/rights.ts';
import * as plant from '../model/plant.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/plan/${name}.txt`, import.meta.url).pathname;

const OTHER_SCOPE = plant.scope().id.replace(/[^/]+$/, 'other');
const STORAGE = plant.scope().id.replace(/providers\/.*$/, 'providers/Microsoft.Storage/storageAccounts/logs');
const otherEndpoint = (over: Parameters<typeof plant.endpoint>[0]) =>
  plant.endpoint({ id: `${plant.endpoint().id}-other`, name: 'pe-other', scopeId: OTHER_SCOPE, ...over });

interface Case {
  readonly name: string;
  readonly object?: PmsObject;
  readonly seen: Observed;
}

/** With these lines in the target. */
const targetHas = (lines: TargetSight['lines'], over: Pick<TargetSight, 'draining'> = {}) =>
  plant.fullAzure(plant.pms(), { target: present({ lines, maxBytes: 900_000, ttlSeconds: 60, ...over }) });

/** Our lines, with one name that another object holds. */
const rivalLines = () =>
  plant
    .lines([plant.GUID_A], 'plant/plant-a')
    .map(line =>
      line.name === 'api.monitor.azure.com' ? { ...line, owners: ['other/b'], addresses: ['10.99.0.4'] } : line,
    );

const workspaceIs = (over: Parameters<typeof plant.workspace>[1]) =>
  plant.fullAzure(plant.pms(), {
    workspaces: new Map([['workspace/law-plant-a', { reading: present(plant.workspace('law-plant-a', over)) }]]),
  });
const endpointIs = (over: Parameters<typeof plant.endpoint>[0]) =>
  plant.fullAzure(plant.pms(), { endpoint: { reading: present(plant.endpoint(over)) } });
const young = plant.inventoryOf(plant.pms(), new Date(plant.NOW - 5_000).toISOString());
const half = (over: Partial<Observed>) => plant.emptyAzure(plant.pms(), { inventory: young, ...over });
const there = plant.fullAzure();

const oneWrong: Resolution = {
  recordsHash: recordsHash(plant.lines()),
  servers: ['coredns-a'],
  questions: 54,
  askedAt: plant.NOW,
  wrong: [{ server: 'coredns-a', name: 'api.monitor.azure.com', type: 'A', rcode: 'NOERROR', addresses: ['20.1.1.1'] }],
};

const cases: readonly Case[] = [
  { name: 'nothing-exists', seen: plant.emptyAzure() },
  {
    name: 'no-token',
    seen: plant.emptyAzure(plant.pms(), {
      identity: unread(stalled('AuthenticationFailed', 'AADSTS7000215: wrong secret')),
    }),
  },
  { name: 'put-sent-not-visible-yet', seen: half({}) },
  {
    name: 'workspace-creating',
    seen: half({
      workspaces: new Map([
        [
          'workspace/law-plant-a',
          { reading: present(plant.workspace('law-plant-a', { provisioningState: 'Creating' })) },
        ],
      ]),
      scope: { reading: present(plant.scope()) },
      scopeLinks: present([]),
    }),
  },
  {
    name: 'workspace-and-scope-there',
    seen: half({
      workspaces: there.workspaces,
      scope: there.scope,
      scopeLinks: present([]),
      inventory: plant.inventoryOf(plant.pms()).slice(0, 2),
    }),
  },
  {
    name: 'link-provisioning',
    seen: half({
      workspaces: there.workspaces,
      scope: there.scope,
      scopeLinks: present([]),
      links: new Map([
        [
          'scopedResource/law-plant-a',
          { reading: present(plant.link('law-plant-a', { provisioningState: 'Provisioning' })) },
        ],
      ]),
    }),
  },
  {
    name: 'linked',
    seen: half({
      workspaces: there.workspaces,
      scope: there.scope,
      scopeLinks: there.scopeLinks,
      links: there.links,
      inventory: plant.inventoryOf(plant.pms()).slice(0, 3),
    }),
  },
  {
    name: 'endpoint-updating',
    seen: plant.fullAzure(plant.pms(), {
      endpoint: { reading: present(plant.endpoint({ provisioningState: 'Updating' })) },
      networkInterface: ABSENT,
      target: plant.emptyAzure().target,
      resolution: ABSENT,
    }),
  },
  {
    name: 'endpoint-put-in-flight',
    seen: half({
      workspaces: there.workspaces,
      scope: there.scope,
      scopeLinks: there.scopeLinks,
      links: there.links,
      endpoint: { reading: ABSENT, write: { is: 'InFlight' } },
    }),
  },
  {
    name: 'required-members-race',
    seen: half({
      workspaces: there.workspaces,
      scope: there.scope,
      scopeLinks: there.scopeLinks,
      links: there.links,
      endpoint: {
        reading: ABSENT,
        write: {
          is: 'HeldOff',
          failure: waiting('RequiredMembersMismatch', 'Mismatching RequiredMembers in Request', 5_000),
          retryAt: plant.NOW + 4_000,
        },
      },
    }),
  },
  {
    name: 'endpoint-there-nothing-published',
    seen: plant.fullAzure(plant.pms(), { target: plant.emptyAzure().target, resolution: ABSENT }),
  },
  { name: 'published-not-asked', seen: plant.fullAzure(plant.pms(), { resolution: ABSENT }) },
  {
    name: 'one-wrong-answer',
    seen: plant.fullAzure(plant.pms(), {
      resolution: present(oneWrong),
    }),
  },
  {
    name: 'published-and-not-taken-up',
    seen: plant.fullAzure(plant.pms(), {
      resolution: present({
        ...oneWrong,
        reload: stalled('CoreDNSRestartRequired', 'no block of the Corefile has the line reload'),
      }),
    }),
  },
  { name: 'all-there', seen: there },
  { name: 'drift-retention', seen: workspaceIs({ retentionInDays: 7 }) },
  { name: 'drift-retention-would-be-lowered', seen: workspaceIs({ retentionInDays: 90 }) },
  { name: 'drift-tag-changed', object: plant.pms({ spec: { tags: { plant: 'a' } } }), seen: there },
  {
    name: 'drift-workspace-gone',
    seen: plant.fullAzure(plant.pms(), { workspaces: plant.emptyAzure().workspaces, softDeleted: present([]) }),
  },
  {
    name: 'drift-workspace-soft-deleted',
    seen: plant.fullAzure(plant.pms(), {
      workspaces: plant.emptyAzure().workspaces,
      softDeleted: present([{ id: plant.workspace().id, name: 'law-plant-a', location: 'japaneast' }]),
    }),
  },
  { name: 'status-was-lost', seen: plant.fullAzure(plant.pms(), { inventory: [] }) },
  { name: 'drift-workspace-failed', seen: workspaceIs({ provisioningState: 'Failed' }) },
  { name: 'drift-owner-tag-stripped', seen: workspaceIs({ tags: {} }) },
  { name: 'drift-owned-by-other', seen: workspaceIs({ tags: { 'PMS-Owner': 'other-cluster/plant/plant-a' } }) },
  { name: 'drift-workspace-in-other-region', seen: workspaceIs({ location: 'westeurope' }) },
  {
    name: 'drift-access-mode',
    object: plant.pms({ spec: { privateLinkScope: { accessModes: { query: 'Open' } } } }),
    seen: plant.fullAzure(plant.pms(), {
      scope: { reading: present(plant.scope({ accessModes: { ingestion: 'Open', query: 'PrivateOnly' } })) },
    }),
  },
  {
    name: 'access-mode-not-stated-is-left',
    seen: plant.fullAzure(plant.pms(), {
      scope: { reading: present(plant.scope({ accessModes: { ingestion: 'PrivateOnly', query: 'PrivateOnly' } })) },
    }),
  },
  {
    name: 'drift-link-gone',
    seen: plant.fullAzure(plant.pms(), {
      links: new Map([['scopedResource/law-plant-a', { reading: ABSENT }]]),
      scopeLinks: present([]),
    }),
  },
  {
    name: 'endpoint-hangs-in-updating',
    seen: plant.fullAzure(plant.pms(), {
      endpoint: {
        reading: present(plant.endpoint({ provisioningState: 'Updating' })),
        unsettledSince: plant.NOW - 3_700_000,
      },
      networkInterface: ABSENT,
      resolution: ABSENT,
      target: plant.emptyAzure().target,
    }),
  },
  {
    name: 'inventory-full',
    seen: plant.emptyAzure(plant.pms(), {
      inventory: Array.from({ length: 253 }, (_, index) => ({
        key: `workspace/old-${index}`,
        id: plant.workspace(`old-${index}`).id,
        origin: 'Created',
        policy: 'Delete',
      })),
    }),
  },
  {
    name: 'drift-endpoint-gone',
    seen: plant.fullAzure(plant.pms(), { endpoint: { reading: ABSENT }, networkInterface: ABSENT }),
  },
  {
    name: 'drift-endpoint-rejected',
    seen: endpointIs({ connectionStatus: 'Rejected', connectionDescription: 'not ours' }),
  },
  { name: 'drift-endpoint-in-other-subnet', seen: endpointIs({ subnetId: `${plant.SUBNET}-b` }) },
  { name: 'drift-records-edited', seen: targetHas(plant.lines().slice(1)) },
  { name: 'subnet-missing', seen: plant.emptyAzure(plant.pms(), { subnet: ABSENT }) },
  {
    name: 'subnet-full',
    seen: plant.emptyAzure(plant.pms(), {
      subnet: present({
        id: plant.SUBNET,
        location: 'japaneast',
        addressPrefixes: ['10.13.1.0/28'],
        addressesUsed: 2,
        networkEndpointIds: [],
      }),
    }),
  },
  {
    name: 'subnet-in-other-region',
    seen: plant.emptyAzure(plant.pms(), {
      subnet: present({
        id: plant.SUBNET,
        location: 'westeurope',
        addressPrefixes: ['10.13.1.0/27'],
        addressesUsed: 0,
        networkEndpointIds: [],
      }),
    }),
  },
  {
    name: 'resource-group-missing',
    seen: plant.emptyAzure(plant.pms(), { softDeleted: ABSENT, isGroupMissing: true }),
  },
  {
    name: 'other-scope-on-network',
    seen: plant.emptyAzure(plant.pms(), { networkEndpoints: present([otherEndpoint({})]) }),
  },
  {
    name: 'other-endpoints-on-network-that-do-no-harm',
    seen: plant.emptyAzure(plant.pms(), {
      networkEndpoints: present([otherEndpoint({ scopeId: STORAGE }), otherEndpoint({ connectionStatus: 'Rejected' })]),
    }),
  },
  {
    name: 'workspace-linked-to-another-scope',
    seen: workspaceIs({ linkedBy: [{ linkId: plant.link().id }, { linkId: `${OTHER_SCOPE}/scopedResources/theirs` }] }),
  },
  {
    name: 'workspace-linked-to-as-many-scopes-as-azure-allows',
    seen: plant.emptyAzure(plant.pms(), {
      workspaces: new Map([
        [
          'workspace/law-plant-a',
          {
            reading: present(
              plant.workspace('law-plant-a', {
                linkedBy: Array.from({ length: 100 }, (_, index) => ({
                  linkId: `${OTHER_SCOPE}${index % 2}/scopedResources/theirs`,
                })),
              }),
            ),
          },
        ],
      ]),
      inventory: plant.inventoryOf(plant.pms()).slice(0, 1),
    }),
  },
  {
    name: 'rights-missing',
    seen: plant.emptyAzure(plant.pms(), {
      rights: present([
        { scope: groupIdOf(plant.spec()), permissions: [{ actions: ['*/read'], notActions: [] }] },
        { scope: plant.SUBNET, permissions: [{ actions: ['*'], notActions: ['Microsoft.Network/*/join/action'] }] },
      ]),
    }),
  },
  {
    name: 'subnet-too-small-for-what-the-scope-requires',
    seen: half({
      workspaces: there.workspaces,
      scope: there.scope,
      scopeLinks: there.scopeLinks,
      links: there.links,
      inventory: plant.inventoryOf(plant.pms()).slice(0, 3),
      endpointNeed: present({ members: Array.from({ length: 31 }, (_, index) => `member-${index}`), zones: [] }),
    }),
  },
  {
    name: 'azure-unreachable',
    seen: plant.fullAzure(plant.pms(), {
      endpoint: { reading: unread(waiting('AzureUnreachable', 'no answer', 1_000)) },
      networkInterface: ABSENT,
    }),
  },
  { name: 'name-conflict', seen: targetHas(rivalLines()) },
  {
    name: 'target-draining',
    seen: targetHas(plant.lines([plant.GUID_A], 'plant/plant-a'), { draining: { instead: ['lan', 'branch'] } }),
  },
  {
    name: 'target-draining-and-name-conflict',
    seen: targetHas(
      rivalLines().filter(({ name, owners }) => owners.includes('other/b') || name.startsWith(plant.GUID_A)),
      { draining: { instead: [] } },
    ),
  },
  {
    name: 'target-not-allowed',
    seen: plant.fullAzure(plant.pms(), {
      target: unread(stalled('TargetNotAllowed', 'objects of namespace plant may not publish into default')),
      resolution: ABSENT,
    }),
  },
];

suite('the plan', () => {
  for (const { name, object, seen } of cases) {
    test(`${name.replaceAll('-', ' ')} gives the plan on file`, t => {
      const text = planText(plan(desire(object ?? plant.pms(), plant.INSTALLATION), seen, plant.RULES));
      t.assert.fileSnapshot(text, golden(name), textSerializer);
    });
  }

  test('a converged object plans no action', () => {
    const { steps } = plan(desire(plant.pms(), plant.INSTALLATION), plant.fullAzure(), plant.RULES);
    assert.deepEqual(
      steps.flatMap(step => step.verdict.actions),
      [],
    );
    assert.ok(steps.every(step => step.verdict.state === 'Ready'));
  });

  test('nothing is created while the preflight has a fatal finding', () => {
    const fatal = [
      ...['subnet-missing', 'subnet-full', 'subnet-in-other-region', 'no-token', 'resource-group-missing'],
      ...['other-scope-on-network', 'rights-missing', 'workspace-linked-to-as-many-scopes-as-azure-allows'],
    ];
    for (const name of fatal) {
      const found = cases.find(candidate => candidate.name === name);
      assert.ok(found);
      const { steps } = plan(desire(plant.pms(), plant.INSTALLATION), found.seen, plant.RULES);
      assert.deepEqual(
        steps.flatMap(step => step.verdict.actions),
        [],
        name,
      );
    }
  });
});
