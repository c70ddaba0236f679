/**
 * A DNS query, how its answer is told from other messages, and what the answer says. Pure but for the random id; only
 * src/probe imports it. Source: RFC 1035; RFC 5452, section 9.
 */
import { randomInt } from 'node:crypto';
import { type Answer, type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import type { DnsAnswer, DnsServer } from '../ports-dns.ts';

export interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA';
}

/** A query on its way to one server. */
export interface Exchange {
  readonly server: DnsServer;
  readonly query: Buffer;
  /** The answer in a message; `undefined` when the message is not the answer to this query. */
  readonly match: (message: Buffer) => DecodedPacket | undefined;
}

/** A new query with an id that nobody can guess. */
export function exchangeOf(server: DnsServer, { name, type }: Question): Exchange {
  const id = randomInt(0x10000);
  const query = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ name, type, class: 'IN' }] });
  return { server, query, match: message => matching(message, id, { name, type }) };
}

function matching(message: Buffer, id: number, asked: Question): DecodedPacket | undefined {
  const answer = decoded(message);
  const [echoed, ...more] = answer?.questions ?? [];
  if (!answer?.flag_qr || answer.id !== id || echoed === undefined || more.length > 0) return undefined;
  const isOurs = plain(echoed.name) === plain(asked.name) && echoed.type === asked.type && echoed.class === 'IN';
  return isOurs ? answer : undefined;
}

function decoded(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    // Anybody can send us bytes that are not DNS.
    return undefined;
  }
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The addresses of the asked type, also those at the end of the name's CNAME chain. */
export function answerOf(packet: DecodedPacket, { name, type }: Question): DnsAnswer {
  const answers = packet.answers ?? [];
  const chain = chainOf(name, answers);
  const addresses = answers.flatMap(answer =>
    answer.type === type && chain.has(plain(answer.name)) ? [String(answer.data)] : [],
  );
  const ttlSeconds = ttlOf(packet);
  return { rcode: rcodeOf(packet), addresses, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) };
}

/** The shortest of the answer's times; of an empty answer that of its SOA (RFC 2308, section 5). */
function ttlOf({ answers = [], authorities = [] }: DecodedPacket): number | undefined {
  const told = answers.flatMap(answer => ('ttl' in answer && answer.ttl !== undefined ? [answer.ttl] : []));
  const negative = authorities.flatMap(record =>
    record.type === 'SOA' ? [Math.min(record.ttl ?? Number.POSITIVE_INFINITY, record.data.minimum ?? 0)] : [],
  );
  const [first, ...rest] = told.length > 0 ? told : negative;
  return first === undefined ? undefined : Math.min(first, ...rest);
}

/** The asked name and all that its CNAMEs lead to; an address of any other name is not an answer. */
function chainOf(name: string, answers: readonly Answer[]): ReadonlySet<string> {
  const next = new Map(
    answers.flatMap(answer => (answer.type === 'CNAME' ? [[plain(answer.name), plain(answer.data)] as const] : [])),
  );
  const chain = new Set<string>();
  let link: string | undefined = plain(name);
  while (link !== undefined && !chain.has(link)) {
    chain.add(link);
    link = next.get(link);
  }
  return chain;
}

/** dns-packet decodes the code's name; its types do not know (DefinitelyTyped, dns-packet 5.6). */
const rcodeOf = (packet: DecodedPacket): string =>
  'rcode' in packet && typeof packet.rcode === 'string' ? packet.rcode : `RCODE_${(packet.flags ?? 0) & 0xf}`;
