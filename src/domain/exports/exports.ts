/**
 * The records of an object in the form that other resolvers read. One function a format, records in, files out; equal
 * records give equal bytes. Pure; any layer may import it. Source: facts coredns 4.
 */
import { dnsEndpoint, json } from './data.ts';
import type { ExportContext, ExportFile, ExportRecord } from './export-record.ts';
import { dnsmasq, hosts, unbound, windows } from './resolvers.ts';
import { bind, rpz } from './zones.ts';

type Export = (records: readonly ExportRecord[], context: ExportContext) => readonly ExportFile[];

const EXPORTS = { hosts, rpz, bind, dnsmasq, unbound, windows, dnsendpoint: dnsEndpoint, json } satisfies Readonly<
  Record<string, Export>
>;

export type ExportFormat = keyof typeof EXPORTS;

export const EXPORT_FORMATS = Object.keys(EXPORTS) as readonly ExportFormat[];

/**
 * The files of a format, the one to start from first. Throws a TypeError for a record whose name or address is none:
 * nothing else ever becomes part of anybody's configuration.
 */
export const exportRecords = (
  format: ExportFormat,
  records: readonly ExportRecord[],
  context: ExportContext,
): readonly ExportFile[] => EXPORTS[format](records, context);
