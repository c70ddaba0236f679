/**
 * The body of a watch, which is one JSON document a line, as events. Generic; src/kubernetes only.
 */
import { KubeError } from './kube-error.ts';
import { isRecord, type RawObject } from './raw-object.ts';

export interface WatchEvent {
  /** ADDED, MODIFIED, DELETED, BOOKMARK, ERROR. */
  readonly type: string;
  readonly object: RawObject;
}

/** etcd takes no object over 1.5 MiB; a line beyond this is not a watch. */
const MAX_LINE = 16 * 1024 * 1024;

/**
 * Ends with the body; what stands behind the last line feed was cut off and is dropped, since the watch that follows
 * brings it again. Throws KubeError for a line that is no event.
 */
export async function* readWatchEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield readEvent(line);
    if (rest.length > MAX_LINE) throw new KubeError('a watch sent a line without an end');
  }
}

function readEvent(line: string): WatchEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw new KubeError('a watch sent a line that is no JSON', {}, { cause });
  }
  if (isRecord(event) && typeof event.type === 'string' && isRecord(event.object)) {
    return { type: event.type, object: event.object };
  }
  throw new KubeError('a watch sent a line that is no event');
}
