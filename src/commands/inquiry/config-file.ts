/**
 * The operator's configuration file, for the commands that take one. src/commands only.
 */
import { readFile } from 'node:fs/promises';
import type { ConfigFile } from '../../config/operator.ts';
import { ConfigError } from '../../config/problems.ts';

/** `undefined` when none was named. Throws ConfigError for one that cannot be read. */
export async function readConfigFile(name: string | undefined, flag = '--config'): Promise<ConfigFile | undefined> {
  if (name === undefined) return undefined;
  try {
    return { name, text: await readFile(name, 'utf8') };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError([`${flag} ${name} cannot be read: ${why}`]);
  }
}
