/**
 * What an event is and how it looks to the API `events.k8s.io/v1`, whose validation is strict (1 KiB of note, MicroTime,
 * series of two at least). Pure and generic; src/kubernetes only.
 */

/** `metadata` of the object that an event is about, with its kind. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface KubeEvent {
  readonly regarding: Regarding;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase. */
  readonly reason: string;
  /** For people; cut at 1 KiB. */
  readonly note: string;
  /** CamelCase: what was being done. */
  readonly action: string;
}

/** Who reports. */
export interface Reporter {
  /** `reportingController`, a qualified name. */
  readonly controller: string;
  /** `reportingInstance`: the pod. */
  readonly instance: string;
}

const MAX_NOTE_BYTES = 1_024;
/** A name of the API server's has 253 characters at most; the time takes 17. */
const MAX_STEM = 230;

/** Epoch milliseconds as `MicroTime`: exactly six digits, or the API server answers 400. */
export const microTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '000Z');

/** Two events with the same key are one series. */
export const seriesKey = ({ regarding, type, reason, note, action }: KubeEvent): string =>
  JSON.stringify([regarding.uid, type, reason, note, action]);

/** A name that no other event has: that of the object and a number that counts up. */
export function eventName({ name }: Regarding, serial: bigint): string {
  const stem = name.slice(0, MAX_STEM).replace(/[^a-z0-9]+$/, '');
  return `${stem}.${serial.toString(16)}`;
}

export interface Occurrences {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The body of the POST that makes the event. */
export function eventBody(event: KubeEvent, name: string, reporter: Reporter, seen: Occurrences): unknown {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: event.regarding.namespace, name },
    eventTime: microTime(seen.firstAt),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, 128),
    action: event.action,
    reason: event.reason,
    type: event.type,
    note: cut(event.note, MAX_NOTE_BYTES),
    regarding: event.regarding,
    ...(seen.count > 1 ? seriesBody(seen) : {}),
  };
}

/** The merge patch that counts one more occurrence. */
export const seriesBody = ({ count, lastAt }: Occurrences): { readonly series: unknown } => ({
  series: { count, lastObservedTime: microTime(lastAt) },
});

function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  // A character that was cut in two decodes to U+FFFD.
  const head = Buffer.from(text)
    .subarray(0, maxBytes - 3)
    .toString('utf8');
  return `${head.replace(/\uFFFD+$/, '')}...`;
}
