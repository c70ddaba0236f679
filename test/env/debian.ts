/**
 * Programs from outside that tests need and Debian has: installed before the tests where that can be done without
 * asking anybody (root on Debian). Elsewhere the tests say what they lack (require-tool.ts). Used by test/run.ts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { findTool } from './require-tool.ts';

/** Program -> Debian package. */
const packages: Readonly<Record<string, string>> = {
  az: 'azure-cli',
  chromium: 'chromium',
  dnsmasq: 'dnsmasq-base',
  ip: 'iproute2',
  jq: 'jq',
  'lua5.1': 'lua5.1',
  named: 'bind9',
  'named-checkconf': 'bind9utils',
  'named-checkzone': 'bind9utils',
  openssl: 'openssl',
  promtool: 'prometheus',
  tar: 'tar',
  unbound: 'unbound',
  'unbound-checkconf': 'unbound',
};

/** Installs the packages of the missing programs. Does nothing when none is missing, or when not root on Debian. */
export async function installMissingTools(signal: AbortSignal): Promise<void> {
  const missing = Object.keys(packages).filter(tool => findTool(tool) === undefined);
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return;
  const names = [...new Set(missing.map(tool => packages[tool] ?? tool))];
  process.stderr.write(`installing ${names.join(', ')} (usually 10 s to a minute, once)\n`);
  await aptGet(['update', '--quiet=2'], signal);
  await aptGet(['install', '--quiet=2', '--yes', '--no-install-recommends', ...names], signal);
}

async function aptGet(args: readonly string[], signal: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn('apt-get', args, { env, stdio: ['ignore', process.stderr, 'inherit'], signal });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`apt-get ${args.join(' ')} ended with ${code}`);
}
