/**
 * The headers that every answer of the resource manager has, whatever came of the call.
 */
import { randomUUID } from 'node:crypto';

/** As in `JAPANEAST:20261124T120000Z:{request id}`; the place is the simulator's own. */
const routingId = (nowMs: number, requestId: string): string =>
  `SIMULATOR:${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}:${requestId}`;

/** Header values come back only when they may stand in a header: whoever sent them could have sent anything. */
const printable = (text: string | null | undefined): string | undefined =>
  text !== null && text !== undefined && /^[\x20-\x7e]{1,256}$/.test(text) ? text : undefined;

export function answerHeaders(
  nowMs: number,
  asked: Headers,
  correlationId: string | undefined,
): Record<string, string> {
  const requestId = randomUUID();
  const clientRequestId = printable(asked.get('x-ms-client-request-id'));
  const wantsClientId = asked.get('x-ms-return-client-request-id')?.toLowerCase() !== 'false';
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': printable(correlationId) ?? randomUUID(),
    'x-ms-routing-request-id': routingId(nowMs, requestId),
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    ...(clientRequestId === undefined || !wantsClientId ? {} : { 'x-ms-client-request-id': clientRequestId }),
  };
}
