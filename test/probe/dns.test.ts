import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, it, type TestContext } from 'node:test';
import { type Packet, TRUNCATED_RESPONSE } from 'dns-packet';
import { PortError } from '../../src/domain/failures.ts';
import { createResolver } from '../../src/probe/dns.ts';
import { framed } from '../coredns/exchange.ts';
import { freePort } from '../env/free-port.ts';
import { a, answerTo, bytesOf, cname, type Datagram, type Script, startScripted } from './scripted-server.ts';

const api = 'api.monitor.azure.com';
const ours = ['10.1.2.4'];
const { signal: never } = new AbortController();
const resolver = createResolver();

/** Asks a server with this script for the A records of `api`. */
async function askOf(t: TestContext, script: Script, signal = never) {
  const scripted = await startScripted(script);
  t.after(scripted.stop);
  const answer = resolver.ask(scripted.server, api, 'A', signal);
  return { ...scripted, answer };
}

const right = ({ query, reply }: Datagram) => reply(answerTo(query, [a(api, '10.1.2.4')]));
const spoofed = '192.0.2.66';

const portError = (text: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof PortError, String(thrown));
  assert.deepEqual([thrown.failure.kind, thrown.failure.reason], ['Waiting', 'WrongAnswers']);
  assert.match(thrown.message, text);
  return true;
};

describe('an answer', () => {
  it('has the addresses of the asked family, in the order of the answer', async t => {
    const both = (query: Datagram['query']) =>
      answerTo(query, [a(api, '10.1.2.5'), { type: 'AAAA', name: api, data: 'fd00::4', ttl: 60 }, a(api, '10.1.2.4')]);
    const { server, answer } = await askOf(t, { udp: ({ query, reply }) => reply(both(query)) });
    assert.deepEqual(await answer, { rcode: 'NOERROR', addresses: ['10.1.2.5', '10.1.2.4'], ttlSeconds: 60 });
    assert.deepEqual(await resolver.ask(server, api, 'AAAA', never), {
      rcode: 'NOERROR',
      addresses: ['fd00::4'],
      ttlSeconds: 60,
    });
  });

  it('asks once, for that name and type in class IN, with the wish for recursion', async t => {
    const { answer, datagrams } = await askOf(t, { udp: right });
    await answer;
    assert.equal(datagrams.length, 1);
    assert.equal(datagrams[0]?.query.flag_rd, true);
    assert.deepEqual(datagrams[0]?.query.questions, [{ name: api, type: 'A', class: 'IN' }]);
  });

  for (const [rcode, code] of [
    ['NXDOMAIN', 3],
    ['SERVFAIL', 2],
    ['REFUSED', 5],
  ] as const) {
    it(`may be ${rcode}, which is an answer and not silence`, async t => {
      const { answer } = await askOf(t, { udp: ({ query, reply }) => reply(answerTo(query, [], { flags: code })) });
      assert.deepEqual(await answer, { rcode, addresses: [] });
    });
  }

  it('tells how long it may be repeated: the shortest of its records, or what the SOA of an empty one says', async t => {
    const long = { ...a('end.example.com', '10.1.2.4'), ttl: 300 };
    const chain = await askOf(t, {
      udp: ({ query, reply }) => reply(answerTo(query, [cname(api, 'end.example.com'), long])),
    });
    assert.equal((await chain.answer).ttlSeconds, 60);
    const soa = { mname: 'ns.example.com', rname: 'root.example.com', minimum: 30 };
    const authorities = [{ type: 'SOA', name: 'monitor.azure.com', ttl: 900, data: soa }] as const;
    const none = await askOf(t, {
      udp: ({ query, reply }) => reply(answerTo(query, [], { authorities: [...authorities] })),
    });
    assert.equal((await none.answer).ttlSeconds, 30);
  });

  it('may be empty', async t => {
    const { answer } = await askOf(t, { udp: ({ query, reply }) => reply(answerTo(query, [])) });
    assert.deepEqual(await answer, { rcode: 'NOERROR', addresses: [] });
  });

  it('counts when the server writes the name in other letter case', async t => {
    const question = { name: api.toUpperCase(), type: 'A', class: 'IN' } as const;
    const udp = ({ query, reply }: Datagram) =>
      reply(answerTo(query, [a(api.toUpperCase(), '10.1.2.4')], { questions: [question] }));
    assert.deepEqual((await (await askOf(t, { udp })).answer).addresses, ours);
  });

  it('has the addresses at the end of a chain of CNAMEs, and of no other name', async t => {
    const records = [
      cname(api, 'api.privatelink.monitor.azure.com'),
      cname('api.privatelink.monitor.azure.com', 'East.example.com'),
      a('stranger.example.com', spoofed),
      a('east.example.com', '10.1.2.4'),
    ];
    const { answer } = await askOf(t, { udp: ({ query, reply }) => reply(answerTo(query, records)) });
    assert.deepEqual(await answer, { rcode: 'NOERROR', addresses: ours, ttlSeconds: 60 });
  });

  it('is empty when the CNAMEs go round in a circle', async t => {
    const records = [cname(api, 'b.example.com'), cname('b.example.com', api)];
    const { answer } = await askOf(t, { udp: ({ query, reply }) => reply(answerTo(query, records)) });
    assert.deepEqual((await answer).addresses, []);
  });
});

describe('a message that is not the answer', () => {
  const question = { name: api, type: 'A', class: 'IN' } as const;
  const wrong: Readonly<Record<string, (query: Datagram['query']) => Packet | Buffer>> = {
    'has another id': query => answerTo(query, [a(api, spoofed)], { id: ((query.id ?? 0) + 1) % 0x10000 }),
    'is for another name': query =>
      answerTo(query, [a(api, spoofed)], { questions: [{ ...question, name: 'live.monitor.azure.com' }] }),
    'is for another type': query => answerTo(query, [a(api, spoofed)], { questions: [{ ...question, type: 'AAAA' }] }),
    'is for another class': query => answerTo(query, [a(api, spoofed)], { questions: [{ ...question, class: 'CH' }] }),
    'has no question': query => answerTo(query, [a(api, spoofed)], { questions: [] }),
    'has two questions': query => answerTo(query, [a(api, spoofed)], { questions: [question, question] }),
    'is a query': query => answerTo(query, [a(api, spoofed)], { type: 'query' }),
    'is no DNS': () => Buffer.from('hello'),
    'breaks off in the middle': query => bytesOf(answerTo(query, [a(api, spoofed)])).subarray(0, 40),
    'is empty': () => Buffer.alloc(0),
  };
  for (const [what, message] of Object.entries(wrong)) {
    it(`${what}, and is passed over until the answer comes`, async t => {
      const udp = (datagram: Datagram) => {
        datagram.reply(message(datagram.query));
        right(datagram);
      };
      const { answer, datagrams } = await askOf(t, { udp });
      assert.deepEqual(await answer, { rcode: 'NOERROR', addresses: ours, ttlSeconds: 60 });
      assert.equal(datagrams.length, 1);
    });
  }

  it('comes from another place than the server, and is dropped, right as it may be otherwise', async t => {
    const spoofer = createSocket('udp4');
    t.after(() => spoofer.close());
    const udp = (datagram: Datagram) => {
      const forged = bytesOf(answerTo(datagram.query, [a(api, spoofed)]));
      spoofer.send(forged, datagram.from.port, datagram.from.address, () => right(datagram));
    };
    assert.deepEqual((await (await askOf(t, { udp })).answer).addresses, ours);
  });
});

describe('an answer that was cut short', () => {
  const cut = ({ query, reply }: Datagram) =>
    reply(answerTo(query, [a(api, '10.1.2.9')], { flags: TRUNCATED_RESPONSE }));

  it('is asked for again over TCP, and that answer counts', async t => {
    const { answer, connections } = await askOf(t, {
      udp: cut,
      tcp: (query, connection) => connection.end(framed(answerTo(query, [a(api, '10.1.2.4')]))),
    });
    assert.deepEqual(await answer, { rcode: 'NOERROR', addresses: ours, ttlSeconds: 60 });
    assert.equal(connections(), 1);
  });

  it('may come over TCP in pieces, and after a message that is not the answer', async t => {
    const { answer } = await askOf(t, {
      udp: cut,
      tcp: (query, connection) => {
        const wrong = answerTo(query, [a(api, spoofed)], { id: ((query.id ?? 0) + 1) % 0x10000 });
        const bytes = Buffer.concat([framed(wrong), framed(answerTo(query, [a(api, '10.1.2.4')]))]);
        connection.setNoDelay();
        connection.write(bytes.subarray(0, 1), () =>
          connection.write(bytes.subarray(1, 50), () => connection.write(bytes.subarray(50))),
        );
      },
    });
    assert.deepEqual((await answer).addresses, ours);
  });

  it('is no answer when the connection closes without one', async t => {
    const { answer, connections } = await askOf(t, { udp: cut, tcp: (_, connection) => connection.end() });
    await assert.rejects(
      answer,
      portError(/closed the TCP connection without an answer to our question \(127\.0\.0\.1/),
    );
    assert.equal(connections(), 2);
  });
});

describe('a server that does not answer', () => {
  it('is asked twice, with another id and from another port, and then said to be silent', async t => {
    const { server, answer, datagrams } = await askOf(t, {});
    await assert.rejects(
      answer,
      portError(new RegExp(`no answer to our question \\(127.0.0.1 port ${server.port}, 2 tries`)),
    );
    assert.equal(datagrams.length, 2);
    const [first, second] = datagrams;
    assert.notEqual(first?.from.port, second?.from.port);
  });

  it('may answer the second time', async t => {
    const { answer } = await askOf(t, { udp: datagram => datagram.nth === 2 && right(datagram) });
    assert.deepEqual((await answer).addresses, ours);
  });

  it('has a closed port: said at once, not after the time for an answer', async () => {
    const server = { name: 'closed', address: '127.0.0.1', port: await freePort() };
    const startedAt = performance.now();
    await assert.rejects(resolver.ask(server, api, 'A', never), portError(/ECONNREFUSED/));
    assert.ok(performance.now() - startedAt < 900);
  });

  it('is left at once when the signal is aborted, with the signal’s reason', async t => {
    const stopping = new AbortController();
    const { server, answer, datagrams } = await askOf(
      t,
      { udp: () => stopping.abort(new Error('shutting down')) },
      stopping.signal,
    );
    await assert.rejects(answer, /^Error: shutting down$/);
    await assert.rejects(resolver.ask(server, api, 'A', stopping.signal), /shutting down/);
    assert.equal(datagrams.length, 1);
  });
});

describe('the ids of queries', () => {
  it('cannot be told from one another beforehand: of 32 queries hardly two have one id or one port', async t => {
    const { server, answer, datagrams } = await askOf(t, { udp: right });
    await answer;
    await Promise.all(Array.from({ length: 31 }, () => resolver.ask(server, api, 'A', never)));
    assert.equal(datagrams.length, 32);
    assert.ok(new Set(datagrams.map(({ query }) => query.id)).size >= 30);
    assert.ok(new Set(datagrams.map(({ from }) => from.port)).size >= 30);
  });
});

describe('a question over TCP', () => {
  it('is answered without a datagram, and silence is told after two tries', async t => {
    const scripted = await startScripted({
      tcp: (query, connection) => connection.end(framed(answerTo(query, [a(api, '10.1.2.4')]))),
    });
    t.after(scripted.stop);
    const answer = await resolver.askOverTcp(scripted.server, api, 'A', never);
    assert.deepEqual(answer, { rcode: 'NOERROR', addresses: ours, ttlSeconds: 60 });
    assert.equal(scripted.datagrams.length, 0);
    const closed = await startScripted({ tcp: (_, connection) => connection.end() });
    t.after(closed.stop);
    await assert.rejects(resolver.askOverTcp(closed.server, api, 'A', never), portError(/closed the TCP connection/));
    assert.equal(closed.connections(), 2);
  });
});
