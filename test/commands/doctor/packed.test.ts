/**
 * The packed command as a user runs it, in a network namespace of its own with a hosts file of its own: the system's
 * resolver, a real handshake on port 443, this machine's /proc. Needs root.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exportRecords } from '../../../src/domain/exports/exports.ts';
import { certificateAuthority } from '../../../src/simulator/certificates.ts';
import { CONTEXT } from '../../domain/exports/sample.ts';
import { removeAtExit } from '../../env/child-process.ts';
import { requireContainers } from '../../env/image.ts';
import { packedPms } from '../../env/packed.ts';
import { requireTool } from '../../env/require-tool.ts';
import { pms } from '../pms-process.ts';
import { api, globalHandler, handler, ods } from './recorded-machine.ts';

const DEADLINE_MS = 240_000;
const address = '127.13.1.5';
const records = [ods, api, globalHandler, handler].map(name => ({ name, addresses: [address] }));
const hostsText = exportRecords('hosts', records, CONTEXT)[0]?.text ?? '';
const stale = (name: string) => hostsText.replace(`${address} ${name}`, `127.13.9.9 ${name}`);

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** In the namespace: the hosts file put in the place of the machine's, loopback up, and then the program. */
const inside = 'mount --bind "$1" /etc/hosts && ip link set lo up && shift && exec "$@"';

const run = (env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const command = ['--net', '--mount', 'sh', '-c', inside, 'inside', ...args];
    execFile('unshare', command, { env, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });

async function bench(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'pms-doctor-'));
  t.after(removeAtExit(directory));
  const file = (name: string) => join(directory, name);
  const authority = await certificateAuthority();
  const { cert, key } = await authority.issue(records.map(({ name }) => name));
  await writeFile(file('ca.pem'), authority.caPem);
  await writeFile(file('records.json'), exportRecords('json', records, CONTEXT)[0]?.text ?? '');
  const packed = await packedPms();
  const base = { PATH: process.env.PATH, CERTIFICATE: cert, KEY: key, ADDRESS: address };
  return async (hosts: string, { trusts = true, args = [] as readonly string[] } = {}) => {
    await writeFile(file('hosts'), hosts);
    const env = trusts ? { ...base, NODE_EXTRA_CA_CERTS: file('ca.pem') } : base;
    const server = join(import.meta.dirname, 'in-namespace.ts');
    const command = [process.execPath, packed, 'doctor', '--records', file('records.json'), ...args];
    return run(env, file('hosts'), process.execPath, server, ...command);
  };
}

test('the packed command finds what is wrong on the machine that it runs on, and nothing where nothing is', async t => {
  if (!requireContainers(t)) return;
  for (const tool of ['ip', 'mount']) if (!requireTool(t, tool)) return;
  const doctor = await bench(t);

  const healthy = await doctor(hostsText);
  assert.equal(healthy.code, 0, healthy.stdout + healthy.stderr);
  assert.match(healthy.stdout, /\n {2}✓ names +all 4 names resolve to the addresses of the records/);
  assert.match(healthy.stdout, /\n {2}✓ tls +4 handshakes/);
  assert.match(healthy.stdout, /\nNothing to mend\.\n$/);
  assert.equal(healthy.stderr, '');

  const old = await doctor(stale(ods), { args: ['-o', 'json'] });
  const { passed, asRoot, mend } = JSON.parse(old.stdout);
  assert.deepEqual([old.code, passed, asRoot, mend.check], [1, false, true, 'hosts file']);
  assert.match(
    mend.message,
    /^1 of 4 names has an old address in \/etc\/hosts: line \d+: e97e0ed9\S+ -> 127\.13\.9\.9, not 127\.13\.1\.5$/,
  );

  const unnamed = await doctor(hostsText.replace(`${address} ${handler}\n`, ''));
  assert.equal(unnamed.code, 1, unnamed.stdout);
  assert.match(unnamed.stdout, /\nMend first: 1 of 4 names (does not resolve|got no answer): dce-plant\S+ → .+\n$/);

  const opened = await doctor(hostsText, { trusts: false });
  assert.equal(opened.code, 1, opened.stdout);
  assert.match(
    opened.stdout,
    /\nMend first: 4 of 4 handshakes failed: .*issued by CN=pms simulator CA.* → take these names/,
  );
});

test('wrong usage is exit 2, with nothing on stdout', async t => {
  for (const args of [[], ['--records', '-', '-o', 'yaml'], ['--records', '/nowhere/records.json']]) {
    const { code, stdout, stderr } = await pms(t, { args: ['doctor', ...args] });
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, /^error: /);
  }
});
