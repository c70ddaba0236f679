/**
 * Keeps the last result of a computation. Used by the storages of src/coredns: every pass of every object reads the same
 * text.
 */

/** The function, computing again only for another text than the last one. */
export function remembering<T>(compute: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | undefined;
  return text => {
    if (last?.text !== text) last = { text, result: compute(text) };
    return last.result;
  };
}
