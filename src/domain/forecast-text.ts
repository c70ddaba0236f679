/**
 * A forecast as text and as data, the way people know a plan from Terraform: numbered actions with their differences and
 * what each waits for, then the records, then a line that counts. Pure; the command `pms plan` prints it.
 */
import { type Forecast, hasChanges, type PlannedAction } from './forecast.ts';
import type { RecordChange } from './forecast-records.ts';
import { actionLines } from './plan-text.ts';
import type { Action } from './steps.ts';

const AFTER_COLUMN = 56;

/** Lines of the whole forecast, without colours; empty lines between the parts. */
export function forecastLines(forecast: Forecast): readonly string[] {
  const { actions, obstacles } = forecast;
  const blocks = [
    actions.flatMap(plannedLines),
    recordLines(forecast),
    obstacles.map(({ name, verdict }) => `! ${name} ${verdict.reason}: ${verdict.message}`),
    [summaryLine(forecast)],
  ];
  return blocks.filter(block => block.length > 0).flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}

/** `Plan: 4 to create, 0 to change, 0 to delete in Azure; 27 records to add, 0 to change, 0 to take out.` */
export function summaryLine(forecast: Forecast): string {
  const count = (...verbs: readonly Action['verb'][]) =>
    forecast.actions.filter(({ action }) => verbs.includes(action.verb)).length;
  const marks = (mark: RecordChange['mark']) => forecast.records.changes.filter(change => change.mark === mark).length;
  if (!hasChanges(forecast)) {
    return forecast.obstacles.length > 0
      ? 'Plan: nothing can be done before what is marked with ! is put right.'
      : 'Plan: nothing to do. Azure and DNS are as asked.';
  }
  const azure = `${count('create')} to create, ${count('update', 'close', 'open')} to change, ${count('delete')} to delete in Azure`;
  return `Plan: ${azure}; ${marks('+')} records to add, ${marks('~')} to change, ${marks('-')} to take out.`;
}

function plannedLines({ number, action, after }: PlannedAction): readonly string[] {
  const [head = '', ...details] = actionLines(action);
  const place = `${String(number).padStart(3)}. `;
  const waits = afterText(after);
  const first = waits === '' ? `${place}${head}` : `${`${place}${head}`.padEnd(AFTER_COLUMN)}  ${waits}`;
  return [first, ...details.map(line => `${' '.repeat(place.length)}${line}`)];
}

/** `after 1, 2`, `after 4 to 9`; empty when nothing is waited for. */
export function afterText(numbers: readonly number[]): string {
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return '';
  const isRun = numbers.length > 2 && last - first === numbers.length - 1;
  return `after ${isRun ? `${first} to ${last}` : numbers.join(', ')}`;
}

function recordLines({ records, recordsAfter }: Forecast): readonly string[] {
  const { changes, target, total, isTargetRead, isOpen } = records;
  const waits = afterText(recordsAfter);
  const open = isOpen
    ? [
        `~ records in ${target}: Azure tells the names of this cloud when they are there${waits === '' ? '' : `  ${waits}`}`,
      ]
    : [];
  if (changes.length === 0) return open;
  const read = isTargetRead ? '' : ', the target was not read: all of them are told';
  const head = `~ records in ${target} (${total} all together${read})${waits === '' ? '' : `  ${waits}`}`;
  const width = Math.max(...changes.map(({ name }) => name.length));
  return [head, ...changes.map(change => `    ${recordLine(change, width)}`), ...open];
}

function recordLine({ mark, name, addresses, found }: RecordChange, width: number): string {
  const wanted = addresses.length === 0 ? '<address of the private endpoint>' : addresses.join(', ');
  const padded = name.padEnd(width);
  if (mark === '+') return `+ ${padded}  ${wanted}`;
  return mark === '-' ? `- ${padded}  ${found.join(', ')}` : `~ ${padded}  ${found.join(', ')} -> ${wanted}`;
}
