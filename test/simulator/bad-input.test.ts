/**
 * Callers that do not play by the rules: whatever they send, they get a 4xx or a closed connection, and the simulator
 * goes on.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { type Arm, arm } from './arm.ts';
import { plane } from './plane.ts';
import { connectedScope, openScope, paths } from './road.ts';

/** Why a connection ended, and with what: a reset is not a silence, and neither is an answer. */
interface Ending {
  readonly text: string;
  readonly why: string;
}

/** Sends bytes as they are; resolves with all that comes back until the other side closes, or the time is over. */
function ending(azure: Arm, bytes: string | Buffer, endAfterMs = 2_000): Promise<Ending> {
  return new Promise(resolve => {
    const socket = dial(azure);
    let text = '';
    let step = 'connecting';
    let why = 'closed by the other side';
    const timer = setTimeout(() => {
      why = `nothing more within ${endAfterMs} ms`;
      socket.destroy();
    }, endAfterMs);
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      step = 'shaking hands';
    });
    socket.on('secureConnect', () => {
      step = 'waiting for the answer';
      socket.write(bytes);
    });
    socket.on('data', chunk => {
      step = 'answered';
      text += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      why = error.code ?? error.message;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ text, why: `${step}: ${why}` });
    });
  });
}

const raw = async (azure: Arm, bytes: string | Buffer, endAfterMs?: number): Promise<string> =>
  (await ending(azure, bytes, endAfterMs)).text;

/** One for all connections to a simulator: a thousand of them are dear to make. */
const contexts = new WeakMap<Arm['simulator'], SecureContext>();

function dial({ simulator }: Arm): TLSSocket {
  const { hostname, port } = new URL(simulator.endpoint);
  const secureContext = contexts.get(simulator) ?? createSecureContext({ ca: simulator.caPem });
  contexts.set(simulator, secureContext);
  return connect({ host: hostname, port: Number(port), secureContext });
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

test('broken HTTP gets a 400 or a closed connection', async t => {
  const azure = await arm(t);
  const cases: readonly string[] = [
    'not http at all\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /\r\n\r\n',
    '\u0000\u0001\u0002\u0003\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: x\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    `GET /${'x'.repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`,
    'GET / HTTP/1.1\r\nHost: a b c\r\nConnection: close\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: [::\r\nConnection: close\r\n\r\n',
    'GET http://[/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ];
  for (const bytes of cases) {
    const status = statusOf(await raw(azure, bytes));
    assert.ok(status === 0 || (status >= 400 && status < 500), `${JSON.stringify(bytes.slice(0, 60))}: ${status}`);
  }
  assert.equal((await azure.call('GET', azure.group)).status, 200);
});

test('path tricks lead nowhere', async t => {
  const azure = await arm(t);
  const headers = { authorization: `Bearer ${await azure.token()}` };
  const { scope } = paths(azure.group);
  const tricks = [
    '/..',
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/subscriptions/..%2f..',
    `${scope}/../../../x`,
    `${scope}%00`,
    `${scope}%ff`,
    `${scope}%`,
    '/subscriptions/%zz',
    '//',
    '///',
    '/\\',
    '/%5c..',
    `${azure.group}/providers`,
    `${azure.group}/providers//`,
    `${azure.group}/providers/Microsoft.Insights/__proto__/constructor`,
    `${azure.group}/providers/__proto__/toString/x`,
    '/subscriptions/__proto__/resourceGroups/constructor',
    '/constructor/oauth2/v2.0/token',
    '/_sim/__proto__',
    '/_sim/../_sim/state/..',
    `${scope}?api-version=__proto__`,
    `${azure.group}?api-version[]=2021-04-01`,
    '/metadata/endpoints?api-version=constructor',
    `/subscriptions/${'9'.repeat(5_000)}`,
    `${azure.group}${'/x'.repeat(3_000)}`,
  ];
  for (const path of tricks) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const query = path.includes('?') ? '' : '?api-version=2023-06-01-preview';
      const answer = await raw(
        azure,
        `${method} ${path}${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${headers.authorization}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      );
      const status = statusOf(answer);
      const isFine = status === 0 || (status >= 400 && status < 500) || (method === 'DELETE' && status === 204);
      const isPage = method === 'GET' && status === 200 && answer.includes('<!doctype html>');
      assert.ok(isFine || isPage, `${method} ${path.slice(0, 80)}: ${answer.slice(0, 200)}`);
      assert.ok(!answer.includes('root:'), path);
    }
  }
});

const wrongBodies: readonly string[] = [
  '',
  ' ',
  '{',
  '[]',
  'null',
  '1',
  '"x"',
  '\u0000',
  `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  '{"location":{}}',
  '{"location":["global"]}',
  '{"location":1e999}',
  '{"location":"global","tags":[]}',
  '{"location":"global","properties":[]}',
  '{"location":"japaneast","properties":{"sku":5}}',
  '{"__proto__":{"x":1}}',
  '{"properties":"x"}',
];

test('resource bodies of every wrong kind are refused', async t => {
  const azure = await arm(t);
  await connectedScope(azure);
  const at = paths(azure.group);
  const refuses = async (method: string, path: string, least: number) => {
    for (const text of wrongBodies) {
      const { status, text: answer } = await azure.call(method, path, { text });
      assert.ok(
        status >= least && status < 500,
        `${method} ${path} ${text.slice(0, 40)}: ${status} ${answer.slice(0, 200)}`,
      );
    }
  };
  for (const path of [at.scope, at.endpoint, at.link('x'), at.workspace('law-x')]) {
    await refuses('PUT', path, 400);
    // PATCH reads tags alone, so that some of these do not concern it.
    await refuses('PATCH', path, 200);
  }
  await refuses('PUT', at.zoneGroup, 200);
});

test('forms and admin bodies of every wrong kind are refused', async t => {
  const azure = await arm(t);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const body of wrongBodies) {
    const token = await azure.raw('POST', `/${azure.simulator.tenantId}/oauth2/v2.0/token`, { headers, body });
    assert.ok(token.status >= 400 && token.status < 500, `token ${body.slice(0, 40)}: ${token.status}`);
    for (const call of ['faults', 'clock', 'deny']) {
      const admin = await azure.raw('POST', `/_sim/${call}`, { body });
      assert.equal(admin.status, 400, `${call} ${body.slice(0, 40)}: ${admin.text.slice(0, 100)}`);
    }
  }
});

test('queries of every wrong kind are refused', async t => {
  const { azure, dial, publicSide } = await plane(t);
  const token = await azure.token('https://api.loganalytics.io/.default');
  await connectedScope(azure);
  const workspace = await azure.call('GET', paths(azure.group).workspace('law-a'));
  const path = `/v1/workspaces/${workspace.body?.properties.customerId}/query`;
  const wrong = [null, [], 'x', {}, { query: 1 }, { query: '' }, { query: '(((' }];
  const wrongTimes = [5, 'soon', 'P', '2026-01-01/x/y'].map(timespan => ({ query: 'print 1', timespan }));
  for (const body of [...wrong, ...wrongTimes]) {
    const answer = await dial({ ...publicSide, host: 'api.loganalytics.io', path, token, body });
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.equal(answer.body?.error.code, 'BadArgumentError', JSON.stringify(body));
  }
});

test('a body that breaks off and one that is too large do no harm', async t => {
  const azure = await arm(t);
  const head = (length: number) =>
    `PUT ${paths(azure.group).scope}?api-version=2023-06-01-preview HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  await raw(azure, `${head(100)}{"half":`, 100);
  await raw(azure, head(1_000_000), 100);
  assert.equal(statusOf(await raw(azure, `${head(5_000_001)}${'x'.repeat(5_000_001)}`)), 413);
  const chunked = `PUT /subscriptions/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${`10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(80)}0\r\n\r\n`;
  assert.ok([413, 401, 0].includes(statusOf(await raw(azure, chunked))));
  assert.equal((await azure.call('PUT', paths(azure.group).scope, { body: openScope })).status, 201);
  assert.ok(
    azure.simulator.journal.every(entry => entry.status < 500),
    'no 500 in the journal',
  );
});

test('a thousand connections at once are all served, and a thousand that say nothing hinder nobody', async t => {
  const azure = await arm(t);
  const token = await azure.token();
  const request = `GET ${azure.group}?api-version=2021-04-01 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
  const endings = await Promise.all(Array.from({ length: 1_000 }, () => ending(azure, request, 240_000)));
  const unserved = endings.filter(({ text }) => statusOf(text) !== 200);
  assert.deepEqual(
    unserved.map(({ why, text }) => `${why}: ${text.slice(0, 200)}`),
    [],
  );
  const silent = Array.from({ length: 1_000 }, () => dial(azure).on('error', () => {}));
  t.after(() => {
    for (const socket of silent) socket.destroy();
  });
  await Promise.all(silent.map(socket => once(socket, 'secureConnect', { signal: AbortSignal.timeout(240_000) })));
  const { text, why } = await ending(azure, request, 240_000);
  assert.equal(statusOf(text), 200, `${why}: ${text.slice(0, 200)}`);
});
