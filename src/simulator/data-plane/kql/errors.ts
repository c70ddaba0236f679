/**
 * What the service says of a query that it cannot run (recorded: SYN0002 with line, position and token; SEM0100).
 */
import { type DataError, type InnerError, queryError } from '../answers.ts';
import type { Token } from './syntax.ts';

const outer = (inner: InnerError): DataError =>
  queryError(400, 'BadArgumentError', 'The request had some invalid properties', inner);

/** `why` is ours, for what the simulator does not know and the service would. */
export function syntaxError(token: Token, why = ''): DataError {
  const { text, line, pos } = token;
  const message = `Query could not be parsed at '${text}' on line [${line},${pos}]${why === '' ? '' : ` (${why})`}`;
  const innererror = { code: 'SYN0002', message, line, pos, token: text };
  return outer({ code: 'SyntaxError', message: 'A recognition error occurred in the query.', innererror });
}

/** `operator` is the one whose input or expression it is; empty when the query has none. */
export function semanticError(operator: string, message: string): DataError {
  const where = operator === '' ? '' : `'${operator}' operator: `;
  const innererror = { code: 'SEM0100', message: `${where}${message}` };
  return outer({ code: 'SemanticError', message: 'A semantic error occurred.', innererror });
}
