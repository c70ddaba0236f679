/**
 * The pages of docs/dns as data: what stands in their fenced parts. For tests that hold the pages to the code.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../docs/dns');

export interface Fenced {
  /** The word after the opening fence: `yaml`, `sh`, ... */
  readonly language: string;
  readonly text: string;
}

export const dnsPages = async (): Promise<readonly string[]> =>
  (await readdir(folder)).filter(file => file.endsWith('.md')).sort();

export const dnsPage = (page: string): Promise<string> => readFile(join(folder, page), 'utf8');

/** The fenced parts of a page, in order. */
export async function fencedIn(page: string): Promise<readonly Fenced[]> {
  const matches = (await dnsPage(page)).matchAll(/^```(\S*)\n(.*?)^```$/gms);
  return [...matches].map(([, language = '', text = '']) => ({ language, text }));
}

/** The first part that is a configuration of targets. Throws when there is none. */
export async function targetsIn(page: string): Promise<string> {
  const part = (await fencedIn(page)).find(({ text }) => text.startsWith('targets:'));
  if (part === undefined) throw new Error(`${page} shows no targets`);
  return part.text;
}

/** The roles that a page has its reader apply. Throws when there are none. */
export async function rolesOf(page: string): Promise<string> {
  const part = (await fencedIn(page)).find(({ text }) => text.includes('kind: RoleBinding'));
  if (part === undefined) throw new Error(`${page} shows no roles`);
  return part.text;
}
