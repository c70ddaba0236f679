/**
 * `timespan` of a query: an ISO 8601 duration, or two ends of which each is a time or a duration.
 */

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export const allTime: TimeRange = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

const duration = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;

function durationMs(text: string): number | undefined {
  const match = duration.exec(text);
  if (match === null || text.length < 3) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(each => Number(each ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000;
}

const timeMs = (text: string): number | undefined => {
  const ms = Date.parse(text);
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(ms) ? ms : undefined;
};

/** The range that a text names, seen from now; undefined when it names none. */
export function timeRange(text: string, nowMs: number): TimeRange | undefined {
  const [start = '', end, ...more] = text.split('/');
  if (more.length > 0) return undefined;
  const [span, from] = [durationMs(start), timeMs(start)];
  if (end === undefined) return span === undefined ? undefined : { fromMs: nowMs - span, toMs: nowMs };
  const [endSpan, to] = [durationMs(end), timeMs(end)];
  if (from !== undefined && to !== undefined) return { fromMs: from, toMs: to };
  if (from !== undefined && endSpan !== undefined) return { fromMs: from, toMs: from + endSpan };
  return span !== undefined && to !== undefined ? { fromMs: to - span, toMs: to } : undefined;
}
