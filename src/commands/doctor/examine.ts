/**
 * All that `pms doctor` looks at, in the order of cause: names before connections, connections before agents.
 * src/commands/doctor and the command alone.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, passed, skipped } from '../../domain/finding.ts';
import type { FindingGroup } from '../check/report.ts';
import { readAgentConfiguration } from './agent-configuration.ts';
import { judgeAgent, type Ours } from './agent-findings.ts';
import { MONITOR_FOLDER } from './agents.ts';
import { judgeArc, otherPrograms } from './arc-findings.ts';
import { counted, type Machine } from './machine.ts';
import { judgeNames, resolverFinding } from './name-findings.ts';
import { readConnections } from './proc.ts';
import type { WantedRecord } from './records-input.ts';
import { lookUpAll, readResolverFiles } from './system-resolver.ts';
import { judgeHandshakes, shakeHands } from './tls-findings.ts';

export interface Question {
  /** At least one. */
  readonly records: readonly WantedRecord[];
  /** What else the Connected Machine agent may go to: names, addresses, prefixes. */
  readonly alsoAllowed: readonly string[];
}

/** Reads, asks and connects; writes nothing. Throws the signal's reason alone. */
export async function examine(
  { records, alsoAllowed }: Question,
  machine: Machine,
  signal: AbortSignal,
): Promise<readonly FindingGroup[]> {
  const names = records.map(({ name }) => name);
  const ours: Ours = { names: new Set(names), addresses: new Set(records.flatMap(({ addresses }) => addresses)) };
  const [files, answers, handshakes] = await Promise.all([
    readResolverFiles(machine.root),
    lookUpAll(names, machine, signal),
    shakeHands(records, machine.prober, signal),
  ]);
  const told = `${counted(records.length, 'name')} at ${ours.addresses.size === 1 ? '1 address' : `${ours.addresses.size} addresses`}`;
  return [
    {
      title: 'DNS',
      findings: [passed('records', told), resolverFinding(files), ...judgeNames(records, answers, files)],
    },
    { title: 'TLS', findings: judgeHandshakes(handshakes) },
    { title: 'Agents', findings: await lookAtAgents({ ours, alsoAllowed }, machine, signal) },
  ];
}

async function lookAtAgents(
  { ours, alsoAllowed }: { readonly ours: Ours; readonly alsoAllowed: readonly string[] },
  machine: Machine,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { root, isRoot } = machine;
  const sight = await readConnections(root);
  if (sight === undefined)
    return [skipped('agents', 'there is no /proc/net/tcp here: agents are looked at on Linux alone')];
  const isInstalled = await isThere(join(root, MONITOR_FOLDER));
  const configuration = await readAgentConfiguration(root);
  return [
    ...judgeAgent({ isInstalled, configuration, sight, isRoot }, ours),
    await judgeArc({ sight, ours, alsoAllowed }, machine, signal),
    ...otherPrograms(sight, ours),
  ];
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
