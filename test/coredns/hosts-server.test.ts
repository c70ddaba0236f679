import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type HostsServer, startHostsServer } from '../../src/coredns/hosts-server.ts';
import { addressesIn, framed, overTcp, overUdp, queryOf, rcodeOf } from './exchange.ts';

const { signal } = new AbortController();
const api = 'api.monitor.azure.com';
const ods = 'x.ods.opinsights.azure.com';

describe('the hosts server', () => {
  let server: HostsServer;
  before(async () => {
    server = await startHostsServer(`10.1.2.4 ${api}\n10.1.2.5 ${ods}\n`, signal);
  });
  after(() => server.close());

  it('answers over UDP and over TCP on one port of 127.0.0.1', async () => {
    assert.equal(server.address, '127.0.0.1');
    assert.deepEqual(addressesIn(await overUdp(server.port, queryOf(api, 'A'))), ['10.1.2.4']);
    const [answer] = await overTcp(server.port, [framed(queryOf(api, 'A'))]);
    assert.deepEqual(addressesIn(answer), ['10.1.2.4']);
  });

  it('takes several questions on one connection, together and cut into pieces', async () => {
    const both = Buffer.concat([framed(queryOf(api, 'A')), framed(queryOf(ods, 'A', { id: 2 }))]);
    const answers = await overTcp(server.port, [both.subarray(0, 1), both.subarray(1, 20), both.subarray(20)], 2);
    assert.deepEqual(
      answers.map(answer => [answer.id, ...addressesIn(answer)]),
      [
        [4711, '10.1.2.4'],
        [2, '10.1.2.5'],
      ],
    );
  });

  it('hangs up on who does not speak DNS over TCP, and goes on for the others', async () => {
    const junk = Buffer.from('\x00\x05hello');
    assert.deepEqual(await overTcp(server.port, [junk]), []);
    assert.deepEqual(addressesIn((await overTcp(server.port, [framed(queryOf(api, 'A'))]))[0]), ['10.1.2.4']);
  });

  it('passes over datagrams that are no DNS', async () => {
    const answer = await overUdp(server.port, Buffer.from('hello'), Buffer.alloc(0), queryOf(api, 'A'));
    assert.deepEqual(addressesIn(answer), ['10.1.2.4']);
  });

  it('answers from a new text as soon as it has it', async () => {
    server.update(`10.9.9.9 ${api}\n`);
    assert.deepEqual(addressesIn(await overUdp(server.port, queryOf(api, 'A'))), ['10.9.9.9']);
    assert.equal(rcodeOf(await overUdp(server.port, queryOf(ods, 'A'))), 'REFUSED');
  });
});

describe('the end of a hosts server', () => {
  it('cuts connections, frees the port, and may be asked for twice', async () => {
    const server = await startHostsServer('', signal);
    const client = connect(server.port, server.address);
    await once(client, 'connect');
    const cut = once(client, 'close');
    await Promise.all([server.close(), server.close(), cut]);
    const late = connect(server.port, server.address);
    const [error] = await once(late, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
  });

  it('comes before the beginning when the signal is aborted already', async () => {
    await assert.rejects(startHostsServer('', AbortSignal.abort(new Error('no longer wanted'))), /no longer wanted/);
  });
});
