/**
 * Sends recorded requests to a simulator that was led to the state of the recording, at the times of the recording, and
 * collects how the answers differ. What the service drew then and draws now (names of connections, ids of operations) is
 * matched up on the way.
 */
import type { TestContext } from 'node:test';
import { defaultSeed, type LatencyProfile, type Seed } from '../../src/simulator/simulator.ts';
import { type Arm, arm, settlingOnly } from './arm.ts';
import { differencesFrom, type Recorded } from './recordings.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

export interface Block {
  readonly file: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** What was there before, beside the resource groups that calls and seed name. */
  readonly seed?: (lines: ReadonlyMap<number, Recorded>) => Partial<Seed>;
  /** How long the real thing took here, where that differs from the simulator's profile: milliseconds. */
  readonly settleMs?: Partial<Record<keyof LatencyProfile, number>>;
  /** Calls that were not recorded, made before the line of that number; gives what was drawn then and is drawn now. */
  readonly before?: Readonly<
    Record<number, (azure: Arm, clock: VirtualClock) => Promise<Readonly<Record<string, string>>>>
  >;
  /** Time that passes before the line of that number; default: as recorded, or a second where no time was recorded. */
  readonly pauseMs?: Readonly<Record<number, number>>;
  /** Lines that are not sent, with the reason. */
  readonly left?: Readonly<Record<number, string>>;
}

export interface Replayed {
  readonly call: Recorded;
  readonly differences: readonly string[];
}

const guids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const nil = /^0{8}-0{4}-0{4}-0{4}-0{11}[0-3]$/;

/** Matches what the service drew in the recording with what it drew now. */
class Matches {
  readonly #now = new Map<string, string>();

  learn(recorded: unknown, answered: unknown): void {
    if (typeof recorded === 'string' && typeof answered === 'string') {
      const [then, now] = [recorded.match(guids) ?? [], answered.match(guids) ?? []];
      if (then.length !== now.length) return;
      then.forEach((guid, index) => {
        if (!nil.test(guid)) this.#now.set(guid, now[index] ?? guid);
      });
      return;
    }
    if (typeof recorded !== 'object' || recorded === null || typeof answered !== 'object' || answered === null) return;
    for (const [key, value] of Object.entries(recorded)) this.learn(value, (answered as Record<string, unknown>)[key]);
  }

  match(pairs: Readonly<Record<string, string>>): void {
    for (const [then, now] of Object.entries(pairs)) this.#now.set(then, now);
  }

  translate(text: string): string {
    return text.replaceAll(guids, guid => this.#now.get(guid) ?? guid);
  }
}

const subscriptionOf = (call: Recorded): string => /\/subscriptions\/([^/?]+)/.exec(call.url)?.[1] ?? '';

function seedOf(block: Block, calls: readonly Recorded[], lines: ReadonlyMap<number, Recorded>): Seed {
  const subscriptionId = calls.map(subscriptionOf).find(id => id !== '') ?? '';
  const seed = block.seed?.(lines) ?? {};
  const named = calls.map(call => /\/resourcegroups\/([^/?]+)/i.exec(call.url)?.[1]);
  const seeded = Object.values(seed)
    .flat()
    .map(item => (typeof item === 'object' && 'resourceGroup' in item ? String(item.resourceGroup) : undefined));
  const names = new Map(
    [...seeded, ...named].flatMap(name => (name === undefined ? [] : [[name.toLowerCase(), name]])),
  );
  const resourceGroups = [...names.values()].map(name => ({ name, location: 'eastus' }));
  return { ...defaultSeed(), subscriptionId, virtualNetworks: [], ...seed, resourceGroups };
}

/** One api-version in the recordings was written over after the recording (hybrid-compute.md). */
const overwritten = (url: string): string => url.replace('2026-06-16-preview', '2024-07-31-preview');

/** The path and the parameters that matter, with the names of now. */
function pathOf(call: Recorded, matches: Matches): string {
  const url = new URL(overwritten(call.url), 'https://management.azure.com');
  for (const name of ['t', 'c', 's', 'h']) url.searchParams.delete(name);
  const subscription = subscriptionOf(call);
  const path = `${url.pathname}${url.search}`;
  return matches.translate(path.replace(subscription, '{subscription}')).replace('{subscription}', subscription);
}

/** Some recorders zeroed the ids of operations: what is asked after is then the one before. */
const sanitized = (path: string, operation: string | undefined): string =>
  /operationstatuses\/0{8}-0{4}/.test(path) && operation !== undefined ? operation : path;

/** Replays a block. The simulator ends with the test. */
export async function replay(
  t: TestContext,
  block: Block,
  lines: ReadonlyMap<number, Recorded>,
): Promise<readonly Replayed[]> {
  const calls = [...lines.values()].filter(({ n }) => n >= block.from && n <= block.to);
  const whenOf = (call: Recorded) => (call.when === null ? undefined : Date.parse(call.when));
  const startMs = calls.map(whenOf).find(ms => ms !== undefined);
  // Time for what was not recorded.
  const clock = virtualClock(startMs === undefined ? undefined : startMs - 60_000);
  const settled = Object.entries(block.settleMs ?? {}).map(([work, settleMs]) => [work, { answerMs: 0, settleMs }]);
  const latencyProfile = { ...settlingOnly, ...Object.fromEntries(settled) };
  const azure = await arm(t, { latency: 'real', latencyProfile, clock, seed: seedOf(block, calls, lines) });
  const matches = new Matches();
  const replayed: Replayed[] = [];
  let operation: string | undefined;
  for (const call of calls) {
    matches.match((await block.before?.[call.n]?.(azure, clock)) ?? {});
    const pauseMs = block.pauseMs?.[call.n] ?? Math.max(0, (whenOf(call) ?? clock.now() + 1_000) - clock.now());
    clock.advance(pauseMs);
    if (block.left?.[call.n] !== undefined) continue;
    const body = call.request === null ? {} : { body: JSON.parse(matches.translate(JSON.stringify(call.request))) };
    const answer = await azure.call(call.method, sanitized(pathOf(call, matches), operation), body);
    operation = answer.headers.get('azure-asyncoperation') ?? operation;
    matches.learn(call.response, answer.body);
    matches.learn(call.headers, Object.fromEntries(answer.headers));
    replayed.push({ call, differences: differencesFrom(call, answer) });
  }
  return replayed;
}
