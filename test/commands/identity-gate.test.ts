/**
 * What `pms check` and `pms plan` say about who an object acts as: the same as the operator would do, beforehand.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkGate, type GateQuestion } from '../../src/commands/inquiry/identity-gate.ts';
import { PortError, stalled } from '../../src/domain/failures.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { credentialsModel } from '../model/credentials.ts';
import { pms } from '../model/plant.ts';

const { signal } = new AbortController();
const TENANT = '22222222-2222-4222-8222-222222222222';
const CLIENT = '66666666-6666-4666-8666-666666666666';

/** An object of namespace `plant`, and a cluster that holds what is given. */
function ask(globalIdentity: GateQuestion['place']['globalIdentity'], live?: PmsObject) {
  const { metadata, spec } = pms({ spec: {}, name: 'plant-a' });
  const manifest = { metadata: { namespace: 'plant', name: 'plant-a', annotations: {} }, spec };
  const credentials = credentialsModel({ now: () => 0 });
  const cluster = { namespace: 'plant', credentials: credentials.port, read: async () => live };
  const place = globalIdentity === undefined ? {} : { globalIdentity };
  const gate = (over: Partial<GateQuestion> = {}) => checkGate({ manifest, place, cluster, ...over }, signal);
  return { gate, credentials, cluster, subscriptionId: spec.subscriptionId, group: spec.resourceGroup, metadata };
}

const secret = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: 'not-told' };

test("without the operator's configuration nothing is judged", async () => {
  const { state, message } = await ask(undefined).gate();
  assert.equal(state, 'skipped');
  assert.match(message, /--config FILE/);
});

test('a named namespace passes, within the allowed places if there are some', async () => {
  const { gate, subscriptionId, group, credentials } = ask({ namespaces: ['plant'] });
  assert.match(
    (await gate()).message,
    /^namespace plant acts with the operator's own identity, wherever Azure lets it$/,
  );
  const allowed = [{ subscriptionId, resourceGroups: [group] }];
  const within = await gate({ place: { globalIdentity: { namespaces: ['*'], allowed } } });
  assert.deepEqual([within.state, /in places that are all allowed$/.test(within.message)], ['passed', true]);
  const elsewhere = [{ subscriptionId, resourceGroups: ['rg-other'] }];
  const outside = await gate({ place: { globalIdentity: { namespaces: ['plant'], allowed: elsewhere } } });
  assert.equal(outside.state, 'failed');
  assert.match(outside.message, /^spec\.resourceGroup: .* is outside of what the operator's identity may be used for/);
  assert.deepEqual(credentials.calls, []);
});

test('what the object that is there owns counts too', async () => {
  const { gate, subscriptionId, group, cluster, metadata } = ask({ namespaces: ['plant'] });
  const id = `/subscriptions/${subscriptionId}/resourceGroups/rg-other/providers/Microsoft.Insights/privateLinkScopes/s`;
  const resources = [{ key: 'privateLinkScope/s', id, origin: 'Created' as const, policy: 'Delete' as const }];
  const { spec } = pms({ spec: {}, name: 'plant-a' });
  const read = async () => ({ metadata, spec, status: { resources } }) as PmsObject;
  const allowed = [{ subscriptionId, resourceGroups: [group] }];
  const finding = await gate({
    cluster: { ...cluster, read },
    place: { globalIdentity: { namespaces: ['plant'], allowed } },
  });
  assert.equal(finding.state, 'failed');
  assert.match(finding.message, /^status\.resources privateLinkScope\/s: .*rg-other/);
});

test("without a word in it the operator's own namespace is meant", async () => {
  assert.equal((await ask({}).gate()).state, 'passed');
  const { gate, cluster } = ask({});
  assert.equal((await gate({ cluster: { ...cluster, namespace: 'default' } })).state, 'failed');
});

test('another namespace is told what it brings, never its secret, and whose rights were looked at', async () => {
  const { gate, credentials } = ask({ namespaces: [] });
  assert.match((await gate()).message, /neither Secret pms-credential nor ServiceAccount pms-workload/);
  credentials.apply('ServiceAccount', 'plant', {});
  assert.match((await gate()).message, /has no annotation azure\.workload\.identity\/client-id/);
  credentials.apply('Secret', 'plant', secret);
  const brings = `namespace plant acts as client ${CLIENT} of tenant ${TENANT}, by its Secret pms-credential`;
  const same = await gate({ clientId: CLIENT.toUpperCase() });
  assert.deepEqual([same.state, same.message], ['passed', brings]);
  const other = await gate({ clientId: TENANT });
  assert.equal(other.message, `${brings}; here Azure is asked as client ${TENANT}, whose rights may be others`);
  assert.deepEqual([...new Set(credentials.calls.map(call => call.split(' ')[0]))], ['read']);
});

test('what may not be read, or cannot for want of a cluster, is no verdict', async () => {
  const { gate, cluster, credentials } = ask({ namespaces: [] });
  const read = () => Promise.reject(new PortError(stalled('Forbidden', 'reading Secret plant/pms-credential: 403')));
  const forbidden = await gate({ cluster: { ...cluster, credentials: { ...credentials.port, read } } });
  assert.deepEqual([forbidden.state, forbidden.message], ['unknown', 'reading Secret plant/pms-credential: 403']);
  const alone = await gate({ cluster: undefined });
  assert.deepEqual([alone.state, alone.cure], ['warning', 'set KUBECONFIG']);
});
