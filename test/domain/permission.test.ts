/**
 * Who may act with the operator's own identity, and where: every place that an object names, derives or owns is looked at.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire, wantsOf } from '../../src/domain/desire.ts';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import { isNamed, placeRefusal } from '../../src/domain/permission.ts';
import { INSTALLATION, pms } from '../model/plant.ts';

const BASE = pms({ spec: {}, name: 'plant-a' });
const { subscriptionId, resourceGroup } = BASE.spec;
const FOREIGN = '99999999-9999-4999-8999-999999999999';
const at = (type: string, group: string, subscription = subscriptionId) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}`;
const subnet = (group: string, subscription?: string) =>
  at('Microsoft.Network/virtualNetworks/vnet/subnets/monitoring', group, subscription);
const law = (group: string, subscription?: string) =>
  at('Microsoft.OperationalInsights/workspaces/law', group, subscription);

const here = (spec: Partial<Spec> = {}): PmsObject =>
  pms({ spec: { privateEndpoint: { subnetId: subnet(resourceGroup) }, ...spec }, name: 'plant-a' });
const groups = (...resourceGroups: string[]) => ({
  namespaces: ['plant'],
  allowed: [{ subscriptionId: subscriptionId.toUpperCase(), resourceGroups }],
});
const OURS = groups(resourceGroup.toUpperCase());
const refusal = (object: PmsObject, rules = OURS) => placeRefusal(object, desire(object, INSTALLATION), rules);

/** A deleted one that has made what it wants. */
function leaving(object: PmsObject, id?: string): PmsObject {
  const resources = wantsOf(desire(object, INSTALLATION)).map(want => ({
    key: want.key,
    id: id ?? want.id,
    origin: 'Created' as const,
    policy: 'Delete' as const,
  }));
  const metadata = { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
  return { ...object, metadata, status: { resources } } as PmsObject;
}

test('a namespace is named by its name or with all others, and by nothing else', () => {
  const named = (...namespaces: string[]) => isNamed('plant', { namespaces });
  assert.deepEqual([named('plant'), named('*'), named('b', 'plant')], [true, true, true]);
  assert.deepEqual([named(), named('plant-a'), named('PLANT'), named('pl*')], [false, false, false, false]);
});

suite('the places of an object', () => {
  test('all within the allowed ones, in any letter case, hold nothing back; without a list neither does any', () => {
    assert.equal(refusal(here()), undefined);
    assert.equal(refusal(here(), { ...OURS, allowed: [{ subscriptionId }] } as never), undefined);
    const { allowed: _, ...anywhere } = OURS;
    assert.equal(placeRefusal(here({ resourceGroup: 'rg-x' }), desire(here(), INSTALLATION), anywhere), undefined);
  });

  const outside: readonly (readonly [field: string, spec: Partial<Spec>])[] = [
    ['spec.resourceGroup', { resourceGroup: 'rg-x' }],
    ['spec.resourceGroup', { subscriptionId: FOREIGN }],
    ['spec.privateEndpoint.subnetId', { privateEndpoint: { subnetId: subnet('rg-x') } }],
    ['spec.privateEndpoint.subnetId', { privateEndpoint: { subnetId: subnet(resourceGroup, FOREIGN) } }],
    [
      'spec.privateEndpoint.resourceId',
      { privateEndpoint: { resourceId: at('Microsoft.Network/privateEndpoints/p', 'x') } },
    ],
    ['spec.workspaces[1].resourceId', { workspaces: [{ name: 'a' }, { name: 'law', resourceId: law('rg-x') }] }],
    [
      'spec.applicationInsights[0].resourceId',
      { applicationInsights: [{ name: 'a', resourceId: at('Microsoft.Insights/components/a', 'rg-x') }] },
    ],
    [
      'spec.privateLinkScope.resourceId',
      { privateLinkScope: { resourceId: at('Microsoft.Insights/privateLinkScopes/s', 'x') } },
    ],
    [
      'spec.privateEndpoint.zoneGroup.zoneIds[0]',
      {
        privateEndpoint: {
          subnetId: subnet(resourceGroup),
          zoneGroup: { zoneIds: [at('Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com', 'rg-x')] },
        },
      },
    ],
    [
      'spec.privateEndpoint.zoneGroup.createZones.resourceGroup',
      {
        privateEndpoint: {
          subnetId: subnet(resourceGroup),
          zoneGroup: { createZones: { resourceGroup: 'rg-x', linkTo: [] } },
        },
      },
    ],
    [
      'spec.dataCollection.machines.selector.resourceGroup',
      { dataCollection: { endpoints: [{ name: 'dce' }], machines: { selector: { resourceGroup: 'rg-x' } } } },
    ],
    [
      'spec.dataCollection.machines.resourceIds[0]',
      {
        dataCollection: {
          endpoints: [{ name: 'dce' }],
          machines: { resourceIds: [at('Microsoft.HybridCompute/machines/line-1', 'rg-x')] },
        },
      },
    ],
    [
      'spec.privateEndpoint.zoneGroup.createZones.linkTo[0]',
      {
        privateEndpoint: {
          subnetId: subnet(resourceGroup),
          zoneGroup: {
            createZones: { resourceGroup, linkTo: [at('Microsoft.Network/virtualNetworks/hub', 'rg-x')] },
          },
        },
      },
    ],
  ];
  for (const [field, spec] of outside) {
    test(`${field} outside is refused by name: ${JSON.stringify(spec)}`, () => {
      const failure = refusal(here(spec));
      assert.deepEqual([failure?.kind, failure?.reason], ['Stalled', 'PlaceNotAllowed']);
      assert.ok(failure?.message.startsWith(`${field}: `), failure?.message);
      assert.match(failure?.message ?? '', /globalIdentity\.allowed.*choose another place, or ask the administrator/);
    });
  }

  test('an id that could lead elsewhere by dots or an escape is in no place', () => {
    for (const group of [`${resourceGroup}/../rg-x`, `${resourceGroup}/providers/x/%2e%2e/y`, `${resourceGroup}?a=`]) {
      const resourceId = law(group);
      assert.equal(refusal(here({ workspaces: [{ name: 'law', resourceId }] }))?.reason, 'PlaceNotAllowed', resourceId);
    }
  });

  test('tags are words, not places', () => {
    assert.equal(refusal(here({ tags: { 'hidden-link': law('rg-x') } })), undefined);
  });

  test('what the status says it owns counts too', () => {
    const object = here();
    const resources = [{ key: 'workspace/old', id: law('rg-x'), origin: 'Created', policy: 'Retain' }];
    const failure = refusal({ ...object, status: { resources } } as PmsObject);
    assert.match(failure?.message ?? '', /^status\.resources workspace\/old: /);
  });
});

suite('a deletion', () => {
  test('asks nothing of a spec that leads elsewhere, when nothing is owned', () => {
    const object = leaving(here({ resourceGroup: 'rg-x' }));
    assert.equal(refusal({ ...object, status: {} }), undefined);
  });

  test('of what it owns outside is refused', () => {
    assert.equal(refusal(leaving(here()), groups('rg-y'))?.reason, 'PlaceNotAllowed');
    assert.equal(refusal(leaving(here())), undefined);
  });

  test('of an abandoned object asks nothing', () => {
    const object = leaving(here());
    const annotations = { 'privatemonitoring.dev/abandon': object.metadata.uid };
    assert.equal(refusal({ ...object, metadata: { ...object.metadata, annotations } }, groups('rg-y')), undefined);
  });
});
