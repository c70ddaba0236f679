/**
 * The published examples, replayed: each request is accepted in the state that it presupposes, and the answer has the
 * example's shape. What deliberately differs is in the table of example-replays.ts, and nothing stands there in vain.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Answer, arm, type Body } from '../simulator/arm.ts';
import { toldCode } from '../simulator/road.ts';
import { type Parameters, type Replay, replays, type Scene, seedFor } from './example-replays.ts';
import { contractRun } from './held.ts';
import { type Example, examples, specFolder } from './spec-data.ts';

const run = contractRun();
const ours = '11111111-1111-4111-8111-111111111111';

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => kindOf(value) === 'object';

/** Where an answer lacks a field of the example, or has a value of another type there: pointers, indexes as `*`. */
function differences(example: unknown, answer: unknown, at = ''): readonly string[] {
  if (kindOf(example) !== kindOf(answer)) return [at];
  if (Array.isArray(example) && Array.isArray(answer)) {
    const [first] = example;
    return first === undefined ? [] : answer.flatMap(item => differences(first, item, `${at}/*`));
  }
  if (!isMap(example) || !isMap(answer)) return [];
  return Object.entries(example).flatMap(([key, value]) =>
    key in answer ? differences(value, answer[key], `${at}/${key}`) : [`${at}/${key}`],
  );
}

const isGuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

async function sceneFor(t: TestContext, of: Parameters): Promise<Scene> {
  const { subscriptionId = '', resourceGroupName = 'my-resource-group' } = of;
  const subscription = isGuid(subscriptionId) ? subscriptionId : ours;
  const azure = await arm(t, { seed: seedFor(subscription, resourceGroupName) });
  return {
    azure,
    group: `/subscriptions/${subscription}/resourceGroups/${resourceGroupName}`,
    found: '',
    make: async (path, body) => {
      const answer = await azure.call('PUT', path, { body });
      assert.ok(answer.status < 300, `PUT ${path}: ${answer.text}`);
    },
  };
}

/** The example's body in the simulator's subscription. */
function bodyOf({ parameters }: Example, replay: Replay, scene: Scene): Body | undefined {
  if (replay.body === undefined) return undefined;
  const text = JSON.stringify(parameters[replay.body]);
  return JSON.parse(
    text.replaceAll(
      `/subscriptions/${String(parameters.subscriptionId)}`,
      `/subscriptions/${scene.azure.simulator.subscriptionId}`,
    ),
  );
}

async function replayed(scene: Scene, replay: Replay, example: Example): Promise<Answer> {
  const of = example.parameters as Parameters;
  const path = replay.path(of, scene);
  const separator = path.includes('?') ? '&' : '?';
  const published = bodyOf(example, replay, scene);
  const call = (body: unknown) =>
    scene.azure.call(
      replay.method,
      `${path}${separator}api-version=${of['api-version']}`,
      body === undefined ? {} : { body },
    );
  const { adjust } = replay;
  if (adjust === undefined || published === undefined) return call(published);
  assert.equal(toldCode(await call(published)), adjust.refusal, adjust.reason);
  return call(adjust.body(published));
}

for (const replay of replays) {
  test(`example ${replay.example}: ${replay.refused === undefined ? 'taken, and the answer has its shape' : replay.refused.reason}`, async t => {
    const specs = specFolder(t);
    if (specs === undefined) return;
    const example = examples(specs).find(({ name }) => name === replay.example);
    assert.ok(example, 'the example is there');
    await run.held(t, replay.flaw === undefined ? 'taken' : 'none', async () => {
      const of = example.parameters as Parameters;
      const scene = await sceneFor(t, of);
      await replay.prepare?.(scene, of);
      const answer = await replayed(scene, replay, example);
      if (replay.refused !== undefined) return assert.equal(toldCode(answer), replay.refused.code);
      const expected = example.responses[String(answer.status)];
      assert.ok(
        expected,
        `status ${answer.status} is not among the example's: ${Object.keys(example.responses)}: ${answer.text}`,
      );
      const found = expected.body === undefined ? [] : differences(expected.body, answer.body);
      assert.deepEqual([...new Set(found)].toSorted(), Object.keys(replay.differs ?? {}).toSorted());
      for (const header of Object.keys(expected.headers ?? {})) assert.ok(answer.headers.has(header), header);
    });
  });
}

test('every published example is replayed', t => {
  const specs = specFolder(t);
  if (specs === undefined) return;
  const names = examples(specs).map(({ name }) => name);
  assert.deepEqual(replays.map(({ example }) => example).toSorted(), names.toSorted());
});
