/**
 * How CoreDNS' `hosts` plugin answers a DNS query from a hosts text, without `fallthrough`'s other half: a name that is
 * not in the text is REFUSED, since nobody is asked for it. Pure. Source: CoreDNS, plugin/hosts (hosts.go, hostsfile.go).
 */
import { isIPv4, isIPv6 } from 'node:net';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  CHECKING_DISABLED,
  type DecodedPacket,
  decode,
  encode,
  type OptAnswer,
  type Packet,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { readEntry } from './hosts-text.ts';

/** Addresses by name in lower case, in the order of the text. */
export type HostsTable = ReadonlyMap<string, readonly string[]>;

/** What the shipped Corefile says. */
const TTL_SECONDS = 60;
/** What a client takes over UDP unless it says more (RFC 1035, 2.3.4; RFC 6891, 6.2.3). */
const UDP_BYTES = 512;
const RCODES = { NOERROR: 0, FORMERR: 1, NOTIMP: 4, REFUSED: 5 } as const;
/** The kind of a query, four bits of the flags (RFC 1035, 4.1.1). */
const OPCODE_BITS = 0x7800;
/** Bits of the query that its answer repeats. */
const REPEATED_BITS = OPCODE_BITS | RECURSION_DESIRED | CHECKING_DISABLED;

/** Lines that are not `address name...` are passed over, as CoreDNS does. */
export function hostsTable(text: string): HostsTable {
  const table = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const entry = readEntry(line);
    for (const name of entry?.names ?? []) table.set(name, [...(table.get(name) ?? []), entry?.address ?? '']);
  }
  return table;
}

/** The answer to a query; `undefined` for what is not a query. Too long for UDP: cut short, with TC. Never throws. */
export function answerQuery(table: HostsTable, message: Buffer, protocol: 'udp' | 'tcp'): Buffer | undefined {
  try {
    const query = decode(message);
    if (query.flag_qr) return undefined;
    const answer = answerPacket(table, query);
    const bytes = encode(answer);
    if (protocol === 'tcp' || bytes.length <= udpBytes(query)) return bytes;
    return encode({ ...answer, flags: (answer.flags ?? 0) | TRUNCATED_RESPONSE, answers: [] });
  } catch {
    // dns-packet throws for what it cannot read, and for classes and types that it cannot write back.
    return undefined;
  }
}

const ednsOf = (query: DecodedPacket): OptAnswer | undefined =>
  query.additionals?.find(record => record.type === 'OPT');

const udpBytes = (query: DecodedPacket): number => Math.max(UDP_BYTES, ednsOf(query)?.udpPayloadSize ?? 0);

function answerPacket(table: HostsTable, query: DecodedPacket): Packet {
  const questions = query.questions ?? [];
  const [question] = questions;
  const edns = ednsOf(query);
  const reply = (rcode: number, answers?: readonly Answer[]): Packet => ({
    type: 'response',
    id: query.id ?? 0,
    flags: ((query.flags ?? 0) & REPEATED_BITS) | (rcode === 0 ? AUTHORITATIVE_ANSWER : 0) | rcode,
    questions: answers === undefined ? [] : questions,
    answers: [...(answers ?? [])],
    // Whoever speaks EDNS is answered in it (RFC 6891, 7), with its own size and flags, as CoreDNS does.
    additionals: edns === undefined ? [] : [{ ...edns, ednsVersion: 0, options: [] }],
  });
  if (((query.flags ?? 0) & OPCODE_BITS) !== 0) return reply(RCODES.NOTIMP);
  if (question === undefined || questions.length > 1) return reply(RCODES.FORMERR);
  const name = question.name.toLowerCase();
  const { type } = question;
  const addresses = table.get(name);
  // PTR is never answered from the text (`no_reverse`), not even for a name that is in it.
  if (addresses === undefined || type === 'PTR' || question.class !== 'IN') return reply(RCODES.REFUSED, []);
  const answers = addresses
    .filter(type === 'A' ? isIPv4 : type === 'AAAA' ? isIPv6 : () => false)
    .map(data => ({ name, type, class: 'IN', ttl: TTL_SECONDS, data }) as Answer);
  return reply(RCODES.NOERROR, answers);
}
