/**
 * Entra ID's refusals, and what the resource manager does with a token that is none, foreign, old or for someone else.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { type Answer, type Arm, arm } from './arm.ts';
import { virtualClock } from './virtual-clock.ts';

const issuer = 'https://kubernetes.default.svc';
const subject = 'system:serviceaccount:monitoring:pms';
const group = '?api-version=2021-04-01';

async function askToken(
  azure: Arm,
  changes: Record<string, string | undefined>,
  tenant = azure.simulator.tenantId,
): Promise<Answer> {
  const fields = {
    grant_type: 'client_credentials',
    client_id: azure.simulator.clientId,
    client_secret: azure.simulator.clientSecret,
    scope: 'https://management.azure.com/.default',
    ...changes,
  };
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return azure.raw('POST', `/${tenant}/oauth2/v2.0/token`, { headers, body: new URLSearchParams(given).toString() });
}

const outcome = (answer: Answer): string =>
  answer.status === 200 ? 'token' : `${answer.status} ${answer.body?.error} ${answer.body?.error_codes}`;

test('each wrong token request gets its own AADSTS code', async t => {
  const azure = await arm(t);
  const cases = [
    { name: 'right', changes: {}, expected: 'token' },
    { name: 'wrong secret', changes: { client_secret: 'x' }, expected: '401 invalid_client 7000215' },
    { name: 'no secret', changes: { client_secret: undefined }, expected: '401 invalid_client 7000216' },
    { name: 'unknown client', changes: { client_id: 'nobody' }, expected: '400 unauthorized_client 700016' },
    { name: 'unknown grant', changes: { grant_type: 'password' }, expected: '400 unsupported_grant_type 70003' },
    { name: 'no grant', changes: { grant_type: undefined }, expected: '400 invalid_request 900144' },
    {
      name: 'unknown resource',
      changes: { scope: 'https://example.com/.default' },
      expected: '400 invalid_request 500011',
    },
    {
      name: 'scope without .default',
      changes: { scope: 'https://management.azure.com/x' },
      expected: '400 invalid_scope 1002012',
    },
  ];
  for (const { name, changes, expected } of cases)
    assert.equal(outcome(await askToken(azure, changes)), expected, name);
  const elsewhere = await askToken(azure, {}, '99999999-9999-4999-8999-999999999999');
  assert.equal(outcome(elsewhere), '400 invalid_request 90002');
  assert.match(
    String(elsewhere.body?.error_description),
    /^AADSTS90002: Tenant '9999.* Trace ID: .* Correlation ID: .* Timestamp: /,
  );
});

test('a federated assertion is checked for issuer, subject, audience, time and signature', async t => {
  const keys = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'RS256' }] };
  const clientId = '44444444-4444-4444-8444-444444444444';
  const azure = await arm(t, {
    seed: { ...defaultSeed(), principals: [{ clientId, federated: { issuer, subject, jwks } }] },
  });
  const cases = [
    { name: 'right', expected: 'token' },
    { name: 'issuer', iss: 'https://else', expected: '401 invalid_client 700211' },
    { name: 'subject', sub: 'system:serviceaccount:a:b', expected: '401 invalid_client 700213' },
    { name: 'audience', aud: 'https://kubernetes', expected: '401 invalid_client 700212' },
    { name: 'expired', exp: '-6m', expected: '401 invalid_client 700024' },
    { name: 'signature', key: foreign.privateKey, expected: '401 invalid_client 700027' },
  ];
  for (const { name, iss, sub, aud, exp, key, expected } of cases) {
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(iss ?? issuer)
      .setSubject(sub ?? subject)
      .setAudience(aud ?? 'api://AzureADTokenExchange')
      .setIssuedAt('-1h')
      .setExpirationTime(exp ?? '1h')
      .sign(key ?? keys.privateKey);
    const changes = {
      client_id: clientId,
      client_secret: undefined,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    assert.equal(outcome(await askToken(azure, changes)), expected, name);
  }
});

test('a federated credential may be made out to another audience', async t => {
  const keys = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'RS256' }] };
  const clientId = '44444444-4444-4444-8444-444444444444';
  const federated = { issuer, subject, audience: 'pms-exchange', jwks };
  const azure = await arm(t, { seed: { ...defaultSeed(), principals: [{ clientId, federated }] } });
  const ask = async (audience: string) => {
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(keys.privateKey);
    return askToken(azure, {
      client_id: clientId,
      client_secret: undefined,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
  };
  assert.equal(outcome(await ask('pms-exchange')), 'token');
  assert.equal(outcome(await ask('api://AzureADTokenExchange')), '401 invalid_client 700212');
});

test('discovery has what MSAL demands, under the same authority', async t => {
  const azure = await arm(t);
  const { tenantId, authority } = azure.simulator;
  const { body } = await azure.raw('GET', `/${tenantId}/v2.0/.well-known/openid-configuration`);
  assert.equal(body?.issuer, `${authority}/${tenantId}/v2.0`);
  for (const key of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'end_session_endpoint']) {
    assert.ok(String(body?.[key]).startsWith(authority), key);
  }
  const keys = await azure.raw('GET', String(body?.jwks_uri));
  assert.equal(keys.body?.keys.length, 1);

  const old = await azure.raw('GET', `/${tenantId}/.well-known/openid-configuration`);
  assert.equal(old.body?.issuer, `https://sts.windows.net/${tenantId}/`);
  assert.equal(old.body?.token_endpoint, `${authority}/${tenantId}/oauth2/token`);
  const common = await azure.raw('GET', '/organizations/v2.0/.well-known/openid-configuration');
  assert.equal(common.body?.issuer, `${authority}/{tenantid}/v2.0`);
  const nowhere = await azure.raw('GET', '/nowhere.example/v2.0/.well-known/openid-configuration');
  assert.equal(outcome(nowhere), '400 invalid_request 90002');
});

test('instance discovery knows its own authority and no other', async t => {
  const azure = await arm(t);
  const { tenantId, authority } = azure.simulator;
  const ask = (base: string) =>
    azure.raw(
      'GET',
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${base}/${tenantId}/oauth2/v2.0/authorize`,
    );
  const { body } = await ask(authority);
  assert.equal(body?.tenant_discovery_endpoint, `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`);
  assert.deepEqual(body?.metadata[0].aliases, [new URL(authority).host]);
  assert.equal(outcome(await ask('https://login.example')), '400 invalid_instance 50049');
});

test('the resource manager refuses what is not a valid token for it', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { clock });
  const url = `${azure.group}${group}`;
  const refused = async (headers: Record<string, string>) => {
    const { status, body, headers: answered } = await azure.raw('GET', url, { headers });
    assert.ok(answered.get('www-authenticate')?.startsWith('Bearer authorization_uri='));
    assert.equal(answered.get('x-ms-failure-cause'), 'gateway');
    return `${status} ${body?.error.code}`;
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const token = await azure.token();
  assert.equal((await azure.raw('GET', url, { headers: bearer(token) })).status, 200);

  assert.equal(await refused({}), '401 AuthenticationFailed');
  assert.equal(await refused({ authorization: 'Basic eDp5' }), '401 AuthenticationFailedInvalidHeader');
  assert.equal(await refused({ authorization: 'Bearer a b' }), '401 AuthenticationFailedInvalidHeader');
  assert.equal(await refused(bearer('not.a.token')), '401 InvalidAuthenticationToken');
  assert.equal(await refused(bearer(`${token.slice(0, -6)}AAAAAA`)), '401 InvalidAuthenticationToken');
  const logs = await azure.token('https://api.loganalytics.io/.default');
  assert.equal(await refused(bearer(logs)), '401 InvalidAuthenticationTokenAudience');
  clock.advance(3_600_000);
  assert.equal(await refused(bearer(token)), '401 ExpiredAuthenticationToken');
});
