/**
 * The questions to DNS servers: every published name, A and AAAA, over UDP, and a sample of them over TCP; and which of
 * the answers are not as they should be. src/controller/observe-dns.ts asks when it is due.
 */
import { failureOf } from '../domain/failures.ts';
import { type DnsFinding, SILENT } from '../domain/observed.ts';
import type { DnsServer } from '../ports-dns.ts';
import type { Pass } from './world.ts';

/** Questions in flight to one server. */
const PARALLEL = 8;
/** Names that are asked for over TCP too: it goes the same way for all, and each costs a connection. */
const TCP_NAMES = 8;
/** An answer from a cache is waited out for this long at most. */
const CACHE_WAIT_MS = 3_600_000;

export interface Expected {
  readonly name: string;
  readonly addresses: readonly string[];
}

type Question = Pick<DnsFinding, 'name' | 'type' | 'transport'>;

/** Every answer of every server, right or wrong. A server that is silent throughout is given up after a few questions. */
export async function askAll(
  servers: readonly DnsServer[],
  expected: readonly Expected[],
  pass: Pass,
): Promise<readonly DnsFinding[]> {
  const perServer = await Promise.all(servers.map(server => askServer(server, expected, pass)));
  return perServer.flat();
}

const both = (name: string): readonly Question[] => [
  { name, type: 'A' },
  { name, type: 'AAAA' },
];

async function askServer(server: DnsServer, expected: readonly Expected[], pass: Pass): Promise<readonly DnsFinding[]> {
  const names = expected.map(({ name }) => name);
  const overUdp = await askEach(server, names.flatMap(both), pass);
  if (overUdp.every(isSilent)) return overUdp;
  const every = Math.max(1, Math.ceil(names.length / TCP_NAMES));
  const sample = names.filter((_, index) => index % every === 0).flatMap(both);
  const overTcp = await askEach(
    server,
    sample.map(question => ({ ...question, transport: 'TCP' as const })),
    pass,
  );
  return [...overUdp, ...overTcp];
}

async function askEach(server: DnsServer, questions: readonly Question[], pass: Pass): Promise<readonly DnsFinding[]> {
  const findings: DnsFinding[] = [];
  for (let start = 0; start < questions.length; start += PARALLEL) {
    const batch = questions.slice(start, start + PARALLEL);
    const answers = await Promise.all(batch.map(question => askOne(server, question, pass)));
    findings.push(...answers);
    // A server that is down would cost one timeout a name: the first batch of silence speaks for all.
    if (answers.every(isSilent)) break;
  }
  return findings;
}

async function askOne(server: DnsServer, question: Question, { world, signal }: Pass): Promise<DnsFinding> {
  const { name, type, transport } = question;
  const { resolver, clock } = world;
  try {
    const { ttlSeconds, ...answer } =
      transport === 'TCP'
        ? await resolver.askOverTcp(server, name, type, signal)
        : await resolver.ask(server, name, type, signal);
    const cachedUntil = ttlSeconds === undefined ? {} : { cachedUntil: clock.now() + ttlSeconds * 1_000 };
    return { server: server.name, ...question, ...answer, ...cachedUntil };
  } catch (thrown) {
    signal.throwIfAborted();
    return { server: server.name, ...question, rcode: SILENT, addresses: [], detail: failureOf(thrown).message };
  }
}

/**
 * The findings that were wrong before keep the time until which their first answer could have come from a cache: one
 * that only grows is no cache's.
 */
export function keepCacheTimes(wrong: readonly DnsFinding[], before: readonly DnsFinding[]): readonly DnsFinding[] {
  const keyOf = ({ server, name, type, transport }: DnsFinding) => [server, name, type, transport].join(' ');
  const known = new Map(before.map(finding => [keyOf(finding), finding.cachedUntil]));
  return wrong.map(finding => {
    const { cachedUntil } = finding;
    if (cachedUntil === undefined) return finding;
    return { ...finding, cachedUntil: Math.min(cachedUntil, known.get(keyOf(finding)) ?? cachedUntil) };
  });
}

/** The latest time until which a wrong answer is waited out, counted from the first of them. */
export const cacheLimit = (wrongSince: number): number => wrongSince + CACHE_WAIT_MS;

export const isSilent = (finding: DnsFinding): boolean => finding.rcode === SILENT;

const addressesOf = (name: string, expected: readonly Expected[]): readonly string[] =>
  expected.find(record => record.name === name)?.addresses ?? [];

/** The wanted addresses of the asked family, and no other. */
export function isRight(finding: DnsFinding, expected: readonly Expected[]): boolean {
  if (finding.rcode !== 'NOERROR') return false;
  const wanted = addressesOf(finding.name, expected).filter(
    address => address.includes(':') === (finding.type === 'AAAA'),
  );
  return [...finding.addresses].sort().join() === [...wanted].sort().join();
}

export const isOurs = (finding: DnsFinding, expected: readonly Expected[]): boolean =>
  finding.addresses.some(address => addressesOf(finding.name, expected).includes(address));
