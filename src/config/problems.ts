/**
 * Collecting what is wrong with a configuration, so that a user sees all of it at once, each problem with the name of
 * the flag, variable or field and the remedy. Imported by src/config only, `ConfigError` by the commands too.
 */

/** Thrown for a configuration that cannot be used; one line a problem. The commands end with exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Notes a problem; the reader goes on with a stand-in, which is never used since the whole then fails. */
export type Report = (problem: string) => void;

/** Runs a reader and throws `ConfigError` with everything that it reported. */
export function readAll<T>(read: (report: Report) => T): T {
  const problems: string[] = [];
  const value = read(problem => problems.push(problem));
  if (problems.length > 0) throw new ConfigError(problems);
  return value;
}
