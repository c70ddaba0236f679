import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import { createProber } from '../../src/probe/tls.ts';
import { certificateAuthority } from '../../src/simulator/certificates.ts';

const api = 'api.monitor.azure.com';
const { signal: never } = new AbortController();
const authority = await certificateAuthority();

async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A look at a TLS server that has a certificate for these names. */
async function lookAt(t: TestContext, names: readonly string[], ca: string | undefined) {
  const seen: string[] = [];
  const certificate = await authority.issue(names);
  const noted = (name: string, done: (error: null) => void) => {
    seen.push(name);
    done(null);
  };
  const server = createServer({ ...certificate, SNICallback: noted });
  const port = await listening(t, server);
  const prober = createProber({ from: 'here', port, ...(ca === undefined ? {} : { ca }) });
  return { result: await prober.look({ name: api, address: '127.0.0.1', of: [] }, never), seen };
}

const lookAtPlain = async (t: TestContext, connection: (socket: Socket) => void) => {
  const port = await listening(t, createPlainServer(connection));
  return createProber({ from: 'here', port }).look({ name: api, address: '127.0.0.1', of: [] }, never);
};

describe('a look at an address', () => {
  it('holds when its certificate is for the name and of a trusted authority; the name is sent', async t => {
    const { result, seen } = await lookAt(t, [api], authority.caPem);
    assert.deepEqual(result, { outcome: 'Held' });
    assert.deepEqual(seen, [api]);
  });

  it('names the issuer of a certificate that is of no trusted authority', async t => {
    const { result } = await lookAt(t, [api], undefined);
    assert.equal(result.outcome, 'Untrusted');
    assert.match(result.detail ?? '', /issued by CN=pms simulator CA$/);
  });

  it('is untrusted when the certificate is for another name', async t => {
    const { result } = await lookAt(t, ['live.monitor.azure.com'], authority.caPem);
    assert.equal(result.outcome, 'Untrusted');
    assert.match(result.detail ?? '', /^ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  it('is unreachable when nobody listens', async t => {
    const server = createPlainServer();
    const port = await listening(t, server);
    await new Promise(resolve => server.close(resolve));
    const result = await createProber({ from: 'here', port }).look({ name: api, address: '127.0.0.1', of: [] }, never);
    assert.equal(result.outcome, 'Unreachable');
    assert.match(result.detail ?? '', /ECONNREFUSED/);
  });

  it('is broken when the connection ends before TLS is there', async t => {
    assert.equal((await lookAtPlain(t, socket => socket.end())).outcome, 'Broken');
    assert.equal((await lookAtPlain(t, socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))).outcome, 'Broken');
  });

  it('ends with the signal, also while nothing happens', async t => {
    const stop = new AbortController();
    const port = await listening(
      t,
      createPlainServer(() => stop.abort(new Error('enough'))),
    );
    const prober = createProber({ from: 'here', port });
    await assert.rejects(prober.look({ name: api, address: '127.0.0.1', of: [] }, stop.signal), /enough/);
    await assert.rejects(prober.look({ name: api, address: '127.0.0.1', of: [] }, stop.signal), /enough/);
  });

  it('dials addresses alone', async () => {
    const result = await createProber({ from: 'here', port: 1 }).look(
      { name: api, address: 'localhost', of: [] },
      never,
    );
    assert.deepEqual(result, { outcome: 'Broken', detail: 'localhost is no address' });
  });
});
