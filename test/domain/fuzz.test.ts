/**
 * Ids, addresses and names at random, judged by Node's own `net` where it knows them; and whatever Azure shows of an
 * endpoint, in a status that the CRD admits.
 */
import assert from 'node:assert/strict';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { inPrefix, isAddress, isPublic, parseIpv4 } from '../../src/domain/addresses.ts';
import { isNamedBy, refusedBy } from '../../src/domain/allow-lists.ts';
import { desire } from '../../src/domain/desire.ts';
import { idKey, labelOf, parseId, sameId, scopedResourceId, scopeOfLink, shortName } from '../../src/domain/names.ts';
import { present } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { summarize } from '../../src/domain/summarize.ts';
import { readCrdSchema } from '../../src/manifest/crd-schema.ts';
import { checkStructure } from '../../src/manifest/structure.ts';
import * as plant from '../model/plant.ts';
import { propertyRuns } from '../model/property-runs.ts';

const segment = fc.stringMatching(/^[A-Za-z0-9][-A-Za-z0-9_.()]{0,12}$/);
const parts = fc.record({
  subscriptionId: fc.uuid(),
  resourceGroup: segment,
  namespace: fc.constantFrom('Microsoft.Insights', 'microsoft.network', 'Microsoft.OperationalInsights'),
  path: fc.array(fc.tuple(segment, segment), { minLength: 1, maxLength: 3 }),
});
const anyCase = (id: string): fc.Arbitrary<string> =>
  fc.constantFrom(id, id.toLowerCase(), id.toUpperCase(), `${id}/`, id.replace('resourceGroups', 'resourcegroups'));
const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('/', 'subscriptions', 'resourceGroups', 'providers', 's', '', 'scopedResources', 'x'))
    .map(all => all.join('/')),
);

suite('ARM ids at random', () => {
  test('are read into the parts that they were made of, in any letter case', () => {
    const sample = parts.chain(of => {
      const tail = of.path.map(pair => pair.join('/')).join('/');
      const id = `/subscriptions/${of.subscriptionId}/resourceGroups/${of.resourceGroup}/providers/${of.namespace}/${tail}`;
      return fc.tuple(fc.constant(of), fc.constant(id), anyCase(id));
    });
    fc.assert(
      fc.property(sample, ([of, id, told]) => {
        const parsed = parseId(told);
        assert.ok(parsed, told);
        assert.equal(parsed.subscriptionId.toLowerCase(), of.subscriptionId.toLowerCase());
        assert.equal(parsed.resourceGroup.toLowerCase(), of.resourceGroup.toLowerCase());
        const type = [of.namespace, ...of.path.map(([name]) => name)].join('/');
        assert.equal(parsed.type.toLowerCase(), type.toLowerCase());
        assert.deepEqual(
          parsed.names.map(name => name.toLowerCase()),
          of.path.map(([, name]) => name.toLowerCase()),
        );
        assert.ok(sameId(told, id));
        assert.equal(idKey(idKey(told)), idKey(told));
        assert.equal(scopeOfLink(scopedResourceId(told, 'law-1')), told);
      }),
      propertyRuns(500),
    );
  });

  test('that are none are no reason to fail, and are never read as more than they say', () => {
    fc.assert(
      fc.property(junk, text => {
        const parsed = parseId(text);
        for (const read of [idKey, labelOf, shortName, scopeOfLink]) assert.equal(typeof read(text), 'string');
        if (parsed === undefined) return;
        const { subscriptionId, resourceGroup, type, names } = parsed;
        for (const part of [subscriptionId, resourceGroup, ...type.split('/'), ...names]) {
          assert.ok(part !== '' && !part.includes('/') && text.includes(part), JSON.stringify(parsed));
        }
      }),
      propertyRuns(1_000),
    );
  });
});

const almostAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:.%/ '), maxLength: 24 }),
  fc.tuple(fc.ipV6(), fc.ipV4()).map(([six, four]) => six.replace(/[^:]*:[^:]*$/, four)),
);
const prefix = fc.tuple(fc.ipV4(), fc.nat({ max: 32 }));

suite('addresses at random', () => {
  test('are told from what is none as Node tells them', () => {
    fc.assert(
      fc.property(almostAddress, text => {
        assert.equal(isAddress(text), isIP(text) !== 0 && !text.includes('%'), text);
        assert.equal(parseIpv4(text) !== undefined, isIPv4(text), text);
        assert.equal(typeof isPublic(text), 'boolean');
      }),
      propertyRuns(3_000),
    );
  });

  test('lie in a prefix when Node says so', () => {
    // Half of them near the prefix: anywhere else they would never be in it.
    const near = fc
      .tuple(prefix, fc.ipV4(), fc.nat({ max: 255 }), fc.boolean())
      .map(([[base, bits], far, last, isFar]) => ({
        base,
        bits,
        address: isFar ? far : base.replace(/\d+$/, String(last)),
      }));
    fc.assert(
      fc.property(near, ({ base, bits, address }) => {
        const list = new BlockList();
        list.addSubnet(base, bits, 'ipv4');
        assert.equal(inPrefix(address, `${base}/${bits}`), list.check(address), `${address} ${base}/${bits}`);
        const why = refusedBy({ allowedAddressRanges: [`${base}/${bits}`] }, { name: 'x', addresses: [address] });
        assert.equal(why === undefined, list.check(address));
      }),
      propertyRuns(1_000),
    );
  });
});

test('names at random are under an allowed suffix when their last labels are its labels', () => {
  const label = fc.constantFrom('azure', 'com', 'plant', 'a', 'xazure');
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.'));
  fc.assert(
    fc.property(name, fc.array(name, { minLength: 1, maxLength: 3 }), (one, allowedSuffixes) => {
      const isUnder = allowedSuffixes.some(suffix => {
        const labels = suffix.split('.');
        return one.split('.').slice(-labels.length).join('.') === suffix;
      });
      assert.equal(isNamedBy({ allowedSuffixes }, one), isUnder, `${one} under ${allowedSuffixes}`);
      assert.equal(refusedBy({ allowedSuffixes }, { name: one, addresses: [] }) === undefined, isUnder);
    }),
    propertyRuns(1_000),
  );
});

test('whatever Azure shows of an endpoint, the status is one that the CRD admits', async () => {
  const schema = (await readCrdSchema()).properties?.status;
  assert.ok(schema);
  const text = fc.string({ unit: 'grapheme', maxLength: 120, size: 'max' });
  const fqdn = fc.oneof(
    fc.constantFrom('api.monitor.azure.com', 'Live.Monitor.Azure.com.', `${plant.GUID_A}.ods.opinsights.azure.com`),
    text.map(head => `${head}.monitor.azure.com`),
  );
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.nat({ max: 30 }).map(last => `10.13.1.${last}`),
    text,
  );
  const entry = fc.record({ member: text, address, fqdns: fc.array(fqdn, { maxLength: 4 }) });
  const seen = fc.record({
    entries: fc.array(entry, { maxLength: 8 }),
    connectionStatus: fc.oneof(fc.constantFrom('Approved', 'Pending', 'Rejected'), text),
    provisioningState: fc.oneof(fc.constantFrom('Succeeded', 'Updating', 'Failed'), text),
    addressesUsed: fc.integer({ min: -5, max: 5_000 }),
    subnetPrefixes: fc.array(fc.oneof(fc.constant('10.13.1.0/27'), text), { maxLength: 2 }),
    access: text,
  });
  fc.assert(
    fc.property(seen, of => {
      const object = plant.pms({ spec: { driftPolicy: 'Report' } });
      const want = desire(object, plant.INSTALLATION);
      const networkInterface = { ...plant.networkInterface() };
      const observed = plant.fullAzure(object, {
        networkInterface: present({ ...networkInterface, entries: [...networkInterface.entries, ...of.entries] }),
        endpoint: {
          reading: present(
            plant.endpoint({ connectionStatus: of.connectionStatus, provisioningState: of.provisioningState }),
          ),
        },
        workspaces: new Map([
          [
            'workspace/law-plant-a',
            { reading: present(plant.workspace('law-plant-a', { access: { ingestion: of.access } })) },
          ],
        ]),
        subnet: present({
          id: plant.SUBNET,
          location: 'japaneast',
          addressPrefixes: of.subnetPrefixes,
          addressesUsed: of.addressesUsed,
          networkEndpointIds: [],
        }),
      });
      const steps = plan(want, observed, plant.RULES);
      const results = steps.steps
        .flatMap(step => step.verdict.actions)
        .map(action => ({ action, outcome: { is: 'Done' } as const }));
      const { status } = summarize(steps, results, { object, before: [], want, seen: observed });
      assert.deepEqual(checkStructure(schema, status).problems, []);
    }),
    propertyRuns(300),
  );
});
