/**
 * Set-up before every npm script that needs the dependencies: runs `npm ci` when package-lock.json, .npmrc or the
 * dependencies in package.json have changed since the last one, else does nothing. Plain JavaScript without
 * dependencies, for Node 20: it runs before anything is installed. Nothing goes to stdout, which is the script's own.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.pms-setup');

/** @param {string} file */
const textOf = file => readFile(file, 'utf8').catch(() => '');

/** What an installation depends on; scripts and descriptions in package.json are not part of it. */
async function wantedStamp() {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { dependencies, devDependencies, optionalDependencies, overrides, engines, allowScripts } = manifest;
  const relevant = { dependencies, devDependencies, optionalDependencies, overrides, engines, allowScripts };
  const hash = createHash('sha256');
  hash.update(await readFile(join(root, 'package-lock.json')));
  hash.update(await textOf(join(root, '.npmrc')));
  hash.update(JSON.stringify(relevant));
  return `${hash.digest('hex')}\n`;
}

/**
 * True when a plain `npm install` or `npm ci` already put there what the lockfile says: npm writes node_modules'
 * own lockfile last, and it lists what was installed.
 */
async function isInstalledByHand() {
  const installed = JSON.parse((await textOf(join(modules, '.package-lock.json'))) || '{}').packages ?? {};
  const wanted = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, integrity, optional }]) =>
      path === '' ||
      (installed[path]?.version === version && installed[path]?.integrity === integrity) ||
      (optional && installed[path] === undefined),
  );
}

/**
 * One `npm ci`, its stdout on our stderr. npm is started by the node and the file that started us, when npm did:
 * node_modules/.bin/node is deleted on the way.
 *
 * @returns {Promise<{ exitCode: number, stderr: string }>}
 */
function npmCi() {
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm ? [process.env.npm_node_execpath ?? process.execPath, npm] : ['npm'];
  return new Promise((resolve, reject) => {
    const child = spawn(/** @type {string} */ (command), [...args, 'ci', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', process.stderr, 'pipe'],
      shell: npm === undefined && process.platform === 'win32',
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text;
      process.stderr.write(text);
    });
    child.once('error', reject);
    child.once('close', code => resolve({ exitCode: code ?? 1, stderr }));
  });
}

/** Installs, with a second try when an interrupted earlier npm was still writing into the folder; returns the exit code. */
async function install() {
  process.stderr.write('set-up: installing the dependencies (npm ci, usually 30 to 60 s, once)\n');
  const startedAt = Date.now();
  let result = await npmCi();
  if (result.exitCode !== 0 && result.stderr.includes('ENOTEMPTY')) {
    process.stderr.write('set-up: an earlier npm was still at work, trying once more\n');
    result = await npmCi();
  }
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  process.stderr.write(`set-up: npm ci ${result.exitCode === 0 ? 'done' : 'failed'} after ${seconds} s\n`);
  return result.exitCode;
}

const isDone = async () => (await textOf(stampFile)) === (await wantedStamp());

if (!(await isDone())) {
  await withLock(
    join(root, '.tmp', 'setup.lock'),
    async () => {
      if (await isDone()) return;
      if (!(await isInstalledByHand())) process.exitCode = await install();
      if (process.exitCode) return;
      await mkdir(modules, { recursive: true });
      await writeFile(stampFile, await wantedStamp());
    },
    pid => process.stderr.write(`set-up: waiting for process ${pid}, which is installing\n`),
  );
}
