/**
 * The shell commands of a page, as a reader copies them: its `sh` blocks, by section, with the reason of those that
 * are not run. Pure but for reading the page; the tests of the pages use it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Block {
  /** The heading, or the bold words that begin a paragraph, above it. */
  readonly section: string;
  readonly text: string;
  /** Said in a comment above the block; undefined for one that is run. */
  readonly notRun: string | undefined;
}

/** The blocks of a page in their order; `from` and `to` are headings between which they stand. */
export async function shellBlocks(page: string, from?: string, to?: string): Promise<readonly Block[]> {
  const text = await readFile(join(root, page), 'utf8');
  const start = from === undefined ? 0 : text.indexOf(`\n${from}\n`);
  if (start < 0) throw new Error(`${page} has no ${from}`);
  const part = text.slice(start, to === undefined ? undefined : text.indexOf(`\n${to}\n`, start));
  const blocks: Block[] = [];
  let section = '';
  const pieces =
    /^(?:## (?<heading>.*)|\*\*(?<bold>[^*]+)\*\*.*|(?:<!-- not run(?<why>[^>]*)-->\n)?```sh\n(?<code>(?:(?!```).*\n)*)```)$/gm;
  for (const { groups = {} } of part.matchAll(pieces)) {
    const { heading, bold, why, code } = groups;
    if (code === undefined) section = heading ?? bold ?? '';
    else blocks.push({ section, text: code, notRun: why?.replace(/^[^:]*:/, '').trim() });
  }
  return blocks;
}
