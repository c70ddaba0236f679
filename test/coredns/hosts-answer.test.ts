import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import { answerQuery, hostsTable } from '../../src/coredns/hosts-answer.ts';
import { addressesIn, queryOf, rcodeOf } from './exchange.ts';

const text = `# a comment
10.1.2.4 api.monitor.azure.com # plant/plant-a
10.1.2.5 api.monitor.azure.com # plant/plant-a
10.1.2.6 Upper.Example.COM second.example.com.
fd00::7 both.example.com
10.1.2.7 both.example.com
no-address line.example.com
10.1.2.8
`;
const table = hostsTable(text);

const answerTo = (query: Packet, protocol: 'udp' | 'tcp' = 'udp', hosts = table): DecodedPacket => {
  const bytes = answerQuery(hosts, encode(query), protocol);
  assert.ok(bytes, 'no answer');
  return decode(bytes);
};
const ask = (name: string, type = 'A') => answerTo(queryOf(name, type));

describe('a name of the text', () => {
  it('is answered with all its addresses of the asked family, in the order of the text, for 60 s', () => {
    const answer = ask('api.monitor.azure.com');
    assert.deepEqual(addressesIn(answer), ['10.1.2.4', '10.1.2.5']);
    assert.deepEqual(
      answer.answers?.map(record => 'ttl' in record && record.ttl),
      [60, 60],
    );
    assert.deepEqual([answer.id, answer.flag_aa, answer.flag_rd, answer.flag_ra], [4711, true, true, false]);
    assert.deepEqual(addressesIn(ask('both.example.com', 'AAAA')), ['fd00::7']);
    assert.deepEqual(addressesIn(ask('both.example.com')), ['10.1.2.7']);
  });

  for (const type of ['AAAA', 'TXT', 'HTTPS', 'CNAME', 'MX']) {
    it(`has an empty NOERROR for ${type}, so that nobody goes and asks elsewhere`, () => {
      const answer = ask('api.monitor.azure.com', type);
      assert.deepEqual([rcodeOf(answer), answer.answers], ['NOERROR', []]);
    });
  }

  it('is found in any letter case, of the question and of the text, and with a trailing dot in the text', () => {
    assert.deepEqual(addressesIn(ask('API.Monitor.Azure.Com')), ['10.1.2.4', '10.1.2.5']);
    assert.deepEqual(addressesIn(ask('upper.example.com')), ['10.1.2.6']);
    assert.deepEqual(addressesIn(ask('second.example.com')), ['10.1.2.6']);
  });

  it('is answered with the question as it was asked and records in lower case', () => {
    const answer = ask('API.monitor.azure.com');
    assert.equal(answer.questions?.[0]?.name, 'API.monitor.azure.com');
    assert.equal(answer.answers?.[0]?.name, 'api.monitor.azure.com');
  });
});

describe('what the text does not answer', () => {
  for (const name of ['www.example.com', 'sub.api.monitor.azure.com', 'monitor.azure.com', 'line.example.com']) {
    it(`is refused: ${name}`, () => {
      const answer = ask(name);
      assert.deepEqual([rcodeOf(answer), answer.answers, answer.flag_aa], ['REFUSED', [], false]);
    });
  }

  it('is refused: the name of an address (no_reverse), and another class than IN', () => {
    assert.equal(rcodeOf(ask('4.2.1.10.in-addr.arpa', 'PTR')), 'REFUSED');
    assert.equal(rcodeOf(ask('api.monitor.azure.com', 'PTR')), 'REFUSED');
    const chaos = queryOf('', 'A', { questions: [{ name: 'api.monitor.azure.com', type: 'A', class: 'CH' }] });
    assert.equal(rcodeOf(answerTo(chaos)), 'REFUSED');
  });

  it('is no question, or two at once: FORMERR; another operation than a query: NOTIMP', () => {
    const one = { name: 'api.monitor.azure.com', type: 'A' } as const;
    assert.equal(rcodeOf(answerTo(queryOf('', 'A', { questions: [] }))), 'FORMERR');
    assert.equal(rcodeOf(answerTo(queryOf('', 'A', { questions: [one, one] }))), 'FORMERR');
    const update = 5 << 11;
    assert.equal(rcodeOf(answerTo(queryOf('api.monitor.azure.com', 'A', { flags: update }))), 'NOTIMP');
  });

  it('gets no answer at all when it is a response, or no DNS', () => {
    const response = encode({ ...queryOf('api.monitor.azure.com', 'A'), type: 'response' });
    assert.equal(answerQuery(table, response, 'udp'), undefined);
    for (const junk of [Buffer.alloc(0), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(12, 0xff)]) {
      assert.equal(answerQuery(table, junk, 'udp'), undefined);
    }
  });
});

describe('an answer that is too long for a datagram', () => {
  const many = Array.from({ length: 60 }, (_, index) => `10.1.2.${index + 1}`);
  const hosts = hostsTable(many.map(address => `${address} many.example.com\n`).join(''));
  const edns = (udpPayloadSize: number): Partial<Packet> => ({
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize,
        flags: 0,
        flag_do: false,
        extendedRcode: 0,
        ednsVersion: 0,
        options: [],
      },
    ],
  });

  it('is cut short and says so, and is whole over TCP', () => {
    const cut = answerTo(queryOf('many.example.com', 'A'), 'udp', hosts);
    assert.deepEqual([cut.flag_tc, cut.answers], [true, []]);
    const whole = answerTo(queryOf('many.example.com', 'A'), 'tcp', hosts);
    assert.equal(whole.flag_tc, false);
    assert.deepEqual(addressesIn(whole), many);
  });

  it('is whole when the client says that it takes so much, and is then told so in kind', () => {
    const answer = answerTo(queryOf('many.example.com', 'A', edns(4_096)), 'udp', hosts);
    assert.deepEqual(addressesIn(answer), many);
    const [opt] = answer.additionals ?? [];
    assert.equal(opt?.type === 'OPT' && opt.udpPayloadSize, 4_096);
    assert.equal(answerTo(queryOf('many.example.com', 'A', edns(600)), 'udp', hosts).flag_tc, true);
  });

  it('is not one of less than 512 bytes, whatever the client claims to take', () => {
    const query = queryOf('api.monitor.azure.com', 'A', edns(64));
    assert.ok((answerQuery(table, encode(query), 'udp')?.length ?? 0) > 64);
    assert.deepEqual(addressesIn(answerTo(query)), ['10.1.2.4', '10.1.2.5']);
  });
});
