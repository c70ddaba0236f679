/**
 * The flags of leader election, under the names that kube-controller-manager has for them. Imported by
 * src/config/operator.ts alone.
 */
import { LABEL, SUBDOMAIN } from './fields.ts';
import type { Report } from './problems.ts';

/** As commander hands them over: strings, `true` for a flag without a value, or absent. */
export interface LeaderElectionFlags {
  readonly leaderElect?: string | true;
  readonly leaderElectResourceName?: string;
  readonly leaderElectResourceNamespace?: string;
  readonly leaderElectLeaseDuration?: string;
  readonly leaderElectRenewDeadline?: string;
  readonly leaderElectRetryPeriod?: string;
}

export interface LeaderElectionConfig {
  readonly name: string;
  /** Absent: that of the pod, or of the kubeconfig's context. */
  readonly namespace?: string;
  readonly leaseMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** Flag, its value's form, and what it means, for commander. */
export const LEADER_ELECTION_OPTIONS = [
  [
    '--leader-elect [boolean]',
    'work only while holding a Lease, so that several copies are safe (default: true in a cluster, false outside)',
  ],
  ['--leader-elect-resource-name <name>', 'name of the Lease (default: pms-operator)'],
  ['--leader-elect-resource-namespace <namespace>', "its namespace (default: the pod's)"],
  ['--leader-elect-lease-duration <duration>', 'others leave an unrenewed Lease alone for this long (default: 15s)'],
  ['--leader-elect-renew-deadline <duration>', 'a leader that cannot renew ends after this long (default: 10s)'],
  ['--leader-elect-retry-period <duration>', 'time between two tries (default: 2s)'],
] as const;

/** Of the Lease, when nobody says another. */
export const LEASE_NAME = 'pms-operator';
/** A follower's tries are spread by up to this much (client-go has the same rule). */
const SPREAD = 1.2;

/** `undefined`: this process works without asking anybody. */
export function readLeaderElection(
  flags: LeaderElectionFlags,
  inCluster: boolean,
  report: Report,
): LeaderElectionConfig | undefined {
  const name = flags.leaderElectResourceName ?? LEASE_NAME;
  const namespace = flags.leaderElectResourceNamespace;
  if (!SUBDOMAIN.test(name)) report(wrongName('--leader-elect-resource-name', name));
  if (namespace !== undefined && !LABEL.test(namespace)) {
    report(wrongName('--leader-elect-resource-namespace', namespace));
  }
  const leaseMs = durationMs('--leader-elect-lease-duration', flags.leaderElectLeaseDuration ?? '15s', report);
  const renewDeadlineMs = durationMs('--leader-elect-renew-deadline', flags.leaderElectRenewDeadline ?? '10s', report);
  const retryMs = durationMs('--leader-elect-retry-period', flags.leaderElectRetryPeriod ?? '2s', report);
  if (leaseMs <= renewDeadlineMs) {
    report('--leader-elect-lease-duration must be longer than --leader-elect-renew-deadline: two copies would work');
  }
  if (renewDeadlineMs <= SPREAD * retryMs) {
    report(`--leader-elect-renew-deadline must be longer than ${SPREAD} times --leader-elect-retry-period`);
  }
  if (!isWanted(flags.leaderElect, inCluster, report)) return undefined;
  return { name, ...(namespace === undefined ? {} : { namespace }), leaseMs, renewDeadlineMs, retryMs };
}

function isWanted(value: LeaderElectionFlags['leaderElect'], inCluster: boolean, report: Report): boolean {
  if (value === undefined) return inCluster;
  if (value === true || value === 'true') return true;
  if (value !== 'false') report(`--leader-elect is ${JSON.stringify(value)}: it must be true or false`);
  return false;
}

const wrongName = (flag: string, value: string): string =>
  `${flag} is ${JSON.stringify(value)}: it must be a Kubernetes name (lower-case letters, digits, hyphens)`;

const UNITS = { ms: 1, s: 1_000, m: 60_000 } as const;
/** A Lease counts whole seconds. */
const MIN_MS = 1_000;
const MAX_MS = 600_000;

/** `15s`, `1500ms`, `1m`. */
function durationMs(flag: string, value: string, report: Report): number {
  const [, number, unit] = /^([0-9]{1,6})(ms|s|m)$/.exec(value) ?? [];
  const ms = Number(number) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN);
  if (ms >= MIN_MS && ms <= MAX_MS) return ms;
  report(`${flag} is ${JSON.stringify(value)}: it must be a time from 1s to 10m, as 15s`);
  return MIN_MS;
}
