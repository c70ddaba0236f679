/**
 * `pms doctor` over a recorded machine: a healthy one, and one fault after another planted in it. Each is told in one
 * line, the one to mend first, and with exit code 1.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { diagnosisOf } from '../../../src/commands/doctor/diagnosis.ts';
import { examine } from '../../../src/commands/doctor/examine.ts';
import type { WantedRecord } from '../../../src/commands/doctor/records-input.ts';
import {
  api,
  chunk,
  chunkFile,
  globalHandler,
  handler,
  healthy,
  type MachineOptions,
  machine,
  moved,
  ods,
  query,
  records,
  withMore,
  without,
} from './recorded-machine.ts';

const { signal: never } = new AbortController();

interface Plant extends MachineOptions {
  readonly wanted?: readonly WantedRecord[];
  readonly alsoAllowed?: readonly string[];
}

async function diagnose(t: TestContext, { wanted = records, alsoAllowed = [], isRoot = true, ...plant }: Plant = {}) {
  const made = await machine(t, { ...plant, isRoot });
  const groups = await examine({ records: wanted, alsoAllowed }, made.machine, never);
  const { exitCode, lines, output } = diagnosisOf(groups, isRoot);
  const text = lines.map(line => line.map(piece => piece.text).join(''));
  const told = (check: string) => output.checks.filter(one => one.check === check);
  return { exitCode, text, last: text.at(-1) ?? '', output, told, asked: made.asked };
}

const stateOf = ({ output }: Awaited<ReturnType<typeof diagnose>>) =>
  Object.fromEntries(output.checks.map(({ check, state }) => [check, state]));

test('a healthy machine has nothing to mend, and exit code 0', async t => {
  const found = await diagnose(t);
  assert.equal(found.exitCode, 0, found.text.join('\n'));
  assert.equal(found.last, 'Nothing to mend.');
  assert.equal('mend' in found.output, false);
  assert.deepEqual(stateOf(found), {
    records: 'passed',
    resolver: 'passed',
    names: 'passed',
    tls: 'passed',
    agent: 'passed',
    'agent configuration': 'passed',
    'agent connections': 'passed',
    'arc connections': 'passed',
    'other programs': 'skipped',
  });
  const text = found.text.join('\n');
  assert.match(text, /resolver +asks 10\.0\.0\.53 \(\/etc\/resolv\.conf\)/);
  // The alias is resolved, and no handshake is made under it.
  assert.match(text, /names +all 6 names resolve/);
  assert.match(text, /tls +5 handshakes/);
  assert.match(text, /agent connections +none to a public address, 2 to addresses of the records/);
  assert.match(text, /himds -> 20\.190\.160\.1:443 login\.microsoftonline\.com/);
  assert.match(text, /other programs +1 connection to public addresses, not judged: apt-get -> 151\.101\.2\.132:80/);
});

const publicly = { remote: '20.43.70.1', inode: 9100 };
const mdsd = { pid: 701, argv: ['/opt/microsoft/azuremonitoragent/bin/mdsd'], sockets: [9002, 9100] };
const handlerOfRegion = 'japaneast.handler.control.monitor.azure.com';
const otherEndpoint = 'dce-other-zz99.japaneast-1.handler.control.monitor.azure.com';

const faults: readonly (Plant & { readonly name: string; readonly check: string; readonly line: RegExp })[] = [
  {
    name: 'a name that resolves publicly',
    answers: { [api]: ['20.43.70.1'] },
    check: 'names',
    line: /: 1 of 6 names resolves to a public address: api\.monitor\.azure\.com -> 20\.43\.70\.1, not 127\.0\.0\.1 → let 10\.0\.0\.53 \(\/etc\/resolv\.conf\) serve the records/,
  },
  {
    name: 'a name that resolves publicly over IPv6 beside the right address',
    answers: { [ods]: ['127.0.0.1', '2603:1030::1'] },
    check: 'names',
    line: /resolves to a public address: e97e0ed9\S+ -> 2603:1030::1, not 127\.0\.0\.1 → .*AAAA included/,
  },
  {
    name: 'a name that does not resolve',
    answers: { [handler]: 'absent' },
    check: 'names',
    line: /: 1 of 6 names does not resolve: dce-plant-ab12\S+ → let 10\.0\.0\.53/,
  },
  {
    name: 'a DNS server that does not answer',
    answers: Object.fromEntries(records.map(({ name }) => [name, 'silent'])),
    check: 'names',
    line: /: 6 of 6 names got no answer: .* and 3 more → let this machine reach 10\.0\.0\.53 .* port 53/,
  },
  {
    name: 'a name that has the address of another private endpoint',
    answers: { [ods]: ['10.9.9.9'] },
    check: 'names',
    line: /: 1 of 6 names resolves to another private address: e97e0ed9\S+ -> 10\.9\.9\.9, not 127\.0\.0\.1 → look in 10\.0\.0\.53/,
  },
  {
    name: 'an old line in /etc/hosts',
    answers: { [api]: ['10.9.9.9'] },
    recorded: withMore(healthy, { files: { '/etc/hosts': `127.0.0.1 localhost\n# pms\n10.9.9.9 ${api}\n` } }),
    check: 'hosts file',
    line: /: 1 of 6 names has an old address in \/etc\/hosts: line 3: api\S+ -> 10\.9\.9\.9, not 127\.0\.0\.1 → take the lines out/,
  },
  {
    name: 'an endpoint that does not let the machine in',
    wanted: moved(ods, '127.0.0.2'),
    answers: { [ods]: ['127.0.0.2'] },
    check: 'tls',
    line: /: 1 of 5 handshakes failed: e97e0ed9\S+ at 127\.0\.0\.2: connect ECONNREFUSED .* → let this machine through to the private endpoint on TCP 443/,
  },
  {
    name: 'somebody in between who opens TLS',
    trusts: false,
    check: 'certificate',
    line: /: 5 of 5 handshakes failed: .*issued by CN=pms simulator CA.* and 3 more → take these names out of TLS inspection/,
  },
  {
    name: 'an agent that is installed and does not run',
    recorded: { ...healthy, programs: healthy.programs.filter(({ pid }) => pid < 700) },
    check: 'agent',
    line: /: the Azure Monitor Agent is installed, and mdsd and amacoreagent do not run → systemctl restart/,
  },
  {
    name: 'an agent without an endpoint',
    recorded: withMore(healthy, { files: { [chunkFile]: chunk(ods, handlerOfRegion) } }),
    check: 'agent configuration',
    line: /: the agent has no data collection endpoint: .*region's japaneast\.handler\S+ → associate the machine with dce-plant-ab12\S+ \(configurationAccessEndpoint\)/,
  },
  {
    name: 'an agent with an endpoint that is not among the records',
    recorded: withMore(healthy, { files: { [chunkFile]: chunk(ods, otherEndpoint) } }),
    check: 'agent configuration',
    line: /: the agent's data collection endpoint is dce-other-zz99\S+, which is not among the records → .*or link that endpoint/,
  },
  {
    name: 'an agent that never received a configuration',
    recorded: withMore(without(healthy, chunkFile), {
      files: {
        '/var/opt/microsoft/azuremonitoragent/log/mdsd.err': `2026-10-22T15:26:44Z: [x]Could not obtain configuration from https://${globalHandler} after first round of tries.\n`,
      },
    }),
    check: 'agent configuration',
    line: /: the agent has received no configuration; it last failed to have it from global\.handler\S+ → associate/,
  },
  {
    name: 'a configuration that is none',
    recorded: withMore(healthy, { files: { [chunkFile]: '{"channels":' } }),
    check: 'agent configuration',
    line: /: 2871056244766261301\.json cannot be read as a configuration → /,
  },
  {
    name: 'a rule that sends to a workspace outside of the scope',
    recorded: withMore(healthy, {
      files: { [chunkFile]: chunk('11111111-0000-4000-8000-000000000000.ods.opinsights.azure.com') },
    }),
    check: 'agent configuration',
    line: /: the agent is told to send to 11111111\S+, which is not among the records → link that workspace/,
  },
  {
    name: 'a rule that sends to Azure Monitor Metrics',
    recorded: withMore(healthy, { files: { [chunkFile]: chunk('japaneast.monitoring.azure.com', handler, 'me') } }),
    check: 'agent configuration',
    line: /: the agent is told to send to japaneast\.monitoring\S+ .* → Azure Monitor Metrics has no private path/,
  },
  {
    name: 'an agent with a public connection',
    recorded: withMore(healthy, { v4: [publicly], programs: [mdsd] }),
    check: 'agent connections',
    line: /: 1 connection to public addresses: mdsd -> 20\.43\.70\.1:443 → restart azuremonitoragent/,
  },
  {
    name: 'an agent that tries a public address behind a firewall, over an IPv6 socket',
    recorded: withMore(healthy, { v6: [{ ...publicly, state: '02' }], programs: [mdsd] }),
    check: 'agent connections',
    line: /: 1 connection to public addresses: mdsd -> 20\.43\.70\.1:443 \(no answer yet\) → /,
  },
  {
    name: 'himds on a port that it has no business on',
    recorded: withMore(healthy, { v4: [{ remote: '20.43.70.9', port: 8443, inode: 9001 }] }),
    check: 'arc connections',
    line: /: himds -> 20\.43\.70\.9:8443: the agent has no business there/,
  },
];

for (const { name, check, line, ...plant } of faults) {
  test(`${name} is the one thing to mend, and exit code 1`, async t => {
    const found = await diagnose(t, plant);
    assert.equal(found.exitCode, 1, found.text.join('\n'));
    assert.match(found.last, /^Mend first: \S/);
    assert.match(found.last, line);
    assert.equal(found.last.includes('\n'), false);
    const against = found.output.checks.filter(({ state }) => state === 'failed' || state === 'unknown');
    assert.deepEqual(
      against.map(one => one.check),
      [check],
    );
    assert.equal(found.output.mend?.check, check);
  });
}

test('with several faults, names come before TLS, TLS before agents, and the file before the server', async t => {
  const all: Plant = {
    wanted: moved(ods, '127.0.0.2'),
    answers: { [api]: ['10.9.9.9'], [ods]: ['20.43.70.1'] },
    recorded: withMore(healthy, {
      v4: [publicly],
      programs: [mdsd],
      files: { '/etc/hosts': `10.9.9.9 ${api}\n`, [chunkFile]: chunk(ods, handlerOfRegion) },
    }),
  };
  const { output } = await diagnose(t, all);
  const against = output.checks.filter(({ state }) => state === 'failed').map(({ check }) => check);
  assert.deepEqual(against, ['hosts file', 'names', 'tls', 'agent configuration', 'agent connections']);
  assert.equal(output.mend?.check, 'hosts file');
});

test('a member that no agent needs may be silent: that is a warning', async t => {
  const found = await diagnose(t, { wanted: moved(query, '127.0.0.2'), answers: { [query]: ['127.0.0.2'] } });
  assert.equal(found.exitCode, 0, found.text.join('\n'));
  const [tls] = found.told('tls');
  assert.equal(tls?.state, 'warning');
  assert.match(tls?.message ?? '', /^1 of 5 handshakes failed: diagservices-query/);
});

test('records that are detours alone are resolved, and no handshake is said to have held', async t => {
  const found = await diagnose(t, { wanted: records.map(record => ({ ...record, isDetour: true })) });
  assert.equal(found.told('tls')[0]?.state, 'skipped');
});

test('an answer without an address is none', async t => {
  const found = await diagnose(t, { answers: { [api]: [] } });
  assert.match(found.last, /1 of 6 names does not resolve: api\.monitor/);
});

test('an address of the records is private, whatever its range', async t => {
  const found = await diagnose(t, {
    wanted: [...records, { name: 'in.monitor.azure.com', addresses: ['20.43.70.1'], isDetour: true }],
    answers: { 'in.monitor.azure.com': ['20.43.70.1'] },
    recorded: withMore(healthy, { v4: [publicly], programs: [mdsd] }),
  });
  assert.equal(found.exitCode, 0, found.text.join('\n'));
  assert.match(found.text.join('\n'), /agent connections +none to a public address, 3 to addresses of the records/);
});

test('himds at an address that no allowed name has just now is not sure, and no fault', async t => {
  const recorded = withMore(healthy, { v4: [{ remote: '20.43.70.9', inode: 9001 }] });
  const unsure = await diagnose(t, { recorded });
  assert.equal(unsure.exitCode, 0, unsure.text.join('\n'));
  const [arc] = unsure.told('arc connections');
  assert.equal(arc?.state, 'warning');
  assert.match(
    arc?.message ?? '',
    /^himds -> 20\.43\.70\.9:443: not an address that one of 1 allowed name has just now/,
  );
  for (const alsoAllowed of [['20.43.0.0/16'], ['20.43.70.9'], ['mine.example.com']]) {
    const sure = await diagnose(t, { recorded, alsoAllowed, answers: { 'mine.example.com': ['20.43.70.9'] } });
    assert.equal(sure.told('arc connections')[0]?.state, 'passed', alsoAllowed.join());
  }
});

test('the names of Azure Arc are allowed in public until the records have them', async t => {
  const gbl = 'gbl.his.arc.azure.com';
  const recorded = withMore(healthy, { v4: [{ remote: '20.43.70.9', inode: 9001 }] });
  const answers = { [gbl]: ['20.43.70.9'] };
  const publicArc = await diagnose(t, { recorded, answers });
  assert.equal(publicArc.told('arc connections')[0]?.state, 'passed');
  const wanted = [...records, { name: 'jpe.his.arc.azure.com', addresses: ['127.0.0.1'], isDetour: true }];
  const privateArc = await diagnose(t, {
    recorded,
    answers: { ...answers, 'jpe.his.arc.azure.com': ['127.0.0.1'] },
    wanted,
  });
  assert.equal(privateArc.told('arc connections')[0]?.state, 'warning');
  assert.equal(privateArc.asked.includes(gbl), false);
});

test('no name but those of the records is asked for while there is nothing to compare', async t => {
  const quiet = { ...healthy, v4: healthy.v4.filter(({ inode }) => inode !== 9001) };
  const { asked } = await diagnose(t, { recorded: quiet });
  assert.deepEqual([...asked].sort(), records.map(({ name }) => name).sort());
});

test('a proxy of the agent is told without its password: nothing else says what comes of it', async t => {
  const line = 'export MDSD_PROXY_ADDRESS=http://me:secret@10.0.0.8:3128\n';
  const found = await diagnose(t, {
    recorded: withMore(healthy, { files: { '/etc/default/azuremonitoragent': `export MDSD_LOG=/var\n${line}` } }),
  });
  const [proxy] = found.told('agent proxy');
  assert.equal(proxy?.state, 'warning');
  assert.match(proxy?.message ?? '', /through the proxy http:\/\/10\.0\.0\.8:3128:/);
  assert.equal(found.text.join('\n').includes('secret'), false);
});

test('a machine without agents is looked at as far as there is something', async t => {
  const bare = { files: healthy.files, programs: healthy.programs.slice(0, 2), v4: [], v6: [] };
  const recorded = without(bare, chunkFile, '/opt/microsoft/azuremonitoragent/bin/mdsd');
  const found = await diagnose(t, { recorded });
  assert.equal(found.exitCode, 0);
  assert.deepEqual(stateOf(found).agent, 'skipped');
  assert.deepEqual(stateOf(found)['arc connections'], 'skipped');
});

test('without root it says so, and what was not seen', async t => {
  const recorded = without(healthy, chunkFile);
  const found = await diagnose(t, { isRoot: false, recorded });
  assert.equal(found.exitCode, 0);
  assert.equal(found.last, 'Nothing to mend in what can be seen without root.');
  assert.match(found.told('agent configuration')[0]?.message ?? '', /run it as root/);
});
