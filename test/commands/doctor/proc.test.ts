/**
 * Connections and who holds them: text as the kernel wrote it once, this machine's own /proc, and what may not be seen.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { isOfInternet, isWithin, oneSpelling } from '../../../src/commands/doctor/addresses.ts';
import { judgeAgent } from '../../../src/commands/doctor/agent-findings.ts';
import { isArcAgent, isMonitorAgent } from '../../../src/commands/doctor/agents.ts';
import { judgeArc } from '../../../src/commands/doctor/arc-findings.ts';
import { type ConnectionSight, type HeldConnection, readConnections } from '../../../src/commands/doctor/proc.ts';
import { parseConnections } from '../../../src/commands/doctor/proc-net.ts';
import { eventually } from '../../env/eventually.ts';
import { machine } from './recorded-machine.ts';

/** Linux 6, a listener on `::` and three connections to it: 127.0.0.1, ::1, and ::ffff:127.0.0.1. */
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:B458 0100007F:B05F 01 00000000:00000000 00:00000000 00000000     0        0 3551190 2 00000000b8bf30d0 20 0 0 10 -1                   
`;
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:B05F 00000000000000000000000000000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 3551157 3 00000000c5f9faa0 100 0 0 10 0
   1: 00000000000000000000000001000000:9A28 00000000000000000000000001000000:B05F 01 00000000:00000000 00:00000000 00000000     0        0 3551191 2 00000000e69f84aa 20 0 0 10 -1
   2: 0000000000000000FFFF00000100007F:B05F 0000000000000000FFFF00000100007F:B458 01 00000000:00000000 00:00000000 00000000     0        0 3551193 1 00000000f86c10ab 20 0 0 10 -1
   5: 00000000000000000000000001000000:B05F 00000000000000000000000001000000:9A28 01 00000000:00000000 00:00000000 00000000     0        0 0 1 000000000b910b9e 20 0 0 10 -1
`;

test('recorded text of the kernel is read: addresses, ports, states, inodes', () => {
  const end = (address: string, port: number) => ({ address, port });
  assert.deepEqual(parseConnections(tcp), [
    { local: end('127.0.0.1', 0xb458), remote: end('127.0.0.1', 0xb05f), state: 'established', inode: '3551190' },
  ]);
  assert.deepEqual(parseConnections(tcp6), [
    { local: end('::1', 0x9a28), remote: end('::1', 0xb05f), state: 'established', inode: '3551191' },
    { local: end('127.0.0.1', 0xb05f), remote: end('127.0.0.1', 0xb458), state: 'established', inode: '3551193' },
    { local: end('::1', 0xb05f), remote: end('::1', 0x9a28), state: 'established', inode: '0' },
  ]);
  // 2603:1030::46 and a connection that is being opened.
  const [opening] = parseConnections(
    '   7: 30100326000000000000000046000000:01BB 30100326000000000000000046000000:01BB 02 0:0 0:0 0 0 0 7 1 0',
  );
  assert.deepEqual([opening?.remote, opening?.state], [end('2603:1030::46', 443), 'opening']);
});

test('what is no line of it is left out', () => {
  for (const text of ['', 'nonsense', '   0: 0100007F:B458', '   0: XX00007F:B458 0100007F:B05F 01 0 0 0 0 0 9']) {
    assert.deepEqual(parseConnections(text), []);
  }
});

test('this machine’s own connection is found, with this program as its holder', async t => {
  const accepted: Socket[] = [];
  const server = createServer(socket => void accepted.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  t.after(() => {
    client.destroy();
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  await once(client, 'connect');
  const isOurs = ({ local, remote }: HeldConnection) => local.port === client.localPort && remote.port === port;
  // The kernel's table is no snapshot: while others come and go, a line can be passed over.
  const own = await eventually(
    'our connection in /proc',
    async () => (await readConnections('/'))?.connections.find(isOurs),
    { deadlineMs: 120_000 },
  );
  assert.deepEqual(own.remote, { address: '127.0.0.1', port });
  assert.equal(own.local.address, '127.0.0.1');
  assert.equal(own.state, 'established');
  assert.equal(own.program?.pid, process.pid);
});

test('without /proc there is no sight of connections', async () => {
  assert.equal(await readConnections('/nowhere'), undefined);
});

test('the agents are known by their names and their folder, also by what the kernel keeps of a name', () => {
  const program = (name: string, path = `/x/${name}`) => ({ pid: 1, name, path });
  const telegraf = '/opt/microsoft/azuremonitoragent/bin/telegraf';
  assert.ok(isMonitorAgent(program('amacoreagent')) && isMonitorAgent(program('telegraf', telegraf)));
  assert.ok(isMonitorAgent(program('MetricsExtensio', '')));
  assert.ok(!isMonitorAgent(program('telegraf')) && !isMonitorAgent(program('himds')));
  assert.ok(isArcAgent(program('gc_linux_service')) && isArcAgent(program('gc_linux_servic', '')));
  assert.ok(!isArcAgent(program('gc_linux_servic')) && !isArcAgent(program('mdsd')));
});

const sight: ConnectionSight = {
  connections: [
    {
      local: { address: '10.9.0.4', port: 40_000 },
      remote: { address: '20.43.70.1', port: 443 },
      state: 'established',
      inode: '7',
    },
  ],
  programs: ['mdsd', 'amacoreagent', 'himds'].map((name, index) => ({
    pid: 700 + index,
    name,
    path: `/x/${name}`,
  })),
};
const ours = { names: new Set<string>(), addresses: new Set<string>() };

test('connections that only root can tell the holder of are not judged, and that is said', async t => {
  const configuration = { state: 'denied', channels: [], broken: [] } as const;
  const agent = { isInstalled: true, configuration, sight, isRoot: false };
  const findings = judgeAgent(agent, ours);
  assert.deepEqual(
    findings.map(({ check, state }) => [check, state]),
    [
      ['agent', 'passed'],
      ['agent configuration', 'skipped'],
      ['agent connections', 'skipped'],
    ],
  );
  assert.match(findings.at(-1)?.message ?? '', /^1 connection to public addresses may be the agent's; run it as root/);
  const { machine: made } = await machine(t, { isRoot: false });
  const { signal } = new AbortController();
  const arc = await judgeArc({ sight, ours, alsoAllowed: [] }, made, signal);
  assert.equal(arc.state, 'skipped');
  const noPrograms = { ...sight, programs: [] };
  assert.equal(judgeAgent({ ...agent, sight: noPrograms }, ours).at(-1)?.state, 'skipped');
  assert.match((await judgeArc({ sight: noPrograms, ours, alsoAllowed: [] }, made, signal)).message, /is seen$/);
  // Root sees every program: what nobody holds is the kernel's.
  assert.equal(judgeAgent({ ...agent, isRoot: true }, ours).at(-1)?.state, 'passed');
  const asRoot = { ...made, isRoot: true };
  assert.equal((await judgeArc({ sight, ours, alsoAllowed: [] }, asRoot, signal)).state, 'passed');
  // Where nobody at all is connected in public, the agents are not either.
  const quiet = { ...agent, sight: { ...sight, connections: [] } };
  assert.equal(judgeAgent(quiet, ours).at(-1)?.state, 'passed');
});

test('addresses have one spelling, and a place: inside, on the internet, or neither', () => {
  assert.equal(oneSpelling('::ffff:10.0.0.1'), '10.0.0.1');
  assert.equal(oneSpelling('2603:1030:0:0::1'), '2603:1030::1');
  for (const address of ['20.43.70.1', '2603:1030::1', '64:ff9b::142b:4601']) assert.ok(isOfInternet(address), address);
  for (const address of ['10.0.0.1', '127.0.0.1', '169.254.169.254', '168.63.129.16', 'fd00::1', 'fe80::1', '::1']) {
    assert.ok(!isOfInternet(address), address);
  }
  for (const address of ['0.0.0.0', '255.255.255.255', '224.0.0.251', '::', 'ff02::1']) {
    assert.ok(!isOfInternet(address), address);
  }
  assert.ok(isWithin('20.43.70.1', '20.43.0.0/16') && isWithin('2603:1030::1', '2603:1030::/32'));
  assert.ok(!isWithin('20.43.70.1', '2603:1030::/32') && !isWithin('20.43.70.1', '20.44.0.0/16'));
  assert.ok(!isWithin('20.43.70.1', '20.43.0.0/99') && !isWithin('20.43.70.1', 'nonsense'));
});
