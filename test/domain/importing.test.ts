import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { stalled } from '../../src/domain/failures.ts';
import { type FoundScope, importLeftovers, importScope, objectName } from '../../src/domain/importing.ts';
import { ABSENT, present, type Reading, unread } from '../../src/domain/observed.ts';
import type { PrivateEndpoint, ScopedResource, Workspace } from '../../src/domain/resources.ts';
import type { ZoneGroup } from '../../src/domain/zone-resources.ts';
import * as plant from '../model/plant.ts';
import { ADOPTED } from '../model/plant-adoption.ts';
import { collector } from '../model/plant-collection.ts';
import { HUB_ZONES, REQUIRED } from '../model/plant-zones.ts';

const { workspace, component, scope, endpoint } = ADOPTED;
const linkTo = (targetId: string, name = 'by-hand'): ScopedResource => ({
  ...plant.link(),
  id: `${scope.body.id}/scopedresources/${name}`,
  name,
  targetId: targetId.toLowerCase(),
});
const linked = (body: Workspace = workspace.body) => ({ link: linkTo(body.id), target: present(body) });
const connected = (body: PrivateEndpoint = endpoint.body) => ({
  connection: plant.connectionOf(body.id),
  endpoint: present(body),
});
const found = (over: Partial<FoundScope> = {}): FoundScope => ({
  scope: scope.body,
  links: [linked(), { link: linkTo(component.body.id), target: present(component.body) }],
  connections: [connected()],
  ...over,
});
const skippedIn = (over: Partial<FoundScope>) =>
  importScope(found(over), {}).lines.flatMap(({ name, skippedBecause }) =>
    skippedBecause === undefined ? [] : [`${name}: ${skippedBecause}`],
  );
const named = (name: string): Workspace => ({ ...workspace.body, name, id: `${workspace.body.id}-${name}` });

suite('an import', () => {
  test('is one object that adopts all by ids in the documented letter case', () => {
    const { manifest, lines } = importScope(found(), { namespace: 'monitoring' });
    assert.deepEqual(manifest?.metadata, { name: 'ampls-hub', namespace: 'monitoring' });
    assert.deepEqual(manifest?.spec, {
      subscriptionId: '22222222-2222-4222-8222-222222222222',
      resourceGroup: 'rg-hub',
      location: 'japaneast',
      workspaces: [{ name: 'law-hub', resourceId: workspace.body.id }],
      applicationInsights: [
        { name: 'web', resourceId: workspace.body.id.replace(/Microsoft\.Op.*/, 'Microsoft.Insights/components/web') },
      ],
      privateLinkScope: {
        resourceId: workspace.body.id.replace(/Microsoft\.Op.*/, 'Microsoft.Insights/privateLinkScopes/ampls-hub'),
      },
      privateEndpoint: { resourceId: endpoint.body.id },
    });
    assert.deepEqual(
      lines.map(({ skippedBecause }) => skippedBecause),
      [undefined, undefined, undefined, undefined],
    );
  });

  test('gives items of one name another one, within what the CRD takes', () => {
    const long = 'w'.repeat(63);
    const { manifest } = importScope(
      found({ links: ['Law-1', 'law-1', 'LAW-1', long, long].map(name => linked(named(name))) }),
      {},
    );
    assert.deepEqual(
      manifest?.spec.workspaces.map(({ name }) => name),
      ['Law-1', 'law-1-2', 'LAW-1-3', long, `${long.slice(0, 61)}-2`],
    );
  });

  test('takes the approved endpoint beside the scope, and says why not the others', () => {
    const other = (name: string, over: Partial<PrivateEndpoint> = {}): PrivateEndpoint => ({
      ...endpoint.body,
      id: endpoint.body.id.replace('/rg-hub/', '/rg-a/').replace('pe-hub', name),
      name,
      ...over,
    });
    const gone = other('pe-gone');
    const forbidden = other('pe-forbidden');
    const connections = [
      connected(other('pe-first')),
      connected(other('pe-asking', { connectionStatus: 'Pending' })),
      { connection: plant.connectionOf(gone.id), endpoint: ABSENT },
      { connection: plant.connectionOf(forbidden.id), endpoint: unread<never>(stalled('Forbidden', 'no right')) },
      connected(),
    ];
    const { manifest } = importScope(found({ connections }), {});
    assert.equal(manifest?.spec.privateEndpoint.resourceId, endpoint.body.id);
    assert.deepEqual(skippedIn({ connections }), [
      'private endpoint pe-first: an object has one private endpoint, and pe-hub is it: write another object for this one, with another DNS target',
      'private endpoint pe-asking: its connection is Pending',
      'private endpoint pe-gone: it is not there any more',
      'private endpoint pe-forbidden: it cannot be read: no right',
    ]);
  });

  test('leaves out links whose target is gone, may not be read, or is no part of an object', () => {
    const links = [
      linked(),
      {
        link: linkTo('/subscriptions/s/resourceGroups/r/providers/Microsoft.OperationalInsights/workspaces/gone'),
        target: ABSENT,
      },
      { link: linkTo(component.body.id, 'dark'), target: unread<never>(stalled('Forbidden', 'no right')) },
      {
        link: linkTo('/subscriptions/s/resourceGroups/r/providers/Microsoft.Monitor/accounts/metrics', 'metrics'),
      },
    ];
    assert.deepEqual(skippedIn({ links }), [
      'link by-hand: gone, which it links, is not there any more',
      'link dark: web, which it links, cannot be read: no right',
      'link metrics: resources of type microsoft.monitor/accounts are no part of an object; it stays linked as it is',
    ]);
  });

  test('adopts the data collection endpoints that the scope links, as many as an object can have', () => {
    const endpoints = Array.from({ length: 17 }, (_, index) =>
      collector({ name: `dce-${index}`, id: collector().id.replace('dce-a', `dce-${index}`) }),
    );
    const links = [linked(), ...endpoints.map(body => ({ link: linkTo(body.id, body.name), target: present(body) }))];
    const { dataCollection } = importScope(found({ links }), {}).manifest?.spec ?? {};
    assert.equal(dataCollection?.endpoints.length, 16);
    assert.deepEqual(dataCollection?.endpoints[0], { name: 'dce-0', resourceId: endpoints[0]?.id });
    assert.deepEqual(Object.keys(dataCollection ?? {}), ['endpoints'], 'what agents collect is asked for by nobody');
    assert.deepEqual(skippedIn({ links }), [
      'data collection endpoint dce-16: an object takes 16 of a kind at most; it stays linked as it is',
    ]);
  });

  test('takes as many workspaces as an object can have', () => {
    const links = Array.from({ length: 51 }, (_, index) => linked(named(`law-${index}`)));
    assert.equal(importScope(found({ links }), {}).manifest?.spec.workspaces.length, 50);
    assert.deepEqual(skippedIn({ links }), [
      'workspace law-50: an object takes 50 of a kind at most; it stays linked as it is',
    ]);
  });

  test('of a scope without an endpoint or without a workspace is none, and all that hangs on it is skipped with it', () => {
    for (const over of [{ connections: [] }, { links: [] }]) {
      const { manifest, lines } = importScope(found(over), {});
      assert.equal(manifest, undefined);
      assert.ok(lines.every(({ skippedBecause }) => skippedBecause !== undefined));
    }
  });

  test('tells of a resource group what hangs on no scope, once', () => {
    const { lines } = importScope(found(), {});
    const left = importLeftovers([workspace.body, named('alone'), endpoint.body], lines);
    assert.deepEqual(
      left.map(({ name, skippedBecause }) => `${name}: ${skippedBecause}`),
      ['workspace alone: it is not linked to a private link scope that was read'],
    );
  });

  const GROUP: ZoneGroup = {
    kind: 'zoneGroup',
    id: `${endpoint.body.id}/privateDnsZoneGroups/default`,
    name: 'default',
    provisioningState: 'Succeeded',
    configs: [{ name: 'monitor', zoneId: `${HUB_ZONES}/${REQUIRED[0]}`.replace('resourceGroups', 'resourcegroups') }],
    records: [],
  };
  const withGroups = (zoneGroups: Reading<readonly ZoneGroup[]>) =>
    importScope(found({ connections: [{ ...connected(), zoneGroups }] }), {});

  test('names the zones of the zone group that the endpoint has, and tells the group', () => {
    const { manifest, lines } = withGroups(present([GROUP]));
    assert.deepEqual(manifest?.spec.privateEndpoint, {
      resourceId: endpoint.body.id,
      zoneGroup: { zoneIds: [`${HUB_ZONES}/${REQUIRED[0]}`] },
    });
    assert.deepEqual(lines.at(-1), { id: GROUP.id, name: 'private DNS zone group default' });
  });

  test('leaves a zone group out that no object could ask for, with the reason', () => {
    const twice = [`${HUB_ZONES}/a.example`, `${HUB_ZONES.replace('rg-dns', 'rg-old')}/A.example`];
    const configs = (ids: readonly string[]) => ids.map((zoneId, index) => ({ name: `zone-${index}`, zoneId }));
    const many = Array.from({ length: 11 }, (_, index) => `${HUB_ZONES}/z${index}.example`);
    const cases = [
      [present([{ ...GROUP, configs: [] }]), 'it holds no zone'],
      [present([{ ...GROUP, configs: configs(twice) }]), 'it holds two zones of one name, and an object takes one'],
      [present([{ ...GROUP, configs: configs(many) }]), 'it holds 11 zones, and an object takes 10 at most'],
      [unread<never>(stalled('Forbidden', 'no right')), 'they cannot be read: no right'],
    ] as const;
    for (const [groups, because] of cases) {
      const { manifest, lines } = withGroups(groups);
      assert.deepEqual(manifest?.spec.privateEndpoint, { resourceId: endpoint.body.id });
      assert.equal(lines.at(-1)?.skippedBecause, because);
    }
  });

  test('names the object as Kubernetes takes it', () => {
    assert.equal(objectName('AMPLS_Hub.(1)'), 'ampls-hub-1');
    assert.equal(objectName('(_)'), 'imported');
    assert.match(objectName('x'.repeat(80)), /^x{63}$/);
  });
});
