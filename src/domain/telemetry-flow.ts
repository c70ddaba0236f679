/**
 * TelemetryFlowing: whether every machine's heartbeat is fresh, and by which way it comes. Pure; telemetry.ts reads.
 */
import type { Desired } from './desire.ts';
import type { MachineTold } from './machine-resources.ts';
import { shortName } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import type { PathResult } from './path-proof.ts';
import type { Reason } from './reasons.ts';
import type { ArmId } from './resources.ts';
import { acts, ready, unreadable, type Verdict, waits } from './steps.ts';
import { counterName, FRESH_MS, type MachineReport, reportOf, type TelemetrySight } from './telemetry.ts';

/** A machine that should report, and how many different counters its rule asks for. */
export interface WatchedMachine {
  readonly id: ArmId;
  readonly counters: number;
}

/** A heartbeat that comes in this long after the closing of ingestion has come through the private path. */
const PROVED_AFTER_MS = 15 * 60_000;
const NAMES_SHOWN = 3;
const NOBODY_ASKED = 'waits for EndpointReady and DataCollectionReady';

export const isFresh = ({ heartbeatAt }: MachineReport, now: number): boolean =>
  heartbeatAt !== undefined && now - heartbeatAt <= FRESH_MS;

/** Only what is closed proves the way: while it is open a machine may come by either. */
export const isProvedPrivate = (
  { receivedAt }: MachineReport,
  { closedSince }: Pick<TelemetrySight, 'closedSince'>,
): boolean => closedSince !== undefined && receivedAt !== undefined && receivedAt > closedSince + PROVED_AFTER_MS;

/** How many of the rule's counters have not come lately; absent while no sample is known at all. */
export const countersMissing = ({ counters }: MachineReport, machine: WatchedMachine): number =>
  Math.max(0, machine.counters - (counters ?? 0));

/** Behind a private endpoint a heartbeat carries an address of this range of Azure's own (facts: ampls 6). */
const PRIVATE_LINK = /^fd40:/i;

/**
 * Machines that came by another address while others came through the private link. One sign alone would say little: it
 * is an observation, not a documented rule.
 */
function cameInPublic(machines: readonly WatchedMachine[], sight: TelemetrySight): readonly WatchedMachine[] {
  const from = (machine: WatchedMachine) => reportOf(sight, machine.id).cameFrom;
  const isSignSeen = machines.some(machine => PRIVATE_LINK.test(from(machine) ?? ''));
  return isSignSeen
    ? machines.filter(machine => from(machine) !== undefined && !PRIVATE_LINK.test(from(machine) ?? ''))
    : [];
}

/** The step. `sight` absent: nobody has asked yet. */
export function judgeFlow(
  machines: readonly WatchedMachine[],
  sight: TelemetrySight | undefined,
  now: number,
): Verdict {
  if (machines.length === 0) return ready('AllReady', 'no machine is chosen');
  if (sight === undefined) return waits('WaitingForStep', NOBODY_ASKED);
  if (sight.result.outcome !== 'Held') return untold(sight.result);
  const report = ({ id }: WatchedMachine) => reportOf(sight, id);
  const silent = machines.filter(machine => !isFresh(report(machine), now));
  const publicly = cameInPublic(machines, sight).filter(machine => !silent.includes(machine));
  const counted = `${machines.length - silent.length} of ${machines.length} machines report`;
  if (silent.length > 0) {
    const told = some(silent, machine => `${shortName(machine.id)} ${silenceText(report(machine), now)}`);
    return waits('HeartbeatMissing', `${counted}; ${told}; run \`pms doctor\` on the machine`);
  }
  if (publicly.length > 0) {
    const told = some(publicly, machine => `${shortName(machine.id)} from ${report(machine).cameFrom}`);
    const cure = 'its resolver does not give the private endpoint’s addresses; run `pms doctor` on it';
    return waits('PublicHeartbeat', `${counted}, but not all through the private link: ${told}; ${cure}`);
  }
  return ready('Reporting', `${counted}; ${[wayText(machines, sight), ...countersText(machines, sight)].join('; ')}`);
}

/** The machines that the spec chooses, as far as they are known. */
function watched({ collection }: Desired, { machines }: Observed): readonly WatchedMachine[] {
  const rules = new Map(collection?.rules.map(({ system, performance }) => [system, performance?.counters ?? []]));
  const chosen = machines === undefined ? [] : (bodyOf(machines.chosen) ?? []);
  return chosen.map(({ id, system }) => {
    const counters = (system && rules.get(system)) ?? [];
    return { id, counters: new Set(counters.map(counterName)).size };
  });
}

/** TelemetryFlowing; `undefined` when the spec asks for no machines. */
export function flowStep(want: Desired, seen: Observed): Verdict | undefined {
  if (want.collection?.machines === undefined) return undefined;
  const chosen = seen.machines?.chosen;
  if (chosen === undefined || chosen.is === 'absent') return waits('WaitingForStep', NOBODY_ASKED);
  if (chosen.is === 'unread') return unreadable(chosen.failure);
  return judgeFlow(watched(want, seen), seen.telemetry, seen.now);
}

/** What the workspace adds to what is told of the machines. */
export interface Heard {
  readonly reporting: number;
  readonly private: number;
  /** By id, as the machines have it. */
  readonly machines: ReadonlyMap<ArmId, HeardOf>;
}

export interface HeardOf {
  readonly told: Partial<MachineTold>;
  /** That it is silent, in words. */
  readonly silence?: string;
}

/** `undefined` while the workspace was not read. */
export function heard(want: Desired, seen: Observed): Heard | undefined {
  const { telemetry, now } = seen;
  if (telemetry?.result.outcome !== 'Held') return undefined;
  const machines = watched(want, seen).map(machine => {
    const report = reportOf(telemetry, machine.id);
    return { machine, report, isProved: isProvedPrivate(report, telemetry), isFresh: isFresh(report, now) };
  });
  return {
    reporting: machines.filter(one => one.isFresh).length,
    private: machines.filter(one => one.isProved).length,
    machines: new Map(
      machines.map(one => {
        const { machine, report } = one;
        const told = { ...timesOf(report), ...missingOf(machine, report), privatePath: wayOf(one.isProved) };
        const silence = one.isFresh ? {} : { silence: `HeartbeatMissing: ${silenceText(report, now)}` };
        return [machine.id, { told, ...silence }];
      }),
    ),
  };
}

const wayOf = (isProved: boolean): 'True' | 'Unknown' => (isProved ? 'True' : 'Unknown');

const missingOf = (machine: WatchedMachine, report: MachineReport): Partial<MachineTold> =>
  machine.counters === 0 ? {} : { countersMissing: countersMissing(report, machine) };

const timesOf = ({ heartbeatAt, sampleAt }: MachineReport): Partial<MachineTold> => ({
  ...(heartbeatAt === undefined ? {} : { lastHeartbeat: timeText(heartbeatAt) }),
  ...(sampleAt === undefined ? {} : { lastPerformanceSample: timeText(sampleAt) }),
});

const timeText = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** A refusal or a blocked way says nothing about the machines. */
const untold = (result: PathResult): Verdict => ({
  ...acts(UNTOLD[result.outcome] ?? 'QueryUnanswered', `the workspace was not read: ${result.detail ?? 'no answer'}`),
  unknown: true,
});

const UNTOLD: Readonly<Partial<Record<PathResult['outcome'], Reason>>> = {
  Unreachable: 'NoVantage',
  Broken: 'PathBlocked',
  Untrusted: 'ForeignCertificate',
  Public: 'PublicPath',
  OtherScope: 'OtherScope',
  Forbidden: 'QueryForbidden',
};

function silenceText({ heartbeatAt }: MachineReport, now: number): string {
  if (heartbeatAt === undefined) return 'has sent no heartbeat';
  return `sent its last heartbeat ${Math.floor((now - heartbeatAt) / 60_000)} min ago`;
}

function wayText(machines: readonly WatchedMachine[], sight: TelemetrySight): string {
  if (sight.closedSince === undefined) return 'public ingestion is open, so that the way they take is not proved';
  const proved = machines.filter(({ id }) => isProvedPrivate(reportOf(sight, id), sight)).length;
  return `${proved} through the private path, since public ingestion is closed`;
}

function countersText(machines: readonly WatchedMachine[], sight: TelemetrySight): readonly string[] {
  const lacking = machines.filter(machine => countersMissing(reportOf(sight, machine.id), machine) > 0);
  if (lacking.length === 0) return [];
  const one = (machine: WatchedMachine) =>
    `${shortName(machine.id)} lacks ${countersMissing(reportOf(sight, machine.id), machine)} of ${machine.counters} counters`;
  return [some(lacking, one)];
}

function some(machines: readonly WatchedMachine[], tell: (machine: WatchedMachine) => string): string {
  const told = machines.slice(0, NAMES_SHOWN).map(tell).join(', ');
  return machines.length > NAMES_SHOWN ? `${told} and ${machines.length - NAMES_SHOWN} more` : told;
}
