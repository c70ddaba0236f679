/**
 * The ways to log in besides a secret in a version 2 form: certificates, Basic, version 1, AD FS; and a secret that has
 * expired. The first goes through the real @azure/identity.
 */
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { ClientCertificateCredential } from '@azure/identity';
import { decodeJwt, SignJWT } from 'jose';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { arm } from './arm.ts';
import { askToken, type ClientCertificate, clientCertificate, code, outcome } from './callers.ts';
import { virtualClock } from './virtual-clock.ts';

const clientId = '44444444-4444-4444-8444-444444444444';
const scope = 'https://management.azure.com/.default';
const startMs = Date.UTC(2026, 10, 24, 12);
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const thumbprint = (certificate: string, hash: 'sha1' | 'sha256'): string =>
  createHash(hash).update(new X509Certificate(certificate).raw).digest('base64url');

interface Assertion {
  readonly header?: Readonly<Record<string, string>>;
  readonly aud: string;
  readonly iss?: string;
  readonly sub?: string;
  readonly expMs?: number;
}

const sign = (
  { header = {}, aud, iss = clientId, sub = clientId, expMs = startMs + 600_000 }: Assertion,
  key: string,
) =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...header })
    .setIssuer(iss)
    .setSubject(sub)
    .setAudience(aud)
    .setIssuedAt(Math.floor((startMs - 60_000) / 1000))
    .setExpirationTime(Math.floor(expMs / 1000))
    .sign(createPrivateKey(key));

test('the real certificate credential gets a token that the resource manager takes', async t => {
  const own = await clientCertificate(new Date(Date.now() - 86_400_000));
  const azure = await arm(t, {
    seed: { ...defaultSeed(), principals: [{ clientId, certificates: [own.certificate] }] },
  });
  const { authority, tenantId, caPem } = azure.simulator;
  const credential = new ClientCertificateCredential(
    tenantId,
    clientId,
    { certificate: `${own.key}\n${own.certificate}` },
    { authorityHost: authority, disableInstanceDiscovery: true, tlsOptions: { ca: caPem } },
  );
  const { token } = await credential.getToken(scope);
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await azure.raw('GET', `${azure.group}?api-version=2021-04-01`, { headers })).status, 200);
});

test('a certificate assertion is checked for certificate, signature, audience, subject and time', async t => {
  const [own, other, old] = await Promise.all([
    clientCertificate(new Date(startMs - 86_400_000)),
    clientCertificate(new Date(startMs - 86_400_000)),
    clientCertificate(new Date(startMs - 500 * 86_400_000)),
  ]);
  const clock = virtualClock(startMs);
  const certificates = [own.certificate, old.certificate];
  const azure = await arm(t, { clock, seed: { ...defaultSeed(), principals: [{ clientId, certificates }] } });
  const { authority, tenantId } = azure.simulator;
  const aud = `${authority}/${tenantId}/oauth2/v2.0/token`;
  const x5t = (from: ClientCertificate) => ({ x5t: thumbprint(from.certificate, 'sha1') });
  const cases = [
    { name: 'x5t', assertion: { header: x5t(own), aud }, expected: 'token' },
    {
      name: 'x5t#S256',
      assertion: { header: { 'x5t#S256': thumbprint(own.certificate, 'sha256') }, aud },
      expected: 'token',
    },
    {
      name: 'x5t with padding, as MSAL for Python has it',
      assertion: { header: { x5t: `${thumbprint(own.certificate, 'sha1')}=` }, aud },
      expected: 'token',
    },
    {
      name: 'issuer as audience',
      assertion: { header: x5t(own), aud: `${authority}/${tenantId}/v2.0` },
      expected: 'token',
    },
    { name: 'no thumbprint', assertion: { aud }, expected: '401 invalid_client 700027' },
    {
      name: 'not registered',
      assertion: { header: x5t(other), aud },
      key: other,
      expected: '401 invalid_client 700027',
    },
    { name: 'other key', assertion: { header: x5t(own), aud }, key: other, expected: '401 invalid_client 700027' },
    {
      name: 'expired certificate',
      assertion: { header: x5t(old), aud },
      key: old,
      expected: '401 invalid_client 700027',
    },
    {
      name: 'expired assertion',
      assertion: { header: x5t(own), aud, expMs: startMs - 301_000 },
      expected: '401 invalid_client 700024',
    },
    { name: 'audience', assertion: { header: x5t(own), aud: 'https://else' }, expected: '401 invalid_client 700023' },
    { name: 'subject', assertion: { header: x5t(own), aud, sub: 'other' }, expected: '401 invalid_client 700021' },
  ];
  for (const { name, assertion, key = own, expected } of cases) {
    const answer = await askToken(azure, `/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: clientId,
      scope,
      client_assertion: await sign(assertion, key.key),
      client_assertion_type: assertionType,
    });
    assert.equal(outcome(answer), expected, name);
  }
  const garbage = await askToken(azure, `/${tenantId}/oauth2/v2.0/token`, {
    grant_type: 'client_credentials',
    client_id: clientId,
    scope,
    client_assertion: 'e30.e30',
    client_assertion_type: assertionType,
  });
  assert.equal(outcome(garbage), '401 invalid_client 50027');
});

test('version 1, AD FS and Basic lead to the same token, each in its own shape', async t => {
  const azure = await arm(t);
  const { clientSecret, tenantId, endpoint } = azure.simulator;
  const login = { grant_type: 'client_credentials', client_id: azure.simulator.clientId, client_secret: clientSecret };
  const resource = 'https://management.core.windows.net/';

  const old = await askToken(azure, `/${tenantId}/oauth2/token`, { ...login, resource });
  assert.equal(old.body?.resource, resource);
  assert.equal(old.body?.expires_in, '3599');
  assert.equal(Number(old.body?.expires_on) - Number(old.body?.not_before), 3599);

  const { body: adfs } = await azure.raw('GET', '/adfs/.well-known/openid-configuration');
  assert.equal(adfs?.issuer, `${endpoint}/adfs`);
  const fromAdfs = await askToken(azure, String(adfs?.token_endpoint), { ...login, scope: `${resource}/.default` });
  assert.equal(decodeJwt(String(fromAdfs.body?.access_token)).aud, resource);

  const basic = Buffer.from(`${login.client_id}:${encodeURIComponent(clientSecret)}`).toString('base64');
  const fromBasic = await askToken(
    azure,
    `/${tenantId}/oauth2/v2.0/token`,
    { grant_type: 'client_credentials', scope },
    { authorization: `Basic ${basic}` },
  );
  for (const answer of [old, fromAdfs, fromBasic]) {
    assert.equal(outcome(answer), 'token', answer.text);
    const headers = { authorization: `Bearer ${answer.body?.access_token}` };
    assert.equal((await azure.raw('GET', `${azure.group}?api-version=2021-04-01`, { headers })).status, 200);
  }
  assert.equal(outcome(await askToken(azure, `/${tenantId}/oauth2/token`, login)), '400 invalid_request 900144');
  assert.equal(
    outcome(await askToken(azure, '/adfs/oauth2/token', { ...login, client_secret: 'x', resource })),
    '401 invalid_client 7000215',
  );
});

test('a secret that has expired is refused as such', async t => {
  const clock = virtualClock(startMs);
  const principals = [{ clientId, secret: 's', secretExpiresAt: '2026-11-24T13:00:00Z' }];
  const azure = await arm(t, { clock, seed: { ...defaultSeed(), principals } });
  const ask = () =>
    askToken(azure, `/${azure.simulator.tenantId}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: 's',
      scope,
    });
  assert.equal(outcome(await ask()), 'token');
  clock.advance(3_600_000);
  assert.equal(outcome(await ask()), '401 invalid_client 7000222');
});

test('a principal of another tenant logs in there, sees its tenant, and no subscription', async t => {
  const foreign = { clientId, secret: 's' };
  const tenantId = '99999999-9999-4999-8999-999999999999';
  const tenants = [{ tenantId, displayName: 'Contoso', domain: 'contoso.onmicrosoft.com', principals: [foreign] }];
  const azure = await arm(t, { seed: { ...defaultSeed(), tenants } });
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: 's', scope };
  assert.equal(
    outcome(await askToken(azure, `/${azure.simulator.tenantId}/oauth2/v2.0/token`, form)),
    '400 unauthorized_client 700016',
  );
  const answer = await askToken(azure, '/contoso.onmicrosoft.com/oauth2/v2.0/token', form);
  const headers = { authorization: `Bearer ${answer.body?.access_token}` };
  const get = (path: string) => azure.raw('GET', `${path}?api-version=2022-12-01`, { headers });
  const { body } = await get('/tenants');
  assert.deepEqual(
    body?.value.map((each: Record<string, unknown>) => [each.tenantId, each.displayName, each.defaultDomain]),
    [[tenantId, 'Contoso', 'contoso.onmicrosoft.com']],
  );
  assert.deepEqual((await get('/subscriptions')).body?.value, []);
  const refused = await get(`/subscriptions/${azure.simulator.subscriptionId}/resourceGroups`);
  assert.equal(code(refused), '401 InvalidAuthenticationTokenTenant');
  assert.match(
    String(refused.body?.error.message),
    /^The access token is from the wrong issuer 'https:\/\/sts\.windows\.net\/99999999-.*'\. It must match the tenant 'https:\/\/sts\.windows\.net\/22222222-/,
  );
  assert.match(
    String(refused.headers.get('www-authenticate')),
    /authorization_uri="https:\/\/127\.0\.0\.1:\d+\/22222222-/,
  );
});
