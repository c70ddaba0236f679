/**
 * The image as deploy/Dockerfile describes it, made without an engine: what is in it, and that it runs as it is deployed,
 * with a read-only root, as the user 65532, with no capability.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import {
  buildImage,
  type Container,
  type Image,
  pinnedNode,
  readDockerfile,
  requireContainers,
  startContainer,
} from '../env/image.ts';

const root = join(import.meta.dirname, '../..');

test('both stages have the Node that is pinned, and the last one is distroless and not root', async () => {
  const [build, image] = await readDockerfile();
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.equal(build?.base, `node:${devDependencies.node}-trixie-slim`);
  assert.match(image?.base ?? '', /\/distroless\/nodejs24-debian13:nonroot$/);
  assert.equal(image?.user, '65532:65532');
  assert.deepEqual(build?.runs, ['npm ci --ignore-scripts', 'node scripts/build.ts']);
  const { stdout } = await promisify(execFile)(await pinnedNode(), ['--version']);
  assert.equal(stdout.trim(), `v${devDependencies.node}`);
});

suite('the image', () => {
  let image: Image;
  before(async () => {
    image = await buildImage();
  });
  after(() => image?.remove());

  /** Runs a container to its end. */
  const ran = async (container: Container) => {
    const output = { stdout: '', stderr: '' };
    const child = await startContainer(image, {
      ...container,
      onOutput: (text, stream) => {
        output[stream] += text;
      },
    });
    return { code: await child.ended, ...output };
  };

  test('has one program, its map, its licences, the CRD and the samples; no package and no tool', () => {
    const samples = image.files.filter(file => file.startsWith('/app/deploy/samples/'));
    assert.ok(samples.includes('/app/deploy/samples/plant-a.yaml'));
    assert.deepEqual(
      image.files.filter(file => !samples.includes(file)),
      [
        '/app/LICENSE',
        '/app/crds/privatemonitoringscopes.yaml',
        '/app/package.json',
        '/app/pms.mjs',
        '/app/pms.mjs.LICENSES.txt',
        '/app/pms.mjs.map',
      ],
    );
  });

  test('starts: without arguments it tells its commands', async t => {
    if (!requireContainers(t)) return;
    const { code, stdout, stderr } = await ran({});
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Usage: pms /);
  });

  test('runs as 65532 without a capability, and can write nowhere', async t => {
    if (!requireContainers(t)) return;
    const program = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const status = readFileSync('/proc/self/status', 'utf8');
      const tried = ['/app/x', '/tmp/x', '/x'].map(file => {
        try { writeFileSync(file, ''); return 'written'; } catch (error) { return error.code; }
      });
      console.log(JSON.stringify({
        ids: [process.getuid(), process.getgid(), process.getgroups()],
        capabilities: /CapEff:\\s+(\\S+)/.exec(status)[1], noNewPrivileges: /NoNewPrivs:\\s+(\\d)/.exec(status)[1], tried,
        options: process.env.NODE_OPTIONS,
      }));`;
    const { code, stdout, stderr } = await ran({ entrypoint: ['/nodejs/bin/node'], args: ['-e', program] });
    assert.equal(code, 0, stderr);
    const { options, ...seen } = JSON.parse(stdout);
    assert.deepEqual(seen, {
      ids: [65532, 65532, [65532]],
      capabilities: '0000000000000000',
      noNewPrivileges: '1',
      tried: ['EROFS', 'EROFS', 'EROFS'],
    });
    assert.match(options, /--max-old-space-size-percentage=60 .*--enable-source-maps/);
  });

  test('shows the whole road alone: the demo, in its own file system', async t => {
    if (!requireContainers(t)) return;
    const folder = await mkdtemp(join(tmpdir(), 'pms-image-tmp-'));
    t.after(() => rm(folder, { recursive: true }));
    await chmod(folder, 0o777);
    const mounts = [{ from: folder, to: '/tmp', writable: true }];
    const { code, stdout, stderr } = await ran({ args: ['demo', '--once', '--latency-scale', '0.05'], mounts });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^plant-a +True +Ready +27/m);
  });

  test('an operator that is told nothing says all that it misses, and ends with 2', async t => {
    if (!requireContainers(t)) return;
    const { code, stderr } = await ran({ args: ['operator', '--config', '/etc/pms/operator.yaml'] });
    assert.equal(code, 2);
    assert.match(stderr, /\/etc\/pms\/operator\.yaml/);
  });
});
