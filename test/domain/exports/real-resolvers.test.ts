/**
 * The exports in the programs that they are for: checked by their own checkers, and answered by BIND, Unbound and
 * dnsmasq themselves.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { type ExportFormat, exportRecords } from '../../../src/domain/exports/exports.ts';
import { dnsQuery } from '../../env/dns-query.ts';
import { requireTool } from '../../env/require-tool.ts';
import { startUpstreamDns, type UpstreamDns } from '../../env/upstream-dns.ts';
import { PROGRAMS, prepare, RECIPES, type ResolverProgram, startResolver } from './resolver-programs.ts';
import { API, CONTEXT, ODS, RECORDS, SIX } from './sample.ts';

const run = promisify(execFile);
const filesOf = (format: ExportFormat) => exportRecords(format, RECORDS, CONTEXT);

/** The public side: our names lead to public addresses there, IPv6 too, and one name is a chain into ours. */
const PUBLIC = {
  'www.example.com': { A: ['192.0.2.80'], AAAA: ['2001:db8::80'] },
  [API]: { A: ['192.0.2.10'], AAAA: ['2001:db8::10'] },
  [`sub.${API}`]: { A: ['192.0.2.11'] },
  'other.monitor.azure.com': { A: ['192.0.2.12'] },
  'chained.example.com': { CNAME: API },
} as const;

const CASES: readonly { name: keyof typeof PROGRAMS; format: ExportFormat; mendsChains: boolean }[] = [
  { name: 'BIND with the policy zone', format: 'rpz', mendsChains: true },
  { name: 'BIND with a zone a name', format: 'bind', mendsChains: true },
  { name: 'Unbound with the policy zone', format: 'rpz', mendsChains: true },
  { name: 'Unbound with local data', format: 'unbound', mendsChains: false },
  { name: 'dnsmasq', format: 'dnsmasq', mendsChains: false },
];

/** Runs a checker; its words when it ends with anything but 0. */
async function checked(tool: string, args: readonly string[], cwd?: string): Promise<string> {
  try {
    await run(tool, [...args], { cwd });
    return 'ok';
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`;
  }
}

suite('the exports before their own checkers', () => {
  test('named-checkzone takes the policy zone and every zone of bind', async t => {
    const tool = requireTool(t, 'named-checkzone');
    if (tool === undefined) return;
    const { directory, remove } = await prepare(PROGRAMS.dnsmasq, [...filesOf('rpz'), ...filesOf('bind')], 1);
    t.after(remove);
    assert.equal(await checked(tool, ['-q', 'pms.rpz', join(directory, 'pms.rpz.db')]), 'ok');
    const [conf, ...zones] = filesOf('bind');
    assert.ok(zones.length > 1);
    for (const [, zone = '', file = ''] of conf?.text.matchAll(/zone "(.+?)" .* file "(.+?)"/g) ?? []) {
      assert.equal(await checked(tool, ['-q', zone, join(directory, file)]), 'ok', zone);
    }
    assert.notEqual(await checked(tool, ['-q', 'pms.rpz', join(directory, 'main.conf')]), 'ok');
  });

  for (const name of ['BIND with the policy zone', 'BIND with a zone a name'] as const) {
    test(`named-checkconf takes ${name} and loads its zones`, async t => {
      const tool = requireTool(t, 'named-checkconf');
      if (tool === undefined) return;
      const { main, remove } = await prepare(PROGRAMS[name], [...filesOf('rpz'), ...filesOf('bind')], 1);
      t.after(remove);
      assert.equal(await checked(tool, ['-z', main]), 'ok');
    });
  }

  for (const name of ['Unbound with the policy zone', 'Unbound with local data'] as const) {
    test(`unbound-checkconf takes ${name}`, async t => {
      const tool = requireTool(t, 'unbound-checkconf');
      if (tool === undefined) return;
      const files = [...filesOf('rpz'), ...filesOf('unbound')];
      const { main, directory, remove } = await prepare(PROGRAMS[name], files, 1);
      t.after(remove);
      assert.equal(await checked(tool, [main], directory), 'ok');
    });
  }

  test('dnsmasq --test takes dnsmasq.conf', async t => {
    const tool = requireTool(t, 'dnsmasq');
    if (tool === undefined) return;
    const { main, remove } = await prepare(PROGRAMS.dnsmasq, filesOf('dnsmasq'), 1);
    t.after(remove);
    assert.equal(await checked(tool, ['--test', `--conf-file=${main}`]), 'ok');
  });

  test('the head of the policy zone says the very lines that BIND and Unbound were tried with', () => {
    const [zone] = filesOf('rpz');
    for (const recipe of [...Object.values(RECIPES.bindRpz), ...Object.values(RECIPES.unboundRpz)]) {
      for (const line of recipe.split('\n')) assert.ok(zone?.text.includes(line.trim()), line);
    }
  });
});

suite('the exports in resolvers that answer', () => {
  let upstream: UpstreamDns;
  before(async () => {
    upstream = await startUpstreamDns(PUBLIC);
  });
  after(() => upstream.stop());

  for (const { name, format, mendsChains } of CASES) {
    test(`${name} answers our names with our addresses and leaves all others alone`, async t => {
      const program: ResolverProgram = PROGRAMS[name];
      if (requireTool(t, program.tool) === undefined) return;
      const { server, stop } = await startResolver(program, filesOf(format), upstream.port);
      t.after(stop);
      for (const protocol of ['udp', 'tcp'] as const) {
        const ask = (asked: string, type: 'A' | 'AAAA' = 'A') => dnsQuery({ server, name: asked, type, protocol });
        await assertOurs(ask);
        await assertNoData(ask);
        await assertOthers(ask);
      }
      const chained = await dnsQuery({ server, name: 'chained.example.com' });
      assert.deepEqual(chained.answers, mendsChains ? ['10.1.2.4'] : ['192.0.2.10']);
    });
  }
});

type Ask = (name: string, type?: 'A' | 'AAAA') => ReturnType<typeof dnsQuery>;

async function assertOurs(ask: Ask): Promise<void> {
  for (const { name, addresses } of RECORDS) {
    const { code, answers, ttlSeconds = 0 } = await ask(name, name === SIX ? 'AAAA' : 'A');
    assert.deepEqual([code, answers], ['NOERROR', [...addresses].sort()], name);
    assert.ok(ttlSeconds > 0 && ttlSeconds <= 60, `${name} may be kept ${ttlSeconds} s`);
  }
}

/** Upstream has a public AAAA of the one. */
async function assertNoData(ask: Ask): Promise<void> {
  for (const name of [API, ODS]) {
    const { code, answers } = await ask(name, 'AAAA');
    assert.deepEqual([code, answers], ['NOERROR', []], `${name} AAAA`);
  }
}

async function assertOthers(ask: Ask): Promise<void> {
  for (const name of ['www.example.com', 'other.monitor.azure.com'] as const) {
    assert.deepEqual((await ask(name)).answers, PUBLIC[name].A, name);
  }
}
