/**
 * An installation without a secret: the pod's projected token, signed by the real API server, is exchanged for one of
 * Azure by an Entra ID that knows the API server's keys, issuer and subject (docs/operations.md, "Identity").
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { requireContainers } from '../env/image.ts';
import { install, NAMESPACE, prepareGround, runInstalled, simulated, startAzureBeside } from './installation.ts';
import { pms } from './objects.ts';

test('with azure.identity FederatedToken an object becomes Ready, and there is no secret anywhere', async t => {
  if (!requireContainers(t)) return;
  const ground = await prepareGround();
  t.after(ground.stop);
  const { controlPlane, coreDns, directory, kubectl } = ground;
  const discovery = JSON.parse(await kubectl(['get', '--raw', '/.well-known/openid-configuration']));
  const jwks = JSON.parse(await kubectl(['get', '--raw', '/openid/v1/jwks']));
  const seed = parse(await readFile(join(import.meta.dirname, 'seed.yaml'), 'utf8'));
  const [{ clientId }, ...others] = seed.principals;
  const federated = {
    issuer: discovery.issuer,
    subject: `system:serviceaccount:${NAMESPACE}:pms-operator`,
    audience: 'api://AzureADTokenExchange',
    jwks,
  };
  const file = join(directory, 'seed.yaml');
  await writeFile(file, stringify({ ...seed, principals: [{ clientId, federated }, ...others] }));
  const azure = await startAzureBeside(ground, file);
  const { env, subscriptionId } = azure;

  const objects = await install(
    ground,
    `
azure:
  identity: FederatedToken
  tenantId: ${env.AZURE_TENANT_ID}
  clientId: ${clientId}
  authorityHost: "${env.AZURE_AUTHORITY_HOST}"
  resourceManagerEndpoint: "${env.AZURE_RESOURCE_MANAGER_ENDPOINT}"
certificateAuthority: {configMap: corporate-ca}
targets: [{name: default, kind: HostsFile, configMap: pms-records, servers: ["${coreDns.server}"], ttlSeconds: 2}]
`,
  );
  await kubectl(['create', 'configmap', 'corporate-ca', `--from-file=ca.crt=${env.NODE_EXTRA_CA_CERTS}`]);
  await runInstalled(ground, objects, simulated(azure));
  await kubectl(['apply', '-f', '-'], JSON.stringify(pms({ subscriptionId, name: 'plant-a' })));
  await kubectl(['wait', 'pms/plant-a', '--for=condition=Ready', '--timeout=120s']);
  const secrets = await controlPlane.kubectl(['get', 'secrets', '--all-namespaces', '-o', 'name']);
  assert.equal(secrets.stdout, '');
});
