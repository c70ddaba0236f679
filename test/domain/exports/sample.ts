/**
 * The records of one object as its status lists them, for the tests of the exports: shared names, a workspace's own, a
 * twin, an alias, a name with two addresses, one with IPv6 alone.
 */
import type { ExportContext } from '../../../src/domain/exports/export-record.ts';

export const CONTEXT: ExportContext = { owner: { namespace: 'plant', name: 'plant-a' }, serial: 1_790_000_000 };

const GUID = '6f1ab3cd-0001-4222-8333-944455566677';
export const API = 'api.monitor.azure.com';
export const ODS = `${GUID}.ods.opinsights.azure.com`;
export const SIX = 'six.monitor.azure.com';

/** Not in the order of the names. */
export const RECORDS = [
  { name: ODS, addresses: ['10.1.2.5'], source: 'NetworkInterface', member: 'ods' },
  { name: API, addresses: ['10.1.2.4'], source: 'NetworkInterface', member: 'api' },
  { name: 'api.loganalytics.io', addresses: ['10.1.2.4'], source: 'Alias', sameAs: API },
  { name: 'api.privatelink.monitor.azure.com', addresses: ['10.1.2.4'], source: 'Twin', sameAs: API },
  { name: 'global.in.ai.monitor.azure.com', addresses: ['10.1.2.7', '10.1.2.6'], source: 'NetworkInterface' },
  { name: SIX, addresses: ['fd00::7'], source: 'NetworkInterface' },
] as const;
