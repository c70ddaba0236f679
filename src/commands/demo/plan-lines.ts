/**
 * A plan's text as lines for a terminal: what is made, changed and taken away in its colour, messages that wrap below
 * themselves. Pure; the demo prints it.
 */
import { planText } from '../../domain/plan-text.ts';
import type { Plan } from '../../domain/steps.ts';
import { type Line, plain, type Style, styled } from './paint.ts';

const STYLE: Readonly<Record<string, Style>> = { '+': 'green', '~': 'yellow', '-': 'red', '…': 'dim', '!': 'red' };
/** Indentation, mark and, in a step's line, the step's name; then the text. */
const PARTS = /^( *)(\S)( +(?:[A-Z]\w+ +)?)(.*)$/u;

/** The lines of `planText`, two columns to the right. */
export const planLines = (plan: Plan): readonly Line[] => planText(plan).trimEnd().split('\n').map(lineOf);

function lineOf(line: string): Line {
  const [, indent, mark = '', gap, text] = PARTS.exec(line) ?? [];
  const style = STYLE[mark];
  if (indent === undefined || gap === undefined || text === undefined) return [plain(`  ${line}`)];
  const tint = style === undefined ? plain : (piece: string) => styled(style, piece);
  return [plain(`  ${indent}`), tint(mark), tint(gap), tint(text)];
}
