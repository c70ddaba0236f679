/**
 * Whatever is called, in whatever order, sensible or not: the world's rules hold after every call, nothing is answered
 * with 500, and everything that was started ends. The clock is the test’s; PMS_SEED draws others.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { type Answer, type Arm, arm, settlingOnly } from '../simulator/arm.ts';
import { type VirtualClock, virtualClock } from '../simulator/virtual-clock.ts';
import { type Step, steps } from './random-calls.ts';
import { brokenAbsences, brokenMoves, brokenRules, unended, type WorldState, withSubnets } from './world-rules.ts';

const here = { resourceGroup: 'rg-monitor', location: 'japaneast' };
const seed = {
  ...defaultSeed(),
  machines: [{ ...here, name: 'plant-1' }],
  workspaces: [{ ...here, name: 'law-a' }],
  dataCollectionEndpoints: [{ ...here, name: 'dce' }],
  components: [{ ...here, name: 'web' }],
  arcPrivateLinkScopes: [{ ...here, name: 'arc' }],
  privateDnsZones: [{ resourceGroup: 'rg-monitor', name: 'privatelink.monitor.azure.com' }],
  virtualNetworks: [
    {
      resourceGroup: 'rg-monitor',
      name: 'vnet-plant',
      location: 'japaneast',
      addressPrefix: '127.41.0.0/16',
      subnets: [{ name: 'monitoring', addressPrefix: '127.41.1.0/27' }],
    },
  ],
};

const runs = 100;
const chosen = Number(process.env.PMS_SEED ?? 4711);

interface World {
  readonly azure: Arm;
  readonly clock: VirtualClock;
  readonly authorization: () => Promise<string>;
}

async function stateOf({ azure }: World): Promise<WorldState> {
  return withSubnets((await azure.raw('GET', '/_sim/state')).body as unknown as WorldState);
}

/** A connection's name is drawn by the service: `{1}` in a path is the second one that the scope has now. */
function pathOf(path: string, { resources }: WorldState): string {
  const [, parent = '', index = '0'] = /^(.*\/privateEndpointConnections)\/\{(\d)\}$/.exec(path) ?? [];
  if (parent === '') return path;
  const found = resources.filter(({ id }) => id.toLowerCase().startsWith(`${parent.toLowerCase()}/`));
  return found[Number(index)]?.id ?? `${parent}/none`;
}

async function take(world: World, step: Step, state: WorldState): Promise<Answer | undefined> {
  if (step.kind === 'wait') {
    world.clock.advance(step.ms);
    return undefined;
  }
  const authorization = await world.authorization();
  const what = step.kind === 'text' ? { text: step.text } : step.body === undefined ? {} : { body: step.body };
  // What fetch itself will not send with a body goes without one.
  const bodiless = step.method === 'HEAD' || step.method === 'GET';
  return world.azure.call(step.method, pathOf(step.path, state), {
    ...(bodiless ? {} : what),
    headers: { authorization },
  });
}

const told = (step: Step, answer: Answer | undefined): string =>
  step.kind === 'wait'
    ? `wait ${step.ms}`
    : `${step.method} ${step.path.split('/providers/').at(-1)} -> ${answer?.status}`;

/** Answers that no caller deserves; an empty 400 is for requests that broke off, and none of these did. */
function ownFault(step: Step, answer: Answer | undefined): readonly string[] {
  if (answer === undefined || step.kind === 'wait') return [];
  const empty = answer.status === 400 && answer.text === '' && step.method !== 'HEAD';
  return answer.status >= 500 || empty ? [`answered ${answer.status} ${answer.text}`] : [];
}

/** Plays the steps and holds the rules after each; the story of a failure is in its message. */
async function played(world: World, drawn: readonly Step[]): Promise<number> {
  const story: string[] = [];
  const hold = (problems: readonly string[]) =>
    assert.deepEqual(problems, [], `after\n${story.map(line => `  ${line}`).join('\n')}\n${problems.join('\n')}`);
  const operations = new Set<string>();
  let state = await stateOf(world);
  for (const step of drawn) {
    const answer = await take(world, step, state);
    story.push(told(step, answer));
    hold(ownFault(step, answer));
    const operation = answer?.headers.get('azure-asyncoperation');
    if (operation) operations.add(operation);
    const next = await stateOf(world);
    const vanished = step.kind === 'wait' ? brokenAbsences(state, next) : [];
    hold([...brokenRules(next), ...brokenMoves(state, next), ...vanished]);
    state = next;
  }
  for (const _hour of [1, 2, 3]) world.clock.advance(3_600_000);
  story.push('wait three hours');
  const end = await stateOf(world);
  hold([...brokenRules(end), ...unended(end)]);
  const authorization = await world.authorization();
  for (const operation of operations) {
    const { status, body } = await world.azure.call('GET', operation, { headers: { authorization } });
    hold(
      status === 404 || /^(Succeeded|Failed|Canceled)$/.test(body?.status) ? [] : [`${operation} says ${body?.status}`],
    );
  }
  return story.length;
}

test('no sequence of calls breaks the rules of the world, is answered with 500, or leaves work without an end', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock, seed });
  let token = { text: '', until: 0 };
  const authorization = async () => {
    if (clock.now() >= token.until) token = { text: await azure.token(), until: clock.now() + 45 * 60_000 };
    return `Bearer ${token.text}`;
  };
  const world: World = { azure, clock, authorization };
  let taken = 0;
  const warnings: Error[] = [];
  const hear = (warning: Error) => void warnings.push(warning);
  process.on('warning', hear);
  t.after(() => process.off('warning', hear));
  process.stdout.write(`property: seed ${chosen} (PMS_SEED)\n`);
  await fc.assert(
    fc.asyncProperty(steps(azure.group), async drawn => {
      assert.equal((await azure.raw('POST', '/_sim/reset')).status, 200);
      taken += await played(world, drawn);
    }),
    {
      numRuns: runs,
      seed: chosen,
      interruptAfterTimeLimit: 40_000,
      markInterruptAsFailure: false,
    },
  );
  assert.deepEqual(warnings, []);
  process.stdout.write(`property: ${runs} runs, ${taken} steps\n`);
});
