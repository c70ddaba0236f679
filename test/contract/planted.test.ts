/**
 * The checker notices what it is there for: real exchanges, each with one fault planted, and the complaint that follows.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Exchange } from '../../src/simulator/exchange.ts';
import { arm } from '../simulator/arm.ts';
import { connectedScope, location, paths } from '../simulator/road.ts';
import { type Checker, complaintLine, createChecker } from './checker.ts';
import { complaintsOf } from './held.ts';
import { recorded } from './recorder.ts';
import { findSpecs, specFolder } from './spec-data.ts';

type Json = Record<string, unknown>;
type Fault = (exchange: Exchange) => Exchange;

/** A body with something else at a pointer; undefined takes it away. */
function changed(text: string, pointer: string, value: unknown): string {
  const body = JSON.parse(text) as Json;
  const keys = pointer.split('/').slice(1);
  const last = keys.pop() ?? '';
  let parent = body;
  for (const key of keys) parent = parent[key] as Json;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(body);
}

const answer =
  (pointer: string, value?: unknown): Fault =>
  exchange => ({ ...exchange, response: changed(exchange.response, pointer, value) });
const request =
  (pointer: string, value?: unknown): Fault =>
  exchange => ({ ...exchange, request: changed(exchange.request, pointer, value) });
const status =
  (code: number): Fault =>
  exchange => ({ ...exchange, status: code });
const header =
  (name: string, value?: string): Fault =>
  exchange => {
    const responseHeaders = new Headers(exchange.responseHeaders);
    if (value === undefined) responseHeaders.delete(name);
    else responseHeaders.set(name, value);
    return { ...exchange, responseHeaders };
  };

/** `METHOD type status` of an exchange, without the namespace; the fault; what the checker then says, as a part of it. */
const faults: readonly (readonly [string, string, Fault, string])[] = [
  // A missing required field.
  [
    'PUT privateLinkScopes 201',
    'a scope without its access modes',
    answer('/properties/accessModeSettings'),
    "answer: /properties must have required property 'accessModeSettings'",
  ],
  [
    'PUT privateLinkScopes 201',
    'asked for without them',
    request('/properties/accessModeSettings'),
    "request: /properties must have required property 'accessModeSettings'",
  ],
  [
    'PUT privateLinkScopes 201',
    'the same for the swagger',
    request('/properties/accessModeSettings/queryAccessMode'),
    'OBJECT_MISSING_REQUIRED_PROPERTY',
  ],
  [
    'PUT workspaces 201',
    'a workspace without a location',
    answer('/location'),
    "answer: / must have required property 'location'",
  ],
  ['PUT workspaces 201', 'a workspace without an id', answer('/id'), 'answer: /id is missing'],
  [
    'PUT networkSecurityGroups 201',
    'a rule without a protocol',
    request('/properties/securityRules/0/properties/protocol'),
    "request: /properties/securityRules/0/properties must have required property 'protocol'",
  ],
  ['GET privateLinkScopes 404', 'an error without a code', answer('/error/code'), 'answer: /error/code is missing'],
  // An unknown property.
  [
    'GET privateEndpoints 200',
    'an endpoint with a field of nobody',
    answer('/properties/surprise', 1),
    'answer: /properties/surprise is not described',
  ],
  ['GET networkInterfaces 200', 'an interface with one', answer('/surprise', 1), 'answer: /surprise is not described'],
  [
    'GET privateLinkScopes 200',
    'a scope with one, for the swagger',
    answer('/properties/surprise', 1),
    'OBJECT_ADDITIONAL_PROPERTIES',
  ],
  [
    'PUT privateEndpoints 201',
    'an endpoint asked for with one',
    request('/properties/surprise', 1),
    'request: /properties/surprise is not described',
  ],
  ['GET privateLinkScopes 404', 'an error with one', answer('/surprise', 1), 'answer: /surprise is not described'],
  // A wrong type, a wrong name.
  [
    'PUT workspaces 201',
    'days as a text',
    answer('/properties/retentionInDays', '30'),
    'answer: /properties/retentionInDays must be integer',
  ],
  [
    'PUT workspaces 201',
    'days asked for as a text',
    request('/properties/retentionInDays', '30'),
    'request: /properties/retentionInDays must be integer',
  ],
  [
    'GET privateEndpoints 200',
    'another type of resource',
    answer('/type', 'Microsoft.Network/publicIPAddresses'),
    'answer: /type is Microsoft.Network/publicIPAddresses',
  ],
  [
    'GET privateLinkScopes/scopedResources 200',
    'a list that is none',
    answer('/value', {}),
    'answer: /value must be a list',
  ],
  // A read-only field in a request.
  [
    'PUT workspaces 201',
    'a state asked for',
    request('/properties/provisioningState', 'Succeeded'),
    'request: /properties/provisioningState must not be there',
  ],
  ['PUT privateEndpoints 201', 'an id asked for', request('/id', '/x'), 'request: /id must not be there'],
  ['PUT privateEndpoints 201', 'an etag asked for', request('/etag', 'W/"x"'), 'request: /etag must not be there'],
  [
    'PUT privateLinkScopes 201',
    'connections asked for',
    request('/properties/privateEndpointConnections', []),
    'request: /properties/privateEndpointConnections must not be there',
  ],
  // A wrong status.
  [
    'PUT privateEndpoints 201',
    'an endpoint accepted instead of made',
    status(202),
    'answer: status 202 is not described',
  ],
  ['GET workspaces 200', 'a status of nobody', status(203), 'answer: status 203 is not described'],
  ['DELETE privateEndpoints 202', 'a deletion done at once', status(200), 'answer: status 200 is not described'],
  [
    'GET privateLinkScopes 404',
    'a failure of the service',
    status(500),
    'answer: status 500 is none that Azure answers',
  ],
  ['GET privateLinkScopes 404', 'a teapot', status(418), 'answer: status 418 is none that Azure answers'],
  // A lost header of long-running work, or one that leads astray.
  ['PUT privateEndpoints 201', 'no Retry-After', header('retry-after'), 'answer: header retry-after is missing'],
  [
    'PUT privateEndpoints 201',
    'no address of the operation',
    header('azure-asyncoperation'),
    'answer: header azure-asyncoperation is missing',
  ],
  ['DELETE privateLinkScopes 202', 'no Location', header('location'), 'answer: header location is missing'],
  [
    'DELETE privateLinkScopes 202',
    'no Retry-After there',
    header('retry-after'),
    'answer: header retry-after is missing',
  ],
  ['PUT workspaces 201', 'a workspace without Location', header('location'), 'answer: header location is missing'],
  [
    'DELETE privateEndpoints 202',
    'a Location elsewhere',
    header('location', 'https://attacker.test/x?api-version=1'),
    'answer: header location leads to another host',
  ],
  [
    'DELETE privateEndpoints 202',
    'a Location without a version',
    header('location', '/subscriptions/x'),
    'answer: header location has no api-version',
  ],
  [
    'PUT privateEndpoints 201',
    'a Retry-After that is no number',
    header('retry-after', 'soon'),
    'answer: header retry-after is no number of seconds',
  ],
  [
    'GET workspaces 429',
    'a refusal that does not say how long',
    header('retry-after'),
    'answer: header retry-after is missing',
  ],
  [
    'GET workspaces 200',
    'no id of the request',
    header('x-ms-request-id'),
    'answer: header x-ms-request-id is missing',
  ],
  [
    'DELETE privateEndpoints 202',
    'a body where none belongs',
    exchange => ({ ...exchange, response: '{}' }),
    'answer: / the answer has a body',
  ],
];

let checker: Checker | undefined;
const found = new Map<string, Exchange>();

/** `PUT workspaces 201`. */
const keyOf = ({ method, url, status: code }: Exchange): string => {
  const [, path = ''] = /\/providers\/[^/]+\/([^?]*)/.exec(url) ?? [];
  const types = path.split('/').filter((_part, index) => index % 2 === 0);
  return `${method} ${types.join('/')} ${code}`;
};

async function record(t: TestContext): Promise<void> {
  const heard = recorded(t);
  const azure = await arm(t);
  const at = paths(azure.group);
  await azure.call('GET', at.scope);
  const rule = { protocol: 'Tcp', access: 'Allow', direction: 'Inbound', priority: 100 };
  const properties = { securityRules: [{ name: 'one', properties: rule }] };
  const nsg = `${azure.group}/providers/Microsoft.Network/networkSecurityGroups/nsg`;
  await azure.call('PUT', nsg, { body: { location, properties } });
  await connectedScope(azure);
  const endpoint = await azure.call('GET', at.endpoint);
  await azure.call('GET', endpoint.body?.properties.networkInterfaces[0].id);
  for (const path of [at.workspace('law-a'), at.scope, `${at.scope}/scopedResources`]) await azure.call('GET', path);
  await azure.call('DELETE', at.endpoint);
  await azure.call('DELETE', at.link('link-law-a'));
  await azure.call('DELETE', at.scope);
  const throttled = await arm(t, { throttling: 'real', throttlingScale: 0.001 });
  for (const _call of [1, 2, 3]) await throttled.call('GET', at.workspace('law-a'));
  for (const exchange of heard) if (exchange.service === 'arm') found.set(keyOf(exchange), exchange);
}

before(async () => {
  const specs = findSpecs();
  if (specs !== undefined) checker = await createChecker(specs);
});
after(() => checker?.close());

test('what was really exchanged has no fault', async t => {
  if (specFolder(t) === undefined || checker === undefined) return;
  await record(t);
  assert.deepEqual(await complaintsOf(checker, [...found.values()], 'all'), []);
});

for (const [of, name, fault, expected] of faults) {
  test(`a planted fault is noticed: ${of}: ${name}`, async t => {
    if (specFolder(t) === undefined || checker === undefined) return;
    const exchange = found.get(of);
    assert.ok(exchange, `${of} is among ${[...found.keys()].join(', ')}`);
    const lines = (await checker.check(fault(exchange))).map(complaintLine);
    assert.ok(
      lines.some(line => line.includes(expected)),
      `${expected}\nnot in\n${lines.join('\n')}`,
    );
  });
}
