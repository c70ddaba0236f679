/**
 * Calls to the data plane and its answers, in the forms of its two families: the Logs query API (recorded: message
 * before code, a correlation id inside) and the ingestion and configuration services (code before message).
 */
import { randomUUID } from 'node:crypto';
import type { CallFacts } from '../journal.ts';
import type { Arrival } from './arrivals.ts';

export interface DataCall {
  readonly arrival: Arrival;
  /** As the Host header has it, lower case, without port. */
  readonly host: string;
  readonly method: string;
  /** Decoded segments of the path, empty ones left out. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
  /** Of the connection. */
  readonly callerAddress: string;
  readonly facts: CallFacts;
}

export interface DataAnswer {
  readonly status: number;
  /** Absent: an empty answer. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface InnerError {
  readonly code: string;
  readonly message: string;
  readonly innererror?: InnerError;
  readonly line?: number;
  readonly pos?: number;
  readonly token?: string;
}

/** Thrown anywhere below; becomes its answer. */
export class DataError extends Error {
  readonly answer: DataAnswer;

  constructor(answer: DataAnswer) {
    super(`HTTP ${answer.status}`);
    this.name = 'DataError';
    this.answer = answer;
  }
}

/** An error of the Logs query API. */
export const queryError = (status: number, code: string, message: string, innererror?: InnerError): DataError => {
  const error = { message, code, correlationId: randomUUID(), ...(innererror === undefined ? {} : { innererror }) };
  return new DataError({ status, body: { error } });
};

export const pathNotFound = (): DataError => queryError(404, 'PathNotFoundError', 'The requested path does not exist');

/** An error of the ingestion and configuration services. */
export const pipelineError = (status: number, code: string, message: string): DataError =>
  new DataError({ status, body: { error: { code, message } } });
