/**
 * Nothing is written into a CoreDNS that would not start with it: the configuration is read as a whole, first without
 * our block, then with the new one. A configuration that is broken already is left alone, since our write would have it
 * loaded. src/coredns/{custom-server,corefile}-target.ts use it. Source: facts coredns 2.2, 2.3.
 */
import { type Failure, PortError, stalled } from '../domain/failures.ts';
import type { Claim } from '../domain/merge.ts';
import { checkBinds, checkBlocks, keyText, reloads, zoneKey } from './corefile-checks.ts';
import { type Corefile, type CorefileSource, readCorefile } from './corefile-reader.ts';
import { CorefileError } from './corefile-tokens.ts';
import type { ServerSettings } from './target-config.ts';

export interface Guard {
  /** Why this claim cannot be written: another block serves one of its names. */
  refusal(claim: Claim): Failure | undefined;
  /** Throws PortError CorefileRefused when the configuration is not to be touched, or would not load afterwards. */
  check(after: CorefileSource): void;
  /** Whether CoreDNS takes up a change by itself. */
  readonly willReload: boolean;
}

export interface GuardOptions {
  /** For messages: `ConfigMap kube-system/coredns`. */
  readonly place: string;
  readonly settings: ServerSettings;
  /** The configuration with nothing of ours in it. */
  readonly foreign: CorefileSource;
  /** Path of the file of ours that the Corefile must import; absent: our block is in the Corefile itself. */
  readonly importedAs?: string | undefined;
}

export function createGuard(options: GuardOptions): Guard {
  const { foreign, settings, place } = options;
  const reading = attempt(() => judged(foreign, settings));
  const blocks = reading.is === 'read' ? reading.corefile.blocks : [];
  const taken = new Map(
    blocks.flatMap(block => block.keys.map(key => [keyText(zoneKey(key.text)), `${key.file}, line ${key.line}`])),
  );
  const takenAt = (name: string) => taken.get(keyText({ transport: 'dns', zone: name, port: settings.port }));
  return {
    willReload: reloads(blocks),
    refusal({ records }) {
      const record = records.find(({ name }) => takenAt(name) !== undefined);
      if (record === undefined) return undefined;
      const text = `${place}: another server block serves ${record.name}:${settings.port} already (${takenAt(record.name)}): remove it there, or use another dns.target`;
      return stalled('CorefileRefused', text);
    },
    check(after) {
      if (reading.is === 'broken') throw refused(`${place}: ${reading.why}, without anything of ours: mend that first`);
      const next = attempt(() => judged(after, settings));
      if (next.is === 'broken') throw refused(`${place}: our block would break it: ${next.why}`);
      const { importedAs } = options;
      if (importedAs !== undefined && !next.corefile.imported.has(importedAs)) {
        const line = `import ${importedAs.replace(/[^/]*$/, '*.server')}`;
        throw refused(`${place} does not import ${importedAs}: it needs the line "${line}" outside of every block`);
      }
    },
  };
}

function judged(source: CorefileSource, settings: ServerSettings): Corefile {
  const corefile = readCorefile(source);
  checkBlocks(corefile.blocks, settings.extraPlugins);
  checkBinds(corefile.blocks, settings.port, settings.bind);
  return corefile;
}

type Attempt = { readonly is: 'read'; readonly corefile: Corefile } | { readonly is: 'broken'; readonly why: string };

function attempt(read: () => Corefile): Attempt {
  try {
    return { is: 'read', corefile: read() };
  } catch (thrown) {
    if (thrown instanceof CorefileError) return { is: 'broken', why: thrown.message };
    throw thrown;
  }
}

const refused = (text: string): PortError =>
  new PortError(stalled('CorefileRefused', `${text}. Nothing is written until then: CoreDNS would not start again`));
