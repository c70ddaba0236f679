/**
 * Logging in: one token for all, what is told when there is none, and that no secret is ever told.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { AzureSettings } from '../../src/azure/settings.ts';
import { PortError, stalled } from '../../src/domain/failures.ts';
import { defaultSeed, type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { virtualClock } from '../simulator/virtual-clock.ts';
import { bench, connect, failureOf, quiet, settingsFor } from './bench.ts';
import { hostileServer, html, json, type Responder } from './hostile-server.ts';
import { ids, place } from './wants.ts';

/** The calls to Entra ID, without their tenant: `POST /oauth2/v2.0/token 200`. */
const logins = (simulator: Simulator): readonly string[] =>
  simulator.journal
    .filter(entry => entry.service === 'entra')
    .map(({ method, path, status }) => `${method} ${path.replace(/^\/[^/]+/, '')} ${status}`);

const DISCOVERY = 'GET /v2.0/.well-known/openid-configuration 200';
const TOKEN = 'POST /oauth2/v2.0/token 200';

test('the first calls of all, made at once, share one token, and later calls use it again', async t => {
  const { azure, simulator } = await bench(t);
  await Promise.all([
    azure.identity(quiet),
    azure.get('workspace', ids.workspace, quiet),
    azure.get('privateLinkScope', ids.scope, quiet),
    azure.get('privateEndpoint', ids.endpoint, quiet),
    azure.subnet(ids.subnet, quiet),
    azure.softDeletedWorkspaces(place, quiet),
  ]);
  await azure.identity(quiet);
  await azure.get('workspace', ids.workspace, quiet);
  assert.deepEqual(logins(simulator), [DISCOVERY, TOKEN]);
});

test('a caller that gives up does not take the token from the others', async t => {
  const { azure, simulator } = await bench(t);
  const caller = new AbortController();
  const given = assert.rejects(azure.identity(caller.signal), { name: 'AbortError' });
  const other = azure.identity(quiet);
  caller.abort();
  await given;
  await other;
  assert.deepEqual(logins(simulator), [DISCOVERY, TOKEN]);
});

test('a wrong secret stalls with the code of Entra ID, and is not told', async t => {
  const clientSecret = 'not~the~secret~of~this~client';
  const { azure, simulator, counted } = await bench(t, {}, { clientSecret });
  const failure = await failureOf(azure.identity(quiet));
  assert.deepEqual([failure.kind, failure.reason], ['Stalled', 'AuthenticationFailed']);
  const who = `client ${simulator.clientId} in tenant ${simulator.tenantId}`;
  assert.ok(failure.message.startsWith(`${who}: AADSTS7000215: `), failure.message);
  assert.ok(!failure.message.includes(clientSecret));
  assert.doesNotMatch(failure.message, /Trace ID|Correlation ID|Timestamp/);
  const { value, calls } = await counted(failureOf(azure.get('workspace', ids.workspace, quiet)));
  assert.deepEqual([value, calls], [failure, []]);
});

test('an unknown tenant, an unknown audience and an unknown client stall with their codes', async t => {
  const wrong = [
    [{ tenantId: '99999999-9999-4999-8999-999999999999' }, /AADSTS90002: Tenant '9/],
    [{ audience: 'https://vault.azure.net' }, /AADSTS500011: /],
    [{ clientId: '99999999-9999-4999-8999-999999999999' }, /AADSTS700016: /],
  ] as const;
  for (const [settings, message] of wrong) {
    const { azure } = await bench(t, {}, settings);
    const failure = await failureOf(azure.identity(quiet));
    assert.deepEqual([failure.kind, failure.reason], ['Stalled', 'AuthenticationFailed']);
    assert.match(failure.message, message);
  }
});

test('without any credential the settings that give one are named, and nothing is sent', async t => {
  const { simulator } = await bench(t);
  const { clientSecret: _, ...settings } = settingsFor(simulator);
  const failure = await failureOf(connect(settings).azure.identity(quiet));
  assert.deepEqual([failure.kind, failure.reason], ['Stalled', 'AuthenticationFailed']);
  assert.match(failure.message, /AZURE_FEDERATED_TOKEN_FILE .* AZURE_CLIENT_SECRET/);
  assert.deepEqual(logins(simulator), []);
});

const issuer = 'https://kubernetes.default.svc';
const subject = 'system:serviceaccount:monitoring:pms';

/** A simulator that trusts the tokens of a cluster, and a file in which the test writes such tokens. */
async function federated(t: TestContext) {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const seed = defaultSeed();
  const [client = assert.fail()] = seed.principals;
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] };
  const principals = [{ ...client, federated: { issuer, subject, jwks } }];
  const folder = await mkdtemp(join(tmpdir(), 'pms-token-'));
  t.after(() => rm(folder, { recursive: true }));
  const federatedTokenFile = join(folder, 'token');
  const here = await bench(t, { seed: { ...seed, principals } }, { federatedTokenFile });
  const write = async (sub: string, expires = '1h'): Promise<string> => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setSubject(sub)
      .setAudience('api://AzureADTokenExchange')
      .setIssuedAt('-2h')
      .setExpirationTime(expires)
      .sign(privateKey);
    await writeFile(federatedTokenFile, `${token}\n`);
    return token;
  };
  return { ...here, federatedTokenFile, write };
}

test('a federated token logs in, before the secret', async t => {
  const { azure, write, simulator } = await federated(t);
  await write(subject);
  assert.equal((await azure.identity(quiet)).clientId, simulator.clientId);
  assert.equal((await azure.subnet(ids.subnet, quiet))?.location, 'japaneast');
  assert.deepEqual(logins(simulator), [DISCOVERY, TOKEN]);
});

test('a federated token that is not trusted or has expired is waited for, and the file is read again each time', async t => {
  const { azure, write } = await federated(t);
  const attempts = [
    [await write('system:serviceaccount:other:pms'), /AADSTS700213: /],
    [await write(subject, '-1h'), /AADSTS700024: /],
  ] as const;
  await write('system:serviceaccount:other:pms');
  const foreign = await failureOf(azure.identity(quiet));
  await write(subject, '-1h');
  const expired = await failureOf(azure.identity(quiet));
  for (const [index, failure] of [foreign, expired].entries()) {
    const [token, message] = attempts[index] ?? assert.fail();
    assert.deepEqual([failure.kind, failure.reason], ['Waiting', 'AuthenticationFailed']);
    assert.equal(failure.kind === 'Waiting' ? failure.retryAfterMs : undefined, 60_000);
    assert.match(failure.message, message);
    assert.ok(!failure.message.includes(token));
  }
  await write(subject);
  await azure.identity(quiet);
});

test('a token file that is missing or empty is named', async t => {
  const { azure, federatedTokenFile, write } = await federated(t);
  const missing = await failureOf(azure.identity(quiet));
  assert.deepEqual([missing.kind, missing.reason], ['Failed', 'AuthenticationFailed']);
  assert.equal(missing.message, `the federated token file ${federatedTokenFile} cannot be read: ENOENT`);
  await writeFile(federatedTokenFile, '\n');
  const empty = await failureOf(azure.identity(quiet));
  assert.equal(empty.kind, 'Failed');
  assert.match(empty.message, /the federated token file .* is empty/);
  await write(subject);
  await azure.identity(quiet);
});

test('an authority, or a Resource Manager, whose certificate is not trusted is told with the setting that helps', async t => {
  const { simulator } = await bench(t);
  const stranger = await startSimulator({ latency: 'none' });
  t.after(() => stranger.close());
  const known = settingsFor(simulator);
  const login = await failureOf(connect({ ...known, authorityHost: stranger.authority }).azure.identity(quiet));
  const { azure } = connect({ ...known, endpoint: stranger.endpoint });
  const call = await failureOf(azure.get('workspace', ids.workspace, quiet));
  for (const [failure, start] of [
    [login, `no token: ${stranger.authority} cannot be reached`],
    [call, 'reading workspace law-a'],
  ] as const) {
    assert.deepEqual([failure.kind, failure.reason], ['Failed', 'AzureUnreachable']);
    assert.ok(failure.message.startsWith(start), failure.message);
    assert.match(failure.message, /(UNABLE_TO_|SELF_SIGNED_).*private CA, set NODE_EXTRA_CA_CERTS/);
  }
  assert.equal(stranger.journal.length, 0);
});

/** An authority that is not one: only its address is another. */
const withAuthority = async (t: TestContext, authorityHost: string, choice: Partial<AzureSettings> = {}) => {
  const { simulator } = await bench(t);
  return { ...settingsFor(simulator), authorityHost, ...choice };
};

test('an authority that nobody serves is told as unreachable', async t => {
  const settings = await withAuthority(t, 'https://127.0.0.1:1');
  const failure = await failureOf(connect(settings).azure.identity(quiet));
  assert.deepEqual([failure.kind, failure.reason], ['Failed', 'AzureUnreachable']);
  assert.match(failure.message, /https:\/\/127\.0\.0\.1:1 cannot be reached: ECONNREFUSED/);
});

const discovered: Responder = (response, request) => {
  const base = `https://${request.headers.host}`;
  const addresses = { authorization_endpoint: `${base}/a`, token_endpoint: `${base}/token`, jwks_uri: `${base}/k` };
  json(200, { issuer: `${base}/t/v2.0`, ...addresses })(response, request);
};

const authorities: readonly (readonly [string, Responder, Responder, RegExp])[] = [
  ['an outage at its gateway', html(503), html(503), /is not usable as an authority \(HTTP 503\)/],
  ['a page instead of discovery', html(200), html(200), /answers, but gives no token/],
  ['a discovery without addresses', json(200, {}), json(200, {}), /answers, but gives no token/],
  ['a page instead of a token', discovered, html(503), /no token: .* answered HTTP 503 with nothing of its own/],
  ['an empty object instead of a token', discovered, json(200, {}), /client .* in tenant .*expiresOn/],
  ['a cut connection', discovered, response => void response.socket?.destroy(), /network_error/],
];

for (const [name, discovery, token, message] of authorities) {
  test(`an authority that has ${name} is told so, and asked again later`, async t => {
    const { endpoint, received } = await hostileServer(t, (response, request) =>
      (request.method === 'GET' ? discovery : token)(response, request),
    );
    const settings = await withAuthority(t, endpoint);
    const failure = await failureOf(connect(settings).azure.identity(quiet));
    assert.equal(failure.kind, 'Failed');
    assert.match(failure.message, message);
    assert.doesNotMatch(failure.message, /<html>|keep-alive/);
    assert.ok(!failure.message.includes(settings.clientSecret ?? assert.fail()));
    assert.ok(received.filter(({ method }) => method === 'POST').length <= 1);
  });
}

test('an authority that keeps silent is given up after 30 seconds', async t => {
  const { endpoint, arrival, departure } = await hostileServer(t, () => {});
  const settings = await withAuthority(t, endpoint);
  const clock = virtualClock();
  const failure = failureOf(connect(settings, clock).azure.identity(quiet));
  await arrival();
  clock.advance(30_000);
  const { kind, reason, message } = await failure;
  assert.deepEqual([kind, reason], ['Failed', 'AzureUnreachable']);
  assert.match(message, new RegExp(`${endpoint} gave no token within the deadline`));
  await departure();
  assert.equal(clock.pending(), 0);
});

test("another issuer's token logs in before file and secret, and its failure is told as it is", async t => {
  const { write, simulator } = await federated(t);
  const token = await write(subject);
  const settings = settingsFor(simulator);
  const { azure } = connect({ ...settings, assertion: async () => token });
  assert.equal((await azure.identity(quiet)).clientId, simulator.clientId);
  const failure = stalled('Forbidden', 'asking for a token of ServiceAccount press/pms-workload: forbidden');
  const refused = connect({ ...settings, assertion: () => Promise.reject(new PortError(failure)) });
  assert.deepEqual(await failureOf(refused.azure.identity(quiet)), failure);
});

test('a secret that became another one is used at once, and neither is told', async t => {
  const { simulator } = await bench(t);
  const { clientSecret: right = assert.fail(), ...settings } = settingsFor(simulator);
  let secret = 'not~the~secret~of~this~client';
  const { azure } = connect({ ...settings, currentSecret: () => secret });
  const failure = await failureOf(azure.identity(quiet));
  assert.match(failure.message, /AADSTS7000215: /);
  assert.ok(!failure.message.includes(secret));
  secret = right;
  assert.equal((await azure.identity(quiet)).clientId, simulator.clientId);
  const before = logins(simulator).length;
  await azure.identity(quiet);
  assert.equal(logins(simulator).length, before);
  secret = 'a~secret~that~was~withdrawn';
  assert.match((await failureOf(azure.identity(quiet))).message, /AADSTS7000215: /);
});
