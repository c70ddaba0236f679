/**
 * A TLS handshake under each name at the addresses that the records say, whatever DNS says, and what comes of it.
 * src/commands/doctor only.
 */
import { type Finding, failing, passed, skipped, warned } from '../../domain/finding.ts';
import type { PathResult } from '../../domain/path-proof.ts';
import type { Prober } from '../../ports.ts';
import { someOf } from './machine.ts';
import type { WantedRecord } from './records-input.ts';

const CHECK = 'tls';
/** Connections at a time. */
const PARALLEL = 16;

/**
 * What the agents themselves go to. Other members of a scope need not answer: diagservices-query does not on a healthy
 * endpoint (facts: ampls 6).
 */
const OF_AGENTS = /\.(ods\.opinsights|handler\.control\.monitor|ingest\.monitor|his\.arc|guestconfiguration)\.azure\./;

export interface Handshake extends PathResult {
  readonly name: string;
  readonly address: string;
}

/** One handshake for each name and address; twins and aliases are not names that anything answers to. */
export async function shakeHands(
  records: readonly WantedRecord[],
  prober: Prober,
  signal: AbortSignal,
): Promise<readonly Handshake[]> {
  const targets = records.flatMap(({ name, addresses, isDetour }) =>
    isDetour ? [] : addresses.map(address => ({ name, address })),
  );
  const done: Handshake[] = [];
  for (let start = 0; start < targets.length; start += PARALLEL) {
    const batch = targets.slice(start, start + PARALLEL);
    done.push(
      ...(await Promise.all(batch.map(async at => ({ ...at, ...(await prober.look({ ...at, of: [] }, signal)) })))),
    );
  }
  return done;
}

/** A foreign certificate is wrong anywhere; silence only where an agent goes, or everywhere at once. */
export function judgeHandshakes(handshakes: readonly Handshake[]): readonly Finding[] {
  if (handshakes.length === 0)
    return [skipped(CHECK, 'the records are twins and aliases alone: there is no name to try')];
  const failed = handshakes.filter(({ outcome }) => outcome !== 'Held');
  const untrusted = failed.filter(({ outcome }) => outcome === 'Untrusted');
  const silent = failed.filter(({ outcome }) => outcome !== 'Untrusted');
  const isAll = silent.length === handshakes.length;
  const needed = silent.filter(({ name }) => isAll || OF_AGENTS.test(name));
  const others = silent.filter(one => !needed.includes(one));
  const findings = [
    ...(needed.length === 0 ? [] : [failing(CHECK, textOf(needed, handshakes), LET_THROUGH)]),
    ...(untrusted.length === 0 ? [] : [failing('certificate', textOf(untrusted, handshakes), NO_INSPECTION)]),
    ...(others.length === 0 ? [] : [warned(CHECK, textOf(others, handshakes), NOT_OF_AGENTS)]),
  ];
  if (findings.length > 0) return findings;
  return [passed(CHECK, `${handshakes.length} handshakes at the records' addresses, with certificates that hold`)];
}

const LET_THROUGH =
  'let this machine through to the private endpoint on TCP 443: route, VPN or ExpressRoute, firewall, network security group';
const NO_INSPECTION =
  'take these names out of TLS inspection; an authority of your own that is right belongs in NODE_EXTRA_CA_CERTS';
const NOT_OF_AGENTS = 'the agents do not need these; look further only when something else on this machine does';

const textOf = (some: readonly Handshake[], all: readonly Handshake[]): string =>
  `${some.length} of ${all.length} handshakes failed: ${someOf(
    some.map(({ name, address, outcome, detail }) => `${name} at ${address}: ${detail ?? outcome}`),
    2,
  )}`;
