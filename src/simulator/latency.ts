/**
 * How long each kind of call takes: until the answer, and from the answer until the resource has settled. The figures
 * are the durations seen in recorded traffic (azure-cli, azure-powershell and azure-service-operator recordings);
 * where only a bound was seen, a value inside it. Knows no resource; any file of the simulator may import it.
 */

export interface Timing {
  /** From the request's arrival to its answer, milliseconds. */
  readonly answerMs: number;
  /** From the answer to the settled state (Succeeded, gone), milliseconds. */
  readonly settleMs: number;
}

/** As seen in Azure. */
export const realProfile = {
  read: { answerMs: 100, settleMs: 0 },
  refuse: { answerMs: 100, settleMs: 0 },
  scopePut: { answerMs: 2_500, settleMs: 0 },
  scopePatch: { answerMs: 1_500, settleMs: 0 },
  scopeDelete: { answerMs: 1_000, settleMs: 2_500 },
  workspacePut: { answerMs: 1_000, settleMs: 1_000 },
  workspaceUpdate: { answerMs: 800, settleMs: 0 },
  workspaceDelete: { answerMs: 5_500, settleMs: 0 },
  linkPut: { answerMs: 1_500, settleMs: 1_500 },
  linkDelete: { answerMs: 2_500, settleMs: 0 },
  connectionPut: { answerMs: 1_000, settleMs: 5_000 },
  connectionDelete: { answerMs: 1_000, settleMs: 20_000 },
  endpointPut: { answerMs: 4_000, settleMs: 10_000 },
  endpointTags: { answerMs: 1_000, settleMs: 0 },
  endpointDelete: { answerMs: 1_000, settleMs: 10_000 },
  zoneGroupPut: { answerMs: 700, settleMs: 1_500 },
  zoneGroupDelete: { answerMs: 700, settleMs: 1_500 },
  networkPut: { answerMs: 1_000, settleMs: 3_000 },
  networkDelete: { answerMs: 1_000, settleMs: 10_000 },
  componentPut: { answerMs: 2_500, settleMs: 0 },
  collectionPut: { answerMs: 2_000, settleMs: 0 },
  collectionDelete: { answerMs: 2_500, settleMs: 0 },
  hybridScopePut: { answerMs: 500, settleMs: 0 },
  machinePut: { answerMs: 1_000, settleMs: 5_000 },
  machineDelete: { answerMs: 1_000, settleMs: 0 },
  extensionPut: { answerMs: 1_000, settleMs: 100_000 },
  extensionDelete: { answerMs: 1_000, settleMs: 130_000 },
  hybridConnection: { answerMs: 600, settleMs: 300 },
  graphQuery: { answerMs: 300, settleMs: 0 },
  groupPut: { answerMs: 1_000, settleMs: 0 },
  /** Between two looks at what is left in the group. Not seen; groups take minutes. */
  groupDelete: { answerMs: 1_000, settleMs: 15_000 },
  /** Not seen anywhere; documented as minutes. */
  providerRegister: { answerMs: 500, settleMs: 30_000 },
  /** Not seen anywhere: private DNS zones and their links to networks. */
  zonePut: { answerMs: 1_000, settleMs: 5_000 },
  zoneDelete: { answerMs: 1_000, settleMs: 5_000 },
  recordSetPut: { answerMs: 500, settleMs: 0 },
  /** Not seen anywhere: an endpoint's interface after a link or unlink of a scope that it is already connected to. */
  interfaceFollow: { answerMs: 0, settleMs: 2_000 },
  /** Just after a delete the provider answers 404 itself, later the gateway does. */
  providerForgets: { answerMs: 0, settleMs: 5_000 },
} as const satisfies Readonly<Record<string, Timing>>;

export type Work = keyof typeof realProfile;
export type LatencyProfile = Readonly<Record<Work, Timing>>;

export interface Latency {
  answerMs(work: Work): number;
  settleMs(work: Work): number;
  /** A Retry-After of the real service, in the simulator's time; whole seconds, 0 when nothing takes any time. */
  retryAfterSeconds(realSeconds: number): number;
}

export interface LatencyOptions {
  readonly kind: 'none' | 'real';
  /** 1 = as seen in Azure, 0 = at once. */
  readonly scale: number;
  /** Replaces single lines of the profile. */
  readonly profile?: Partial<LatencyProfile>;
  /** Share by which each time is made longer or shorter, 0 to 1; default 0. The same draws in every run. */
  readonly jitter?: number;
}

/** The times of one simulator. `none` is `real` at scale 0; intermediate bodies are given in either case. */
export function latency(options: LatencyOptions): Latency {
  const scale = options.kind === 'none' ? 0 : options.scale;
  const profile: LatencyProfile = { ...realProfile, ...options.profile };
  const { jitter = 0 } = options;
  const random = draws(JITTER_SEED);
  const time = (realMs: number) => Math.round(realMs * scale * (1 - jitter + 2 * jitter * random()));
  return {
    answerMs: work => time(profile[work].answerMs),
    settleMs: work => time(profile[work].settleMs),
    retryAfterSeconds: realSeconds => Math.ceil(realSeconds * scale),
  };
}

/** A run that is repeated must have the same times. */
const JITTER_SEED = 20_261_125;

/** Numbers in [0, 1), the same sequence for a seed: the linear congruential generator of Numerical Recipes. */
function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
