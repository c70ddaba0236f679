/**
 * A test that needs a program from outside says so here: without it the test is skipped on a developer's machine and
 * fails where CI=true, since a skipped test proves nothing.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';

/**
 * The path of the program on PATH. Without it: skips `t` with `no <tool>` and returns undefined (the test must then
 * return), or throws when CI=true.
 */
export function requireTool(t: TestContext, tool: string): string | undefined {
  const found = findTool(tool);
  if (found !== undefined) return found;
  if (process.env.CI === 'true') throw new Error(`no ${tool}: this test must run where CI=true`);
  t.skip(`no ${tool}`);
  return undefined;
}

/** The path of an executable file of that name on PATH. */
export function findTool(tool: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(directory => directory !== '')
    .map(directory => join(directory, tool))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
