/**
 * Whatever can be thrown on the way to Azure, as a failure with a message that helps.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArmError, type ArmErrorFacts } from '../../src/azure/arm-error.ts';
import { armFailure, isAbsence, toPortError } from '../../src/azure/errors.ts';
import { UnexpectedAnswerError } from '../../src/azure/wire.ts';
import { PortError, stalled } from '../../src/domain/failures.ts';

const what = 'creating workspace law-a';
const coded = (code: string, message = 'words') => Object.assign(new Error(message), { code });

const thrown: readonly {
  readonly name: string;
  readonly error: unknown;
  readonly kind: string;
  readonly reason: string;
  readonly message: string;
}[] = [
  ...['EAI_AGAIN', 'EPIPE', 'ECONNRESET'].map(code => ({
    name: `${code}, a hiccup`,
    error: coded(code),
    kind: 'Waiting',
    reason: 'AzureUnreachable',
    message: `${what}: ${code}: words`,
  })),
  ...['ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT'].map(code => ({
    name: `${code}, an outage`,
    error: coded(code),
    kind: 'Failed',
    reason: 'AzureUnreachable',
    message: `${what}: ${code}: words`,
  })),
  {
    name: 'a code that stands in the cause',
    error: new Error('outer', { cause: new Error('middle', { cause: coded('ENOTFOUND') }) }),
    kind: 'Failed',
    reason: 'AzureUnreachable',
    message: `${what}: ENOTFOUND: outer`,
  },
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ].map(code => ({
    name: `${code}, with what to set`,
    error: coded(code),
    kind: 'Failed',
    reason: 'AzureUnreachable',
    message: `${what}: ${code}: words; if the certificate is of a private CA, set NODE_EXTRA_CA_CERTS`,
  })),
  {
    name: 'the TypeError of a deserializer',
    error: new TypeError("Cannot read properties of undefined (reading 'queryAccessMode')"),
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: `${what}: Azure's answer could not be read: Cannot read properties of undefined (reading 'queryAccessMode') (correlation id c)`,
  },
  {
    name: 'an answer of another shape',
    error: new UnexpectedAnswerError('the answer has no id'),
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: `${what}: the answer has no id (correlation id c)`,
  },
  {
    name: 'something that is no error',
    error: 'text',
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: `${what}: Azure's answer could not be read: text (correlation id c)`,
  },
];

for (const { name, error, kind, reason, message } of thrown) {
  test(`thrown: ${name}`, () => {
    const port = toPortError(error, { what, correlationId: 'c' });
    assert.deepEqual([port.failure.kind, port.failure.reason, port.failure.message], [kind, reason, message]);
    assert.equal(port.cause, error);
  });
}

test('a failure that is told already stays as it is', () => {
  const port = new PortError(stalled('Locked', 'locked'));
  assert.equal(toPortError(port, { what }), port);
});

test('a deadline of ours is told in seconds, whatever was thrown', () => {
  const { failure } = toPortError(new Error('aborted'), { what, correlationId: 'c', timedOutAfter: 30 });
  assert.deepEqual(
    [failure.kind, failure.reason, failure.message],
    ['Failed', 'AzureUnreachable', `${what}: no answer within 30 s (correlation id c)`],
  );
});

const facts = (given: Partial<ArmErrorFacts>): ArmErrorFacts => ({
  status: 400,
  items: [],
  policies: [],
  isForeign: false,
  correlationId: 'c',
  ...given,
});

test('the longest error still names the resource, the status and the correlation id, within an event', () => {
  const long = (letter: string) => letter.repeat(5_000);
  const items = [
    { code: 'A', message: long('a') },
    { code: 'B', message: long('b') },
  ];
  const { message } = armFailure(facts({ items, policies: [long('p')] }), what);
  assert.ok(message.length <= 1_024, String(message.length));
  assert.match(message, /^creating workspace law-a: Azure answered 400 A: a+/);
  assert.match(message, /\(correlation id c\)$/);
});

test('a detail that repeats the message, or says nothing, is not told twice', () => {
  const items = [
    { code: 'A', message: 'one thing' },
    { code: 'B', message: 'one thing' },
    { code: 'C', message: '' },
    { code: 'D', message: 'another' },
  ];
  const { message } = armFailure(facts({ items }), what);
  assert.equal(message, `${what}: Azure answered 400 A: one thing; D: another (correlation id c)`);
});

test('a message of many lines becomes one, without control characters', () => {
  const { message } = armFailure(facts({ items: [{ code: 'A', message: 'one\r\n  two\u001b[31m\u0000' }] }), what);
  assert.equal(message, `${what}: Azure answered 400 A: one two [31m (correlation id c)`);
});

test('a provider that is not registered comes with the command that registers it', () => {
  const text = "The subscription is not registered to use namespace 'Microsoft.Insights'. See https://aka.ms/rps";
  const items = [{ code: 'MissingSubscriptionRegistration', message: text }];
  const { kind, message } = armFailure(facts({ status: 409, items }), what);
  assert.equal(kind, 'Stalled');
  assert.match(message, /; az provider register --namespace Microsoft\.Insights --wait \(correlation id c\)$/);
});

const waits: readonly (readonly [string, Partial<ArmErrorFacts>, number])[] = [
  ['a conflict is not asked again sooner than the table says', { status: 409, retryAfterMs: 1_000 }, 10_000],
  ['a conflict is not asked again sooner than Azure says', { status: 409, retryAfterMs: 30_000 }, 30_000],
  ['a throttled call is asked again when Azure says', { status: 429, retryAfterMs: 2_000 }, 2_000],
  ['a throttled call without a time waits ten seconds', { status: 429 }, 10_000],
  ['a server that is away and says when it is back is believed', { status: 503, retryAfterMs: 20_000 }, 20_000],
];

for (const [name, given, expected] of waits) {
  test(name, () => {
    const failure = armFailure(facts(given), what);
    assert.equal(failure.kind === 'Waiting' ? failure.retryAfterMs : failure.kind, expected);
  });
}

test('only a 404 that speaks of the resource counts as its absence', () => {
  const port = (given: Partial<ArmErrorFacts>) => toPortError(new ArmError(facts(given)), { what });
  assert.equal(isAbsence(port({ status: 404 })), true);
  assert.equal(isAbsence(port({ status: 404, isForeign: true })), false);
  assert.equal(isAbsence(new ArmError(facts({ status: 404 }))), false);
  assert.equal(isAbsence(undefined), false);
});
