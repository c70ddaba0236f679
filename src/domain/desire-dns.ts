/**
 * What the spec says of DNS, as plain data with its defaults. Pure; desire.ts alone calls it.
 */
import type { Alias } from './aliases.ts';
import type { ExportFormat } from './exports/exports.ts';
import type { Spec } from './object.ts';

export interface DnsWant {
  readonly target: string;
  /** Whether the known aliases of the records are published too. */
  readonly aliases: boolean;
  readonly extraAliases: readonly Alias[];
  /** Whether the name of Azure Monitor's storage account is published. */
  readonly blobStorage: boolean;
  /** Forms in which the records are kept for other resolvers. */
  readonly exports: readonly ExportFormat[];
  /** Resolvers beside the target's own servers that must answer right. */
  readonly verifyServers: readonly VerifyServer[];
}

/** A DNS server that the spec names. */
export interface VerifyServer {
  /** As the spec has it. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** The part `dns` of a spec. */
export const wantDns = (dns: Spec['dns']): DnsWant => ({
  target: dns?.target ?? 'default',
  aliases: dns?.aliases !== 'Disabled',
  extraAliases: dns?.extraAliases ?? [],
  blobStorage: dns?.blobStorage !== 'Disabled',
  exports: dns?.exports ?? [],
  verifyServers: (dns?.verifyServers ?? []).map(verifyServer),
});

const DNS_PORT = 53;

/** `10.0.0.53`, `10.0.0.53:5353`, `fd00::53`, `[fd00::53]:53`: the forms that the CRD admits. */
function verifyServer(text: string): VerifyServer {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::([0-9]+))?$/.exec(text) ?? [];
  return { name: text, address: bracketed ?? plain ?? text, port: Number(port ?? DNS_PORT) };
}
