/**
 * A forecast's lines in the colours that people know from Terraform. Pure; `pms plan` prints them.
 */
import type { Forecast } from '../../domain/forecast.ts';
import { forecastLines } from '../../domain/forecast-text.ts';
import { type Line, plain, type Style, styled } from '../demo/paint.ts';

const STYLE: Readonly<Record<string, Style>> = { '+': 'green', '~': 'yellow', '-': 'red', '!': 'red', '=': 'dim' };

/** The mark of a line, behind its number and indentation. */
const MARK = /^(\s*(?:\d+\. )?)([+~\-!=]) /;

export const paintedLines = (forecast: Forecast): readonly Line[] =>
  forecastLines(forecast).map(line => {
    if (line.startsWith('Plan:')) return [styled('bold', line)];
    const [, place = '', mark = ''] = MARK.exec(line) ?? [];
    const style = STYLE[mark];
    return style === undefined ? [plain(line)] : [plain(place), styled(style, line.slice(place.length))];
  });
