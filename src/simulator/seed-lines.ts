/**
 * YAML that somebody wrote by hand, read so that a problem can be told with its line. Knows no seed.
 */
import { isCollection, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';

/** The line, from 1, of what a path such as `workspaces[0].name` names, or of the nearest thing around it. */
export type LineOf = (path: string) => number | undefined;

export interface ReadYaml {
  readonly value: unknown;
  /** Of the text as YAML, each with its line. */
  readonly problems: readonly string[];
  readonly lineOf: LineOf;
}

const keysOf = (path: string): readonly string[] => path.split(/[.[\]]+/).filter(key => key !== '');

/** Where a key stands in a collection, and what is there. */
function step(node: unknown, key: string): { readonly at: unknown; readonly value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(item => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
    return pair === undefined ? undefined : { at: pair.key, value: pair.value };
  }
  if (!isCollection(node)) return undefined;
  const value = node.items[Number(key)];
  return value === undefined ? undefined : { at: value, value };
}

export function readYaml(text: string): ReadYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const problems = document.errors.map(({ message }) => message.split('\n')[0] ?? '');
  if (problems.length > 0) return { value: undefined, problems, lineOf: () => undefined };
  let value: unknown;
  try {
    value = document.toJS();
  } catch (cause) {
    // An alias without its anchor, or one that grows without end.
    return { value, problems: [cause instanceof Error ? cause.message : String(cause)], lineOf: () => undefined };
  }
  const lineOf: LineOf = path => {
    let [node, at]: unknown[] = [document.contents, document.contents];
    for (const key of keysOf(path)) {
      const next = step(node, key);
      if (next === undefined) break;
      ({ at, value: node } = next);
    }
    const offset = isNode(at) ? at.range?.[0] : undefined;
    return offset === undefined ? undefined : lineCounter.linePos(offset).line;
  };
  return { value, problems, lineOf };
}
