/**
 * What a test run amounted to, and whether that counts as green: node:test exits 0 for a run of nothing, for a file
 * without tests, for skips and for failing todos. Pure; used by run.ts.
 */

/** The part that we read of node:test's events `test:pass` and `test:fail`. */
export interface TestEvent {
  readonly name: string;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details?: { readonly type?: string | undefined };
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** `file: name (reason)` of each. */
  readonly skipped: readonly string[];
  readonly todo: readonly string[];
  /** How many tests of each file ran; a skipped one did not. */
  readonly ranByFile: ReadonlyMap<string, number>;
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: [], todo: [], ranByFile: new Map() };

/** Adds one event. A suite counts only when it is skipped; a file reports itself as a test when it had none. */
export function count(tally: Tally, event: TestEvent, outcome: 'passed' | 'failed'): Tally {
  const file = event.file ?? '';
  const label = (reason: string | boolean) =>
    `${file}: ${event.name}${typeof reason === 'string' && reason !== '' ? ` (${reason})` : ''}`;
  if (isSet(event.skip)) return { ...tally, skipped: [...tally.skipped, label(event.skip)] };
  if (isSet(event.todo)) return { ...tally, todo: [...tally.todo, label(event.todo)] };
  if (outcome === 'failed') return { ...withRun(tally, event, file), failed: tally.failed + 1 };
  if (event.details?.type === 'suite' || event.name === file) return tally;
  return { ...withRun(tally, event, file), passed: tally.passed + 1 };
}

const isSet = (mark: string | boolean | undefined): mark is string | true => mark !== undefined && mark !== false;

function withRun(tally: Tally, event: TestEvent, file: string): Tally {
  if (event.name === file) return tally;
  return { ...tally, ranByFile: new Map(tally.ranByFile).set(file, (tally.ranByFile.get(file) ?? 0) + 1) };
}

/** Why the run is not green, one line a reason; empty when it is. `files` are those that had to run. */
export function complaints(tally: Tally, files: readonly string[], ci: boolean): string[] {
  const total = tally.passed + tally.failed;
  const skippedOf = (file: string) => [...tally.skipped, ...tally.todo].some(label => label.startsWith(`${file}: `));
  const silent = files.filter(file => !tally.ranByFile.has(file) && (ci || !skippedOf(file)));
  return [
    ...(tally.failed > 0 ? [`${tally.failed} of ${total} tests failed`] : []),
    ...(total === 0 ? ['no test ran'] : []),
    ...silent.map(file => `${file}: no test of it ran`),
    ...(ci ? tally.skipped.map(label => `skipped, and CI=true: ${label}`) : []),
    ...(ci ? tally.todo.map(label => `todo, and CI=true: ${label}`) : []),
  ];
}
