/**
 * Calls drawn at random for the property test: sensible ones on a handful of names, so that they meet; the same with one
 * value replaced; broken ones; and time that passes. For fast-check.
 */
import fc from 'fast-check';
import { endpointTo, location, openScope, paths } from '../simulator/road.ts';

export type Step =
  | { readonly kind: 'call'; readonly method: string; readonly path: string; readonly body?: unknown }
  | { readonly kind: 'text'; readonly method: string; readonly path: string; readonly text: string }
  | { readonly kind: 'wait'; readonly ms: number };

const tags = fc.option(fc.dictionary(fc.constantFrom('a', 'b'), fc.string({ maxLength: 5 })), { nil: undefined });
const one = <T>(...values: readonly T[]) => fc.constantFrom(...values);

/** Addresses of the kinds that matter: usable, reserved, outside, none. */
const address = one('127.41.1.4', '127.41.1.5', '127.41.1.20', '127.41.1.0', '127.41.1.31', '127.50.0.4', 'x');

/** Of a scope without links. */
const members = 'api global.in.ai profiler live diagservicesquery snapshot agentsolutionpackstore dce-global'.split(
  ' ',
);

const fixedAddress = (memberName: string, privateIPAddress: string) => ({
  name: memberName,
  properties: { groupId: 'azuremonitor', memberName, privateIPAddress },
});

type Made = readonly [path: string, body: unknown];

/** A path and a body that fits it, on names that others draw too. */
function fitting(group: string): fc.Arbitrary<Made> {
  const at = paths(group);
  const insights = `${group}/providers/Microsoft.Insights`;
  const network = `${group}/providers/Microsoft.Network`;
  const hybrid = `${group}/providers/Microsoft.HybridCompute`;
  const zones = one('privatelink.monitor.azure.com', 'privatelink.ods.opinsights.azure.com').map(
    name => `${network}/privateDnsZones/${name}`,
  );
  const scopes = one('ampls', 'other').map(name => `${insights}/privateLinkScopes/${name}`);
  const arc = `${hybrid}/privateLinkScopes/arc`;
  const machine = `${hybrid}/machines/plant-1`;
  const networks = one('vnet-plant', 'vnet').map(name => `${network}/virtualNetworks/${name}`);
  const subnets = one('monitoring', 'small', 'none').map(
    name => `${network}/virtualNetworks/vnet-plant/subnets/${name}`,
  );
  const endpoints = one('pe', 'pe-2', 'pe-3').map(name => `${network}/privateEndpoints/${name}`);
  const targets = one(
    at.workspace('law-a'),
    at.workspace('law-b'),
    at.dataCollectionEndpoint('dce'),
    `${insights}/components/web`,
  );
  const staticAddress = fc.tuple(one('api', 'live', 'x'), address).map(([name, at]) => fixedAddress(name, at));
  const wholeSet = one(4, 8, 12, 20).map(from =>
    members.map((name, index) => fixedAddress(name, `127.41.1.${from + index}`)),
  );
  const endpointBody = fc
    .record({
      subnet: subnets,
      target: fc.oneof({ weight: 4, arbitrary: scopes }, fc.constant(arc)),
      manual: fc.boolean(),
      addresses: fc.oneof(
        { weight: 5, arbitrary: fc.constant([]) },
        { weight: 2, arbitrary: wholeSet },
        { weight: 1, arbitrary: fc.array(staticAddress, { maxLength: 3 }) },
      ),
    })
    .map(({ subnet, target, manual, addresses }) => ({
      location,
      properties: {
        subnet: { id: subnet },
        [manual ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections']: [
          {
            name: 'c',
            properties: { privateLinkServiceId: target, groupIds: [target === arc ? 'hybridcompute' : 'azuremonitor'] },
          },
        ],
        ...(addresses.length === 0 ? {} : { ipConfigurations: addresses }),
      },
    }));
  const days = one(30, 60, 90, 7);
  const access = one('Enabled', 'Disabled');
  const associations = `${machine}/providers/Microsoft.Insights/dataCollectionRuleAssociations`;
  const pair = (path: fc.Arbitrary<string>, body: fc.Arbitrary<unknown>): fc.Arbitrary<Made> => fc.tuple(path, body);
  const fixed = (path: string, body: unknown): fc.Arbitrary<Made> => fc.constant([path, body]);
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Made>) => ({ weight, arbitrary });
  return fc.oneof(
    weighted(
      3,
      pair(
        one('law-a', 'law-b').map(at.workspace),
        fc.record({ tags, retentionInDays: days, query: access }).map(({ tags: asked, retentionInDays, query }) => ({
          location,
          ...(asked === undefined ? {} : { tags: asked }),
          properties: { sku: { name: 'PerGB2018' }, retentionInDays, publicNetworkAccessForQuery: query },
        })),
      ),
    ),
    weighted(3, pair(scopes, fc.constant(openScope))),
    weighted(
      5,
      pair(
        fc.tuple(scopes, one('one', 'two', 'three')).map(([scope, name]) => `${scope}/scopedResources/${name}`),
        targets.map(linkedResourceId => ({ properties: { linkedResourceId } })),
      ),
    ),
    weighted(6, pair(endpoints, endpointBody)),
    weighted(
      2,
      pair(
        endpoints.map(endpoint => `${endpoint}/privateDnsZoneGroups/default`),
        fc.uniqueArray(zones, { minLength: 1, maxLength: 2 }).map(ids => ({
          properties: {
            privateDnsZoneConfigs: ids.map((privateDnsZoneId, index) => ({
              name: `z${index}`,
              properties: { privateDnsZoneId },
            })),
          },
        })),
      ),
    ),
    weighted(2, pair(zones, fc.constant({ location: 'global' }))),
    weighted(
      1,
      pair(
        zones.map(zone => `${zone}/virtualNetworkLinks/link`),
        networks.map(id => ({
          location: 'global',
          properties: { virtualNetwork: { id }, registrationEnabled: false },
        })),
      ),
    ),
    weighted(
      1,
      pair(
        fc.tuple(zones, one('api', 'x')).map(([zone, name]) => `${zone}/A/${name}`),
        fc.constant({ properties: { ttl: 60, aRecords: [{ ipv4Address: '127.41.1.9' }] } }),
      ),
    ),
    weighted(
      2,
      pair(
        one('small', 'monitoring').map(name => `${network}/virtualNetworks/vnet-plant/subnets/${name}`),
        one('127.41.2.0/29', '127.41.2.0/28', '127.41.1.0/27', '127.41.1.0/24').map(addressPrefix => ({
          properties: { addressPrefix },
        })),
      ),
    ),
    weighted(
      1,
      pair(
        networks,
        one('127.41.0.0/16', '127.42.0.0/16').map(prefix => ({
          location,
          properties: { addressSpace: { addressPrefixes: [prefix] } },
        })),
      ),
    ),
    weighted(1, fixed(at.dataCollectionEndpoint('dce'), { location, properties: {} })),
    weighted(
      1,
      fixed(`${insights}/components/web`, { location, kind: 'web', properties: { Application_Type: 'web' } }),
    ),
    weighted(
      1,
      fixed(`${associations}/configurationAccessEndpoint`, {
        properties: { dataCollectionEndpointId: at.dataCollectionEndpoint('dce') },
      }),
    ),
    weighted(1, fixed(arc, { location, properties: {} })),
    weighted(
      1,
      pair(
        fc.constant(machine),
        one(arc, '').map(id => ({ location, properties: { privateLinkScopeResourceId: id } })),
      ),
    ),
    weighted(
      1,
      fixed(`${machine}/extensions/agent`, {
        location,
        properties: { publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' },
      }),
    ),
  );
}

const strange: fc.Arbitrary<unknown> = one<unknown>(null, 5, -1, '', 'x', true, [], {}, [5], [{}], { a: { b: [] } });

/** A copy in which what stands at one place, chosen by `turns`, is something else. */
function replaced(value: unknown, turns: readonly number[], by: unknown): unknown {
  const [turn = 0, ...rest] = turns;
  if (typeof value !== 'object' || value === null || turns.length === 0) return by;
  const keys = Object.keys(value);
  const key = keys[turn % Math.max(1, keys.length)];
  if (key === undefined) return by;
  const inner = replaced((value as Record<string, unknown>)[key], rest, by);
  return Array.isArray(value)
    ? value.map((each, index) => (String(index) === key ? inner : each))
    : { ...value, [key]: inner };
}

/** Ten to some forty of these are a run. `connections` are drawn by number, as their names are: see property.test.ts. */
export function steps(group: string): fc.Arbitrary<readonly Step[]> {
  const made = fitting(group);
  const call = (method: string, [path, body]: Made): Step => ({ kind: 'call', method, path, body });
  const wrong = fc
    .tuple(one('PUT', 'PUT', 'PATCH'), made, fc.array(fc.nat(5), { maxLength: 5 }), strange)
    .map(([method, [path, body], turns, by]) => call(method, [path, replaced(body, turns, by)]));
  const decision = fc
    .tuple(one('ampls', 'other', 'arc'), fc.nat(2), one('Approved', 'Rejected', 'Pending', 'x', 'DELETE'))
    .map(([scope, index, status]): Step => {
      const provider = scope === 'arc' ? 'Microsoft.HybridCompute' : 'Microsoft.Insights';
      const path = `${group}/providers/${provider}/privateLinkScopes/${scope}/privateEndpointConnections/{${index}}`;
      if (status === 'DELETE') return { kind: 'call', method: 'DELETE', path };
      const body = { properties: { privateLinkServiceConnectionState: { status, description: 'd' } } };
      return { kind: 'call', method: 'PUT', path, body };
    });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: made.map(each => call('PUT', each)) },
    { weight: 5, arbitrary: made.map(([path]): Step => ({ kind: 'call', method: 'DELETE', path })) },
    { weight: 2, arbitrary: made.map(([path]): Step => ({ kind: 'call', method: 'GET', path })) },
    { weight: 1, arbitrary: made.map(each => call('PATCH', each)) },
    { weight: 3, arbitrary: wrong },
    { weight: 2, arbitrary: decision },
    {
      weight: 1,
      arbitrary: fc
        .tuple(one('PUT', 'PATCH', 'POST', 'DELETE', 'HEAD'), made, fc.string({ maxLength: 20 }))
        .map(([method, [path], text]): Step => ({ kind: 'text', method, path, text })),
    },
    { weight: 6, arbitrary: one(500, 2_000, 5_000, 30_000, 200_000).map((ms): Step => ({ kind: 'wait', ms })) },
  );
  const random = fc.array(step, { minLength: 10, maxLength: 35 });
  return fc.tuple(start(group), random).map(([first, then]) => [...first, ...then]);
}

/** Some runs begin with nothing, most of them on a road on which there is much to break. */
function start(group: string): fc.Arbitrary<readonly Step[]> {
  const at = paths(group);
  const put = (path: string, body: unknown): Step => ({ kind: 'call', method: 'PUT', path, body });
  const zone = `${group}/providers/Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com`;
  const road: readonly Step[] = [
    put(at.scope, openScope),
    put(`${at.scope}/scopedResources/one`, { properties: { linkedResourceId: at.workspace('law-a') } }),
    { kind: 'wait', ms: 2_000 },
    put(at.endpoint, endpointTo(at.scope, at.subnet())),
    { kind: 'wait', ms: 30_000 },
    put(at.zoneGroup, {
      properties: { privateDnsZoneConfigs: [{ name: 'z0', properties: { privateDnsZoneId: zone } }] },
    }),
    { kind: 'wait', ms: 5_000 },
  ];
  return one(0, 3, 4, 5, 6, road.length).map(length => road.slice(0, length));
}
