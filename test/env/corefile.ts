/**
 * The Corefile under test: the text that deploy/coredns ships, with nothing changed but what a loopback run needs.
 * Pure but for reading that file; used by coredns.ts.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const shippedFile = join(import.meta.dirname, '../../deploy/coredns/coredns.yaml');

/** The key Corefile of the ConfigMap in deploy/coredns/coredns.yaml. */
export async function shippedCorefile(): Promise<string> {
  const objects = parseAllDocuments(await readFile(shippedFile, 'utf8')).map(document => document.toJS());
  const corefile = objects.find(object => object?.kind === 'ConfigMap' && object.data?.Corefile)?.data.Corefile;
  if (typeof corefile !== 'string') throw new Error(`${shippedFile}: no ConfigMap with a key Corefile`);
  return corefile;
}

export interface LoopbackSettings {
  readonly port: number;
  readonly healthPort: number;
  readonly readyPort: number;
  readonly metricsPort: number;
  /** `address:port` of the resolver behind it. */
  readonly upstream: string;
  /** Stands in the place of the folder of every file that a `hosts` block reads. */
  readonly directory: string;
  /** How often the hosts files are looked at, as CoreDNS writes a duration. */
  readonly hostsReload: string;
  /** Seconds that `cache` keeps an answer; undefined leaves the text's own. */
  readonly cacheSeconds: number | undefined;
}

/**
 * The Corefile with its addresses, ports, upstream and folder replaced; every other line stays as shipped. Throws when
 * a line that must be replaced is not found: the text then has a form that this function does not know.
 */
export function onLoopback(corefile: string, settings: LoopbackSettings): string {
  const on = (port: number) => `127.0.0.1:${port}`;
  let text = corefile.replace(/^\s*bind .*\n/gm, '');
  const replace = (pattern: RegExp, replacement: string) => {
    if (!pattern.test(text)) throw new Error(`the Corefile has no line like ${pattern}:\n${corefile}`);
    text = text.replace(pattern, replacement);
  };
  replace(/^([^\s#]*):53\b(.*\{)$/m, `$1:${settings.port}$2\n    bind 127.0.0.1`);
  replace(/^(\s*)health\b[^{\n]*/m, `$1health ${on(settings.healthPort)} `);
  replace(/^(\s*)ready\b.*/m, `$1ready ${on(settings.readyPort)}`);
  replace(/^(\s*)prometheus\b.*/m, `$1prometheus ${on(settings.metricsPort)}`);
  replace(/^(\s*)hosts \S*\/(\S+) \{$/m, `$1hosts ${settings.directory}/$2 {`);
  replace(/^(\s+)reload \S+$/m, `$1reload ${settings.hostsReload}`);
  replace(/^(\s*)forward \. [^{\n]*/m, `$1forward . ${settings.upstream} `);
  if (settings.cacheSeconds !== undefined) replace(/^(\s*)cache \d+/m, `$1cache ${settings.cacheSeconds}`);
  return text;
}
