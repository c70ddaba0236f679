/**
 * Asks one DNS server one question over UDP, over TCP when the answer is cut short or when that is asked for. Believes only an answer from that
 * server to that very question. No cache. Implements `Resolver` of src/ports.ts; the commands make it.
 */
import { PortError, waiting } from '../domain/failures.ts';
import type { DnsAnswer, DnsServer, Resolver } from '../ports-dns.ts';
import { answerOf, exchangeOf, type Question } from './dns-message.ts';
import { exchangeTcp } from './dns-tcp.ts';
import { exchangeUdp } from './dns-udp.ts';

const TRY_TIMEOUT_MS = 1_000;
const TRIES = 2;
const RETRY_AFTER_MS = 2_000;

/** Each try has its own socket, source port and id, and takes a second at most (another one if it needs TCP). */
export const createResolver = (): Resolver => ({
  ask: (server, name, type, signal) => persevere(server, signal, () => askUdp(server, { name, type }, signal)),
  askOverTcp: (server, name, type, signal) => persevere(server, signal, () => askTcp(server, { name, type }, signal)),
});

async function persevere(
  server: DnsServer,
  signal: AbortSignal,
  askOnce: () => Promise<DnsAnswer>,
): Promise<DnsAnswer> {
  let cause: unknown;
  for (let tried = 0; tried < TRIES; tried++) {
    signal.throwIfAborted();
    try {
      return await askOnce();
    } catch (thrown) {
      signal.throwIfAborted();
      cause = thrown;
    }
  }
  throw silent(server, cause);
}

async function askUdp(server: DnsServer, question: Question, signal: AbortSignal): Promise<DnsAnswer> {
  const exchange = exchangeOf(server, question);
  const answer = await exchangeUdp(exchange, within(signal));
  return answerOf(answer.flag_tc ? await exchangeTcp(exchange, within(signal)) : answer, question);
}

async function askTcp(server: DnsServer, question: Question, signal: AbortSignal): Promise<DnsAnswer> {
  return answerOf(await exchangeTcp(exchangeOf(server, question), within(signal)), question);
}

const within = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(TRY_TIMEOUT_MS)]);

/** Without the server's name, which is told beside it. */
function silent(server: DnsServer, cause: unknown): PortError {
  const why = cause instanceof Error && cause.name !== 'TimeoutError' ? cause.message : 'no answer to our question';
  const text = `${why} (${server.address} port ${server.port}, ${TRIES} tries of ${TRY_TIMEOUT_MS / 1_000} s)`;
  return new PortError(waiting('WrongAnswers', text, RETRY_AFTER_MS), { cause });
}
