import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writesIn } from './audit-log.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { processesWith } from './processes.ts';

const configMaps = '/api/v1/namespaces/plant/configmaps';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the test control plane', () => {
  let controlPlane: ControlPlane;
  before(async () => {
    controlPlane = await startControlPlane({ crds: false, auditLog: true, namespaces: ['plant'] });
  });
  after(() => controlPlane.stop());

  it('serves the built-in resources to the administrator, and kubectl speaks its version', async () => {
    const namespaces = await controlPlane.kubectl(['get', 'namespaces', '-o', 'name']);
    assert.deepEqual(namespaces.stdout.trim().split('\n').sort(), [
      'namespace/default',
      'namespace/kube-node-lease',
      'namespace/kube-public',
      'namespace/kube-system',
      'namespace/plant',
    ]);
    const version = JSON.parse((await controlPlane.kubectl(['version', '-o', 'json'])).stdout);
    assert.equal(version.serverVersion.gitVersion, version.clientVersion.gitVersion);
  });

  it('refuses a user without a role, and lets him do what a role grants his group', async () => {
    const kubeconfig = await controlPlane.userKubeconfig('jane', ['operators']);
    const get = () => controlPlane.kubectl(['get', 'configmaps', '-n', 'plant', '-o', 'name'], { kubeconfig });
    const refused = await get();
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /User "jane" cannot list resource "configmaps"/);
    for (const words of [
      'role reader --verb=list --resource=configmaps',
      'rolebinding r --role=reader --group=operators',
    ]) {
      const created = await controlPlane.kubectl(['create', '-n', 'plant', ...words.split(' ')]);
      assert.equal(created.exitCode, 0, created.stderr);
    }
    await eventually('the role is in force', async () => (await get()).exitCode === 0);
  });

  it('refuses a request without credentials it knows', async () => {
    const stranger = ['--token=unknown', `--server=${controlPlane.url}`, '--insecure-skip-tls-verify'];
    const result = await controlPlane.kubectl(['get', 'namespaces', ...stranger], { kubeconfig: '/dev/null' });
    assert.match(result.stderr, /must be logged in to the server|Unauthorized/);
  });

  it('gives a service account a token that the API server takes for it', async () => {
    const kubeconfig = await controlPlane.serviceAccountKubeconfig('plant', 'operator');
    const whoami = await controlPlane.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig });
    const { userInfo } = JSON.parse(whoami.stdout).status;
    assert.equal(userInfo.username, 'system:serviceaccount:plant:operator');
    assert.ok(userInfo.groups.includes('system:serviceaccounts:plant'));
    const token = await controlPlane.serviceAccountToken('plant', 'operator', ['api://AzureADTokenExchange']);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.deepEqual(claims.aud, ['api://AzureADTokenExchange']);
    assert.equal(claims.sub, 'system:serviceaccount:plant:operator');
  });

  it('records who wrote what', async () => {
    const kubeconfig = await controlPlane.userKubeconfig('writer', ['system:masters']);
    const create = ['create', 'configmap', 'written', '-n', 'plant'];
    assert.equal((await controlPlane.kubectl(create, { kubeconfig })).exitCode, 0);
    const writes = writesIn(await controlPlane.auditEvents(), { username: 'writer', userAgent: /^kubectl\// });
    assert.deepEqual(
      writes.map(({ verb, objectRef, responseStatus }) => [verb, objectRef?.resource, responseStatus?.code]),
      [['create', 'configmaps', 201]],
    );
  });

  it('keeps its objects when the API server is killed and started again', async () => {
    await controlPlane.request('POST', configMaps, { metadata: { name: 'kept' } });
    const [etcd, apiServer] = controlPlane.pids();
    await controlPlane.killApiServer();
    assert.deepEqual(controlPlane.pids(), [etcd]);
    await assert.rejects(controlPlane.request('GET', `${configMaps}/kept`));
    await controlPlane.startApiServer();
    assert.equal((await controlPlane.request('GET', `${configMaps}/kept`)).status, 200);
    assert.notEqual(controlPlane.pids()[1], apiServer);
  });
});

describe('the end of a test control plane', () => {
  it('leaves no process and no file', async () => {
    const controlPlane = await startControlPlane({ crds: false });
    const pids = controlPlane.pids();
    assert.equal(pids.length, 2);
    assert.ok(existsSync(controlPlane.kubeconfig));
    await controlPlane.stop();
    assert.deepEqual(pids.filter(isAlive), []);
    assert.equal(existsSync(controlPlane.directory), false);
    await controlPlane.stop();
  });

  it('comes when it cannot be started, too, and the message holds the words of the API server', async t => {
    const directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
    const { TMPDIR } = process.env;
    process.env.TMPDIR = directory;
    t.after(async () => {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      await rm(directory, { recursive: true });
    });
    await assert.rejects(startControlPlane({ apiServerArguments: ['--no-such-flag'] }), /unknown flag: --no-such-flag/);
    assert.deepEqual(await readdir(directory), []);
    assert.deepEqual(await processesWith(directory), []);
  });
});
