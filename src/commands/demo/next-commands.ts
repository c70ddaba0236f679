/**
 * What a person can do after the demo: three commands that work where the demo was started from. Pure but for knowing
 * whether this process runs from the sources; the demo's report shows them.
 */

import { isFromSources } from '../../manifest/package-file.ts';
import type { DnsServer } from '../../ports-dns.ts';
import type { NextCommand } from './report.ts';

/** Three commands; the first asks the DNS server as long as it runs. */
export function nextCommands(
  running: { readonly server: DnsServer; readonly name: string } | undefined,
): readonly NextCommand[] {
  const pms = isFromSources() ? 'npm run --silent pms --' : 'pms';
  const first =
    running === undefined
      ? { command: `${pms} demo`, why: 'the same, and it goes on: ask its DNS server, Ctrl-C ends it' }
      : {
          command: `dig @${running.server.address} -p ${running.server.port} +short ${running.name}`,
          why: 'ask the DNS server, in another terminal',
        };
  const last = isFromSources()
    ? { command: 'npm run cluster -- kubectl explain pms.spec', why: 'the resource on a real Kubernetes API server' }
    : { command: `${pms} simulator`, why: 'the simulated Azure by itself' };
  return [
    first,
    { command: `${pms} demo --scenario conflict`, why: 'two objects want one name; more by --help' },
    last,
  ];
}
