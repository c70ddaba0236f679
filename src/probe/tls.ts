/**
 * Connects to an address under a name and looks at the certificate: the way from here to the private endpoint, and who
 * answers there. Sends nothing. Implements `Prober` of src/ports.ts; the commands make it.
 */
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { outcomeOfError, type PathResult, type TlsTarget } from '../domain/path-proof.ts';
import type { Prober } from '../ports.ts';

const TIMEOUT_MS = 5_000;

export interface ProberOptions {
  /** Where it runs, for messages. */
  readonly from: string;
  /** Of every address: 443, and another one with a simulated Azure. */
  readonly port: number;
  /** PEM of the authorities that certificates are checked against; absent: those of the process. */
  readonly ca?: string;
  /** Of one look, in milliseconds; default: five seconds. */
  readonly timeoutMs?: number;
}

/** Each look is one connection of its own and takes no longer than the timeout. */
export const createProber = (options: ProberOptions): Prober => ({
  from: options.from,
  look: (at, signal) => look(at, options, signal),
});

async function look(
  { name, address }: TlsTarget,
  { port, ca, timeoutMs = TIMEOUT_MS }: ProberOptions,
  signal: AbortSignal,
): Promise<PathResult> {
  signal.throwIfAborted();
  if (isIP(address) === 0) return { outcome: 'Broken', detail: `${address} is no address` };
  const socket = connect({
    host: address,
    port,
    servername: name,
    // A certificate that does not hold is looked at too: its issuer tells who stands in between.
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<PathResult>();
  let isConnected = false;
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => resolve(tooLate(isConnected, timeoutMs)), timeoutMs);
  socket.once('connect', () => {
    isConnected = true;
  });
  socket.once('secureConnect', () => resolve(judge(socket)));
  socket.on('error', error => resolve(outcomeOfError(error)));
  socket.once('close', () => resolve({ outcome: 'Broken', detail: 'the connection was closed before TLS was there' }));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

const tooLate = (isConnected: boolean, timeoutMs: number): PathResult =>
  isConnected
    ? { outcome: 'Broken', detail: `connected, and no TLS within ${timeoutMs / 1_000} s` }
    : { outcome: 'Unreachable', detail: `no connection within ${timeoutMs / 1_000} s` };

function judge(socket: TLSSocket): PathResult {
  if (socket.authorized) return { outcome: 'Held' };
  const certificate = socket.getPeerCertificate(true);
  const why = String(socket.authorizationError ?? 'the certificate does not hold');
  return { outcome: 'Untrusted', detail: `${why}; the certificate was issued by ${issuerOf(certificate)}` };
}

/** `CN=Corporate Proxy CA, O=Contoso` of the last certificate that was sent. */
function issuerOf(certificate: DetailedPeerCertificate): string {
  let last = certificate;
  // The root's issuer is the root itself.
  while (last.issuerCertificate !== undefined && last.issuerCertificate !== last) last = last.issuerCertificate;
  const { CN, O: organization } = last.issuer ?? {};
  const told = Object.entries({ CN, O: organization }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${[value].flat().join('+')}`],
  );
  return told.join(', ') || 'nobody it names';
}
