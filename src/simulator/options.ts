/**
 * What a simulator can be told at its start, and what it tells. Types alone.
 */
import type { SimulatorClock } from './clock.ts';
import type { FaultPlan } from './faults/plan.ts';
import type { JournalEntry } from './journal.ts';
import type { LatencyProfile } from './latency.ts';
import type { Seed } from './seed.ts';

export interface SimulatorOptions {
  /** Default 127.0.0.1, any free port. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** `https://host[:port]` by which clients reach it, where that is another: a container, a cluster. */
  readonly endpoint?: string;
  readonly latency: 'none' | 'real';
  /** Multiplies every time of `real`; default 1, 0 = at once. */
  readonly latencyScale?: number;
  /** Share by which each time of `real` is made longer or shorter, 0 to 1, the same in every run; default 0. */
  readonly latencyJitter?: number;
  /** Replaces single lines of the `real` profile, before scaling. */
  readonly latencyProfile?: Partial<LatencyProfile>;
  /** `real`: calls above Azure's published limits get 429; default `none`. */
  readonly throttling?: 'none' | 'real';
  /** Multiplies every limit of `real`; default 1. */
  readonly throttlingScale?: number;
  /** Resources on a page of a list; default: the seed's, or all of them. */
  readonly pageSize?: number;
  /** Default: `defaultSeed()`. Checked; throws SeedError. */
  readonly seed?: Seed;
  /** Called with each entry as it is written. */
  readonly journal?: (entry: JournalEntry) => void;
  /** Whether entries hold bodies, without secrets; default false. */
  readonly journalBodies?: boolean;
  /** Default: none. Checked; throws FaultPlanError. */
  readonly faults?: FaultPlan;
  /** The world is read from here when it exists, and kept here. Throws StateError. */
  readonly stateFile?: string;
  /** Private endpoints in 127.0.0.0/8 listen on this port of their addresses; default: they do not listen. */
  readonly dataPlanePort?: number;
  /** Where the data plane's public side listens; default: nowhere. Port 0 takes any free one. */
  readonly publicAddress?: { readonly host: string; readonly port: number };
  /** Whether machines with the monitoring agent's extension send data; default false. */
  readonly agent?: boolean;
  /** Asked of every caller of the admin calls and the page; default: only this machine may call them. */
  readonly adminToken?: string;
  /** Hears of what goes wrong beside calls: a data plane address in use, a state file that cannot be written. */
  readonly warn?: (message: string) => void;
  /** Default: the machine's clock. Certificates always use that one. */
  readonly clock?: SimulatorClock;
  /** Closes the simulator. */
  readonly signal?: AbortSignal;
}

export interface Simulator {
  /** Base of the resource manager, `https://127.0.0.1:PORT`, and one of the audiences that it accepts. */
  readonly endpoint: string;
  /** `host:port` where it listens. */
  readonly listens: string;
  /** Base of Entra ID: the same. */
  readonly authority: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The first principal of the seed. */
  readonly clientId: string;
  /** Empty when that principal has none. */
  readonly clientSecret: string;
  readonly caPem: string;
  /** Holds `caPem`, in a folder of its own that `close` removes. */
  readonly caFile: string;
  /** Grows with every call; the oldest of very many go. */
  readonly journal: readonly JournalEntry[];
  /** `address:port` of the data plane's public side; undefined without one. */
  readonly publicAddress: string | undefined;
  /** Keeps the state, cuts every connection and stops time; may be called more than once. Throws StateError. */
  close(): Promise<void>;
}
