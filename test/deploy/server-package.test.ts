/**
 * What `npm pack` makes: a package whose `pms` works with nothing but Node, without a network and without node_modules.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { pinnedNode } from '../env/image.ts';
import { findTool, requireTool } from '../env/require-tool.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

suite('the package', () => {
  let folder: string;
  let files: readonly string[];
  const inside = (path: string) => join(folder, 'package', path);
  /** As its `bin` says, with an environment that has nothing in it. */
  const pms = async (...args: readonly string[]) => {
    const { bin } = JSON.parse(await readFile(inside('package.json'), 'utf8'));
    return run(await pinnedNode(), [inside(bin.pms), ...args], { cwd: folder, env: { HOME: folder }, timeout: 60_000 });
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pms-package-'));
    // With its own prepack, which builds: what is published is what is built then.
    const { stdout } = await run('npm', ['pack', '--silent', '--json', '--pack-destination', folder], { cwd: root });
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[')));
    files = packed.files.map(({ path }: { path: string }) => path).sort();
    await run('tar', ['--extract', '--file', join(folder, packed.filename), '--directory', folder]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('has the program, its licences, the CRD, what is deployed and the pages; no source, no test, no dependency', () => {
    const places = new Set(files.map(file => (file.includes('/') ? `${file.split('/')[0]}/` : file)));
    assert.deepEqual([...places].sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'crds/',
      'deploy/',
      'dist/',
      'docs/',
      'package.json',
    ]);
    assert.deepEqual(
      files.filter(file => file.startsWith('dist/')),
      ['dist/pms.mjs', 'dist/pms.mjs.LICENSES.txt', 'dist/pms.mjs.map'],
    );
    for (const file of ['deploy/install.yaml', 'deploy/chart/Chart.yaml', 'deploy/chart/templates/_helpers.tpl']) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(
      files.filter(file => file.includes('node_modules')),
      [],
    );
  });

  test('brings its commands as executables', async () => {
    const { bin, version } = JSON.parse(await readFile(inside('package.json'), 'utf8'));
    assert.deepEqual(Object.keys(bin), ['pms', 'kubectl-pms']);
    for (const file of Object.values<string>(bin)) assert.equal((await stat(inside(file))).mode & 0o111, 0o111, file);
    assert.equal((await pms('--version')).stdout, `${version}\n`);
    assert.deepEqual((await readdir(join(folder, 'package'))).includes('node_modules'), false);
  });

  test('shows the whole road alone', async () => {
    const { stdout } = await pms('demo', '--once', '--latency-scale', '0.05');
    assert.match(stdout, /^plant-a +True +Ready +27/m);
  });

  test('does so without a network, where only this machine’s own addresses are', async t => {
    if (!requireTool(t, 'unshare') || !requireTool(t, 'ip')) return;
    if (process.getuid?.() !== 0) return t.skip('not root');
    const { bin } = JSON.parse(await readFile(inside('package.json'), 'utf8'));
    const program = [await pinnedNode(), inside(bin.pms), 'demo', '--once', '--latency-scale', '0.05'];
    const alone = `${findTool('ip')} link set lo up && exec "$@"`;
    const { stdout } = await run('unshare', ['--net', 'sh', '-c', alone, 'alone', ...program], { timeout: 60_000 });
    assert.match(stdout, /^plant-a +True +Ready +27/m);
  });
});
