/**
 * Our server block inside a Corefile of somebody else: found by its keys, put in, replaced and taken out with every other
 * byte as it was. Comments would not do as marks: a kubeadm upgrade writes the file anew without them. Pure;
 * src/coredns/corefile-target.ts uses it. Source: facts coredns 2.2.
 */
import { type Failure, stalled } from '../domain/failures.ts';
import type { ConfigMapRef } from '../ports-dns.ts';
import { named, zoneKey } from './corefile-checks.ts';
import { type CorefileSource, readCorefile, type ServerBlock } from './corefile-reader.ts';
import { CorefileError } from './corefile-tokens.ts';
import { COMMENT } from './server-block.ts';

/** Where CoreDNS has its Corefile; for messages and relative imports. */
export const COREFILE_PATH = '/etc/coredns/Corefile';

/** A shared Corefile alone: what it imports cannot be seen. */
export const corefileOnly = (text: string): CorefileSource => ({
  path: COREFILE_PATH,
  files: new Map([[COREFILE_PATH, text]]),
  folders: [],
});

/**
 * The block with records in it of which every key is one of our names at our port, or that has our comment; `undefined`
 * when there is none, more than one, or the text cannot be read.
 */
export function findOwnBlock(text: string, names: ReadonlySet<string>, port: number): ServerBlock | undefined {
  const isName = (key: string) => {
    const { transport, zone, port: at } = zoneKey(key);
    return transport === 'dns' && at === port && names.has(zone);
  };
  const found = blocksOf(text).filter(
    block =>
      named(block, 'hosts')[0]?.words[0]?.text === '/dev/null' &&
      (block.keys.every(key => isName(key.text)) || text.slice(block.start, block.end).includes(`# ${COMMENT}\n`)),
  );
  return found.length === 1 ? found[0] : undefined;
}

/** The blocks of a Corefile alone; none when it cannot be read. */
export function blocksOf(text: string): readonly ServerBlock[] {
  try {
    return readCorefile(corefileOnly(text)).blocks;
  } catch (thrown) {
    if (thrown instanceof CorefileError) return [];
    throw thrown;
  }
}

/** The text with `wanted` (no line end after it, empty: nothing) in the place of `block`, or at the end. */
export function withOwnBlock(text: string, block: ServerBlock | undefined, wanted: string): string {
  if (block === undefined) return wanted === '' ? text : appended(text, wanted);
  const [before, after] = [text.slice(0, block.start), text.slice(block.end)];
  if (wanted !== '') return before + wanted + after;
  // The line end that came with the block goes with it.
  if (after.startsWith('\n')) return before + after.slice(1);
  return after === '' && before.endsWith('\n') ? before.slice(0, -1) : before + after;
}

/** A text without a line end at its end stays one, so that taking the block out gives back the same bytes. */
function appended(text: string, wanted: string): string {
  if (text === '' || text.endsWith('\n')) return `${text}${wanted}\n`;
  return `${text}\n${wanted}`;
}

export const noCorefile = ({ namespace, name }: ConfigMapRef, key: string): Failure =>
  stalled(
    'CorefileRefused',
    `there is no ConfigMap ${namespace}/${name} with a key ${key}: name the one that CoreDNS reads`,
  );
