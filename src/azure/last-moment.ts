/**
 * The SDK's HTTP client with a question before each write, asked when nothing is left to wait for: behind every policy
 * (so also behind the wait for a token), and once more when a new connection has finished its handshakes, since a
 * process can be stopped in the middle of those. Through a proxy of the environment (HTTPS_PROXY) the second question is
 * not asked: there the SDK brings its own connections. src/azure only.
 */
import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { HttpClient, PipelineRequest } from '@azure/core-rest-pipeline';
import { PortError, waiting } from '../domain/failures.ts';
import type { WriteGuard } from '../ports.ts';

/** A renewal is due within this time; a process that does not lead any more ends before. */
const RETRY_MS = 2_000;

/** A write to which the guard objects is not sent and fails with `PortError`. Reads pass. */
export function guardWrites(client: HttpClient, guard: WriteGuard): HttpClient {
  const agent = new GuardedAgent({ keepAlive: true }, guard);
  return {
    async sendRequest(request) {
      if (isRead(request)) return client.sendRequest(request);
      const objection = guard();
      if (objection !== undefined) throw refusal(objection);
      if (new URL(request.url).protocol === 'https:') request.agent ??= agent;
      return client.sendRequest(request);
    },
  };
}

const isRead = ({ method }: PipelineRequest): boolean => method === 'GET' || method === 'HEAD';

const refusal = (objection: string): PortError =>
  new PortError(waiting('ClusterUnreachable', `not sent to Azure: ${objection}`, RETRY_MS));

type Connected = (error: Error | null, socket?: Duplex) => void;

/** Hands a connection over when it can be written to, and in the same turn: what was asked then still holds. */
class GuardedAgent extends Agent {
  readonly #guard: WriteGuard;

  constructor(options: AgentOptions, guard: WriteGuard) {
    super(options);
    this.#guard = guard;
  }

  override createConnection(options: AgentOptions, callback: Connected): undefined {
    const socket = super.createConnection(options) as Duplex;
    const fail = (error: Error) => callback(error);
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      const objection = this.#guard();
      if (objection === undefined) return callback(null, socket);
      socket.destroy();
      callback(refusal(objection));
    });
    return undefined;
  }
}
