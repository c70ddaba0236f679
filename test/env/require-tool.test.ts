import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { requireTool } from './require-tool.ts';

/** The one thing that requireTool asks of the test. */
function recordingContext() {
  const skips: (string | undefined)[] = [];
  return { skips, t: { skip: (message?: string) => skips.push(message) } as unknown as TestContext };
}

function withCi<T>(value: string, run: () => T): T {
  const before = process.env.CI;
  process.env.CI = value;
  try {
    return run();
  } finally {
    if (before === undefined) delete process.env.CI;
    else process.env.CI = before;
  }
}

test('a tool on PATH is found and nothing is skipped', () => {
  const { t, skips } = recordingContext();
  assert.match(requireTool(t, 'sh') ?? '', /\/sh$/);
  assert.deepEqual(skips, []);
});

test('without the tool the test is skipped and says what it lacks', () => {
  const { t, skips } = recordingContext();
  assert.equal(
    withCi('false', () => requireTool(t, 'no-such-tool')),
    undefined,
  );
  assert.deepEqual(skips, ['no no-such-tool']);
});

test('without the tool the test fails where CI=true', () => {
  const { t } = recordingContext();
  assert.throws(() => withCi('true', () => requireTool(t, 'no-such-tool')), /no no-such-tool/);
});
