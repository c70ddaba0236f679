/**
 * What a sweep has found, as the table that its test prints and judges: one line for each life and operation. For
 * test/faults.
 */

export interface SweepLine {
  readonly life: string;
  readonly operation: string;
  /** Writes of the run in which nobody died: each of them is swept. */
  readonly writes: number;
  readonly runs: number;
  /** Ended as that run did, and wrote nothing any more. */
  readonly converged: number;
  /** Resources that were asked for twice. */
  readonly duplicates: number;
  /** Resources that are left and would not be there had nobody died. */
  readonly leaks: number;
}

const COLUMNS = ['life', 'operation', 'writes', 'runs', 'converged', 'duplicates', 'leaks'] as const;

export function sweepTable(lines: readonly SweepLine[]): string {
  const rows = [COLUMNS, ...lines.map(line => COLUMNS.map(column => String(line[column])))];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map(row => row[index]?.length ?? 0)));
  return rows
    .map(row =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
