/**
 * Small rules for checking data that someone wrote by hand: each looks at one value and reports what is wrong together
 * with the path to it. Knows nothing of seeds; used by seed.ts.
 */

export type Report = (path: string, problem: string) => void;
export type Rule = (value: unknown, path: string, report: Report) => void;

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A non-empty text, optionally of a given form. */
export const text =
  (wanted = 'a text', accepts: (value: string) => boolean = () => true): Rule =>
  (value, path, report) => {
    if (typeof value !== 'string') report(path, `must be ${wanted}, not ${kindOf(value)}`);
    else if (value === '' || !accepts(value)) report(path, `must be ${wanted}, not '${value}'`);
  };

export const guidText: Rule = text('a GUID', value => guid.test(value));

export const oneOf = (...choices: readonly string[]): Rule =>
  text(`one of ${choices.join(', ')}`, value => choices.includes(value));

export const number: Rule = (value, path, report) => {
  if (typeof value !== 'number') report(path, `must be a number, not ${kindOf(value)}`);
};

/** Every value of a map must be a text. */
export const texts: Rule = (value, path, report) => {
  if (!isRecord(value)) report(path, `must be a map, not ${kindOf(value)}`);
  else for (const [key, item] of Object.entries(value)) text()(item, `${path}.${key}`, report);
};

/** One text, or a list of them. */
export const textOrTexts: Rule = (value, path, report) => {
  if (Array.isArray(value)) list(text())(value, path, report);
  else text()(value, path, report);
};

export const anyMap: Rule = (value, path, report) => {
  if (!isRecord(value)) report(path, `must be a map, not ${kindOf(value)}`);
};

export const list =
  (rule: Rule): Rule =>
  (value, path, report) => {
    if (!Array.isArray(value)) report(path, `must be a list, not ${kindOf(value)}`);
    else for (const [index, item] of value.entries()) rule(item, `${path}[${index}]`, report);
  };

type Rules = Readonly<Record<string, Rule>>;

/** A map with exactly these keys; those of `optional` may be absent. */
export const map = (required: Rules, optional: Rules = {}): Rule => {
  const rules = new Map(Object.entries({ ...required, ...optional }));
  const known = [...rules.keys()].join(', ');
  return (value, path, report) => {
    if (!isRecord(value)) {
      report(path, `must be a map, not ${kindOf(value)}`);
      return;
    }
    const at = (key: string) => (path === '' ? key : `${path}.${key}`);
    for (const key of Object.keys(required)) if (value[key] === undefined) report(at(key), 'is missing');
    for (const [key, item] of Object.entries(value)) {
      const rule = rules.get(key);
      if (rule === undefined) report(at(key), `is not a key here; known are ${known}`);
      else if (item !== undefined) rule(item, at(key), report);
    }
  };
};
