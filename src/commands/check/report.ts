/**
 * Findings as lines for a person and as data. Pure; `pms check` prints them.
 */
import { type Finding, isAgainst } from '../../domain/finding.ts';
import { type Line, plain, type Style, styled } from '../demo/paint.ts';

export interface FindingGroup {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export interface CheckOutput {
  /** Whether nothing stands in the way. */
  readonly passed: boolean;
  readonly checks: readonly (Finding & { readonly group: string })[];
}

const MARK = { passed: '✓', warning: '!', failed: '✗', unknown: '?', skipped: '-' } as const;
const STYLE: Readonly<Record<Finding['state'], Style>> = {
  passed: 'green',
  warning: 'yellow',
  failed: 'red',
  unknown: 'red',
  skipped: 'dim',
};

export const checkOutput = (groups: readonly FindingGroup[]): CheckOutput => ({
  passed: !groups.some(({ findings }) => findings.some(isAgainst)),
  checks: groups.flatMap(({ title, findings }) => findings.map(finding => ({ group: title, ...finding }))),
});

/** A line a finding, and its cure below it. */
export function checkLines(groups: readonly FindingGroup[]): readonly Line[] {
  const all = groups.flatMap(({ findings }) => findings);
  const width = widthOf(all);
  const lines = groups.flatMap((group): readonly Line[] => [...groupLines(group, width), []]);
  return [...lines, [styled('bold', summary(all))]];
}

/** One group, its title first. */
export const groupLines = ({ title, findings }: FindingGroup, width = widthOf(findings)): readonly Line[] => [
  [styled('bold', title)],
  ...findings.flatMap(finding => findingLines(finding, width)),
];

const widthOf = (findings: readonly Finding[]): number => Math.max(...findings.map(({ check }) => check.length));

function findingLines({ check, state, message, cure }: Finding, width: number): readonly Line[] {
  const head: Line = [plain('  '), styled(STYLE[state], MARK[state]), plain(` ${check.padEnd(width)}  ${message}`)];
  return cure === undefined ? [head] : [head, [plain(`      → ${cure}`)]];
}

function summary(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter(finding => finding.state === state).length;
  const told = (['passed', 'warning', 'failed', 'unknown', 'skipped'] as const)
    .filter(state => count(state) > 0)
    .map(state => `${count(state)} ${state === 'warning' ? 'with a warning' : state}`);
  return told.join(', ');
}
