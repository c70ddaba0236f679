/**
 * Holds exchanges to the published descriptions: the request, the answer's status, headers and body. Everything that a
 * contract test records passes through here, and is counted per type.
 */
import type { Exchange } from '../../src/simulator/exchange.ts';
import { errorComplaints, headerComplaints } from './answers.ts';
import { type ArmAddress, armAddress } from './arm-address.ts';
import { bodyOf, loadBodies } from './bodies.ts';
import { type Operations, type Outcome, operationsOf, type Verb } from './operations.ts';

export interface Complaint {
  readonly about: 'request' | 'answer';
  /** `PUT Microsoft.Network/privateEndpoints 201`. */
  readonly call: string;
  readonly text: string;
}

/** How much of a type was checked. Bodies: those that a description was there for. */
export interface Count {
  readonly requests: number;
  readonly requestBodies: number;
  readonly answers: number;
  readonly answerBodies: number;
}

export interface Checker {
  /** What is wrong with an exchange with the Resource Manager. */
  check(exchange: Exchange): Promise<readonly Complaint[]>;
  /** By type, as the descriptions write it. */
  readonly counts: ReadonlyMap<string, Count>;
  /** The lines of recorded-beyond.ts that were needed so far: `type path`. */
  readonly needed: ReadonlySet<string>;
  close(): void;
}

/** A complaint in one line. */
export const complaintLine = ({ about, call, text }: Complaint): string => `${call}: ${about}: ${text}`;

const verbOf = (method: string, shape: ArmAddress['shape']): Verb =>
  (shape === 'collection' && method === 'GET' ? 'LIST' : method) as Verb;

function outcomeComplaints(outcome: Outcome, exchange: Exchange): readonly string[] {
  const missing = (outcome.headers ?? []).filter(name => !exchange.responseHeaders.has(name));
  const empty = exchange.response === '';
  const body = (outcome.body === 'none') === empty ? [] : [`/ the answer has ${empty ? 'no' : 'a'} body`];
  return [...missing.map(name => `header ${name} is missing`), ...body];
}

function statusComplaints(operations: Operations, { type, shape }: ArmAddress, exchange: Exchange): readonly string[] {
  const { method, status } = exchange;
  const openDetails = type.toLowerCase() === 'microsoft.resourcegraph/resources';
  if (status >= 400) return errorComplaints({ method, status, body: bodyOf(exchange.response), openDetails });
  const same = (operations[verbOf(method, shape)] ?? []).filter(outcome => outcome.status === status);
  if (same.length === 0) return [`status ${status} is not described`];
  const each = same.map(outcome => outcomeComplaints(outcome, exchange));
  return each.find(complaints => complaints.length === 0) ?? each[0] ?? [];
}

const nothing: Count = { requests: 0, requestBodies: 0, answers: 0, answerBodies: 0 };

/** Reads the descriptions of a folder (spec-data.ts). */
export async function createChecker(specs: string): Promise<Checker> {
  const bodies = await loadBodies(specs);
  const counts = new Map<string, Count>();

  const count = (type: string, requestBody: boolean, answerBody: boolean): void => {
    const before = counts.get(type) ?? nothing;
    counts.set(type, {
      requests: before.requests + 1,
      requestBodies: before.requestBodies + Number(requestBody),
      answers: before.answers + 1,
      answerBodies: before.answerBodies + Number(answerBody),
    });
  };

  return {
    counts,
    needed: bodies.needed,
    close: () => bodies.close(),
    check: async exchange => {
      const address = armAddress(exchange.url);
      const { method, status, url, responseHeaders: headers } = exchange;
      const known = operationsOf(address.type);
      const type = known?.type ?? address.type;
      const { request, answer } = await bodies.check(exchange, address);
      const strange = status < 300 ? ['the type is not in the table of operations'] : [];
      const statuses = known === undefined ? strange : statusComplaints(known.operations, address, exchange);
      const own = headerComplaints({ url, status, headers, hasBody: exchange.response !== '' });
      count(type, request.described, answer.described);
      const call = `${method} ${type} ${status}`;
      const told = (about: Complaint['about'], lines: readonly string[]) =>
        [...new Set(lines)].map(text => ({ about, call, text }));
      return [...told('request', request.lines), ...told('answer', [...own, ...statuses, ...answer.lines])];
    },
  };
}
