/**
 * What Azure Resource Graph answers to a query that it cannot run: the reason is in the second detail, the message above
 * says nothing (as quoted in public tests of its clients). Used by the files beside it and types/resource-graph.ts.
 */
import { ArmError } from '../frame/errors.ts';

/** The reason, as the service puts it in `details`. */
export class GraphError extends Error {
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(detail: Readonly<Record<string, unknown>>) {
    super(String(detail.message));
    this.name = 'GraphError';
    this.detail = detail;
  }
}

/** Where the parser gave up: line from 1, character from 0. */
export const parserFailure = (place: {
  readonly line: number;
  readonly character: number;
  readonly token: string;
}): GraphError =>
  new GraphError({
    code: 'ParserFailure',
    message: 'ParserFailure',
    line: place.line,
    characterPositionInLine: place.character,
    token: place.token === '' ? '<EOF>' : place.token,
    expectedToken: 'Ǐ',
  });

export const unknownFunction = (name: string): GraphError =>
  new GraphError({ code: 'UnknownFunction', message: `Unknown function: '${name}'.` });

export const unknownTable = (name: string): GraphError =>
  new GraphError({
    code: 'DisallowedLogicalTableName',
    message: `Table ${name} is invalid, unsupported or disallowed.`,
  });

export const unknownColumn = (name: string): GraphError =>
  new GraphError({ code: 'InvalidColumn', message: `Failed to resolve column '${name}'.` });

/** The whole 400, with the time and the correlation id that its message asks to be quoted. */
export function invalidQuery(error: GraphError, timestamp: string, correlationId: string): ArmError {
  const message = `Please provide below info when asking for support: timestamp = ${timestamp}, correlationId = ${correlationId}.`;
  const invalid = {
    code: 'InvalidQuery',
    message:
      'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
  };
  return new ArmError(400, { code: 'BadRequest', message, details: [invalid, error.detail] });
}
