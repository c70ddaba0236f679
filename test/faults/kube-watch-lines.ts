/**
 * The lines of a watch as the fault proxy passes them on: some put before all others, one left out. Used by
 * kube-fault-proxy.ts alone.
 */
import type { KubeAftermath } from './kube-fault-rules.ts';

type Changes = Pick<KubeAftermath, 'dropEvent' | 'firstLines'>;

/** Each with its line feed. What has none yet when the body ends was cut off, and is passed on as it is. */
export async function* watchLines(
  body: AsyncIterable<string>,
  { dropEvent, firstLines = [] }: Changes = {},
): AsyncGenerator<string> {
  for (const line of firstLines) yield `${line}\n`;
  let toDrop = dropEvent;
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (toDrop !== undefined && isEvent(line, toDrop)) toDrop = undefined;
      else yield `${line}\n`;
    }
  }
  if (rest !== '') yield rest;
}

function isEvent(line: string, { type, name }: NonNullable<Changes['dropEvent']>): boolean {
  const event = JSON.parse(line);
  return event.type === type && (name === undefined || event.object?.metadata?.name === name);
}
