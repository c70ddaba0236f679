/**
 * Runs a Lua script of deploy/argocd as Argo CD does: `obj` is the object, the standard libraries are not there, and what
 * the script returns is the answer. Needs lua5.1.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Script {
  /** The program lua5.1. */
  readonly lua: string;
  readonly file: string;
  /** An action may ask for the time, the others may not. */
  readonly kind: 'health' | 'discovery' | 'action';
}

/** What the script returns for the object; an empty table is `{}`. Throws with Lua's own message when it fails. */
export async function runLua({ lua, file, kind }: Script, object: unknown): Promise<unknown> {
  const driver = join(import.meta.dirname, 'driver.lua');
  const { stdout } = await run(lua, [driver, file, `return ${literal(object)}`, kind], { timeout: 10_000 });
  return JSON.parse(stdout);
}

/** Lua source of a value as YAML gives it; null is absent, as it is for Argo CD. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `{${value.map(literal).join(',')}}`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `[${quoted(key)}]=${literal(item)}`)
      .join(',')}}`;
  }
  return quoted(String(value));
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
