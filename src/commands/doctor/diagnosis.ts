/**
 * What is printed of the findings, and with which exit code: everything that was looked at, and one last line with the
 * one thing to mend, which is the first in the order of cause. Pure. src/commands/doctor.ts prints it.
 */
import { type Finding, isAgainst } from '../../domain/finding.ts';
import { type CheckOutput, checkLines, checkOutput, type FindingGroup } from '../check/report.ts';
import { type Line, styled } from '../demo/paint.ts';
import { EXIT } from '../inquiry/run-inquiry.ts';

export interface Diagnosis {
  readonly exitCode: number;
  readonly lines: readonly Line[];
  /** For `-o json`. */
  readonly output: CheckOutput & {
    /** Whether the programs of every user could be looked at. */
    readonly asRoot: boolean;
    /** The one thing to mend; absent on a healthy machine. */
    readonly mend?: Finding;
  };
}

/** The groups come in the order of cause. */
export function diagnosisOf(groups: readonly FindingGroup[], asRoot: boolean): Diagnosis {
  const mend = groups.flatMap(({ findings }) => findings).find(isAgainst);
  return {
    exitCode: mend === undefined ? EXIT.fine : EXIT.notSo,
    lines: [...checkLines(groups), lastLine(mend, asRoot)],
    output: { ...checkOutput(groups), asRoot, ...(mend === undefined ? {} : { mend }) },
  };
}

function lastLine(mend: Finding | undefined, asRoot: boolean): Line {
  if (mend === undefined) {
    return [styled('green', asRoot ? 'Nothing to mend.' : 'Nothing to mend in what can be seen without root.')];
  }
  return [styled('red', `Mend first: ${mend.message}${mend.cure === undefined ? '' : ` → ${mend.cure}`}`)];
}
