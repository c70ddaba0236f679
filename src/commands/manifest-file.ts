/**
 * The object of `-f FILE`, for the commands that take one: read from a file or from stdin, refused in the words of the
 * API server. src/commands only.
 */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ManifestError, type NewObject, parseManifest } from '../manifest/manifest.ts';

/** What is wrong is in the file or the flags; the message names it. The commands end with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The one object of a file, `-` being stdin. Throws UsageError. */
export async function readManifest(file: string): Promise<NewObject> {
  const from = file === '-' ? 'standard input' : file;
  try {
    return await parseManifest(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof ManifestError) throw new UsageError(`${from} is not valid:\n  ${cause.message}`, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`option '--file ${file}': cannot be read: ${why}`, { cause });
  }
}
