/**
 * Where the Connected Machine agent connects to, beside the records and what it may go to in public. A connection shows
 * an address alone, and the allowed names have many: what matches none of them is told as not sure. src/commands/doctor
 * only.
 */
import { type Finding, failing, passed, skipped, warned } from '../../domain/finding.ts';
import { isWithin } from './addresses.ts';
import { connectionText, type Ours, publicConnections } from './agent-findings.ts';
import { isArcAgent, isMonitorAgent } from './agents.ts';
import { type Allowed, allowanceFor } from './allowance.ts';
import { counted, type Machine, someOf } from './machine.ts';
import type { ConnectionSight, HeldConnection } from './proc.ts';
import { lookUpAll } from './system-resolver.ts';

const CHECK = 'arc connections';
/** All that the agent uses ("Connected Machine agent network requirements"). */
const HTTPS_PORT = 443;

export interface ArcQuestion {
  readonly sight: ConnectionSight;
  readonly ours: Ours;
  /** Names, addresses and prefixes of the user's. */
  readonly alsoAllowed: readonly string[];
}

/** Asks the resolver for the allowed names only when there is a connection to compare. */
export async function judgeArc(
  { sight, ours, alsoAllowed }: ArcQuestion,
  machine: Machine,
  signal: AbortSignal,
): Promise<Finding> {
  const running = sight.programs.filter(isArcAgent);
  if (running.length === 0) {
    return skipped(CHECK, `no program of the Azure Connected Machine agent ${machine.isRoot ? 'runs' : 'is seen'}`);
  }
  const all = publicConnections(sight, ours);
  const own = all.filter(({ program }) => program !== undefined && isArcAgent(program));
  if (own.length === 0) return noneSeen(all, machine.isRoot);
  const strange = own.filter(({ remote }) => remote.port !== HTTPS_PORT);
  if (strange.length > 0) {
    const message = `${listed(strange)}: the agent has no business there, it uses port ${HTTPS_PORT} alone`;
    return failing(CHECK, message, 'find out what it is, on this machine and at that address');
  }
  return compare(own, await addressesOf(alsoAllowed, ours, machine, signal));
}

function noneSeen(all: readonly HeldConnection[], isRoot: boolean): Finding {
  const unseen = all.filter(({ program }) => program === undefined).length;
  if (isRoot || unseen === 0) return passed(CHECK, 'none to a public address');
  return skipped(
    CHECK,
    `${counted(unseen, 'connection')} to public addresses may be the agent's; run it as root to have that looked at`,
  );
}

interface AllowedAddress {
  /** An address or a prefix. */
  readonly entry: string;
  readonly allowed: Allowed;
}

const YOURS = 'yours';
const isName = (text: string): boolean => /[a-z]/i.test(text) && !text.includes(':');

async function addressesOf(
  alsoAllowed: readonly string[],
  ours: Ours,
  machine: Machine,
  signal: AbortSignal,
): Promise<readonly AllowedAddress[]> {
  const own = alsoAllowed.map(name => ({ name, what: YOURS }));
  const named = [...allowanceFor([...ours.names]), ...own.filter(({ name }) => isName(name))];
  const answers = await lookUpAll(
    named.map(({ name }) => name),
    machine,
    signal,
  );
  const asked = named.flatMap(allowed => {
    const answer = answers.get(allowed.name);
    return answer?.state === 'answered' ? answer.addresses.map(entry => ({ entry, allowed })) : [];
  });
  return [...asked, ...own.filter(({ name }) => !isName(name)).map(allowed => ({ entry: allowed.name, allowed }))];
}

function compare(own: readonly HeldConnection[], allowance: readonly AllowedAddress[]): Finding {
  const whatOf = ({ remote }: HeldConnection) =>
    allowance.find(({ entry }) => isWithin(remote.address, entry))?.allowed.name;
  const unsure = own.filter(connection => whatOf(connection) === undefined);
  if (unsure.length === 0) {
    const texts = own.map(connection => `${connectionText(connection)} ${whatOf(connection)}`);
    return passed(CHECK, `${counted(own.length, 'connection')}, all of them allowed: ${someOf([...new Set(texts)])}`);
  }
  const names = new Set(allowance.map(({ allowed }) => allowed.name)).size;
  const message = `${listed(unsure)}: not an address that one of ${counted(names, 'allowed name')} has just now, which is no proof: those have many`;
  const cure =
    'compare with the service tags AzureActiveDirectory, AzureResourceManager and AzureArcInfrastructure, and give --allow PREFIX for what is right';
  return warned(CHECK, message, cure);
}

const listed = (connections: readonly HeldConnection[]): string =>
  someOf([...new Set(connections.map(connectionText))]);

/** What other programs are connected to in public: shown, not judged. */
export function otherPrograms(sight: ConnectionSight, ours: Ours): readonly Finding[] {
  const others = publicConnections(sight, ours).filter(
    ({ program }) => program === undefined || !(isArcAgent(program) || isMonitorAgent(program)),
  );
  if (others.length === 0) return [];
  const texts = [...new Set(others.map(connectionText))].sort();
  return [
    skipped(
      'other programs',
      `${counted(others.length, 'connection')} to public addresses, not judged: ${someOf(texts, 5)}`,
    ),
  ];
}
