/**
 * Who may use the simulator's own calls and its page: this machine, or whoever has the admin token when there is one.
 * Behind a proxy or a service mesh every caller looks local; there the token must be set. Thought of as attackers: a
 * neighbour on the network, and a web site in the browser of whoever runs the simulator.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface AdminCaller {
  readonly method: string;
  /** Of the connection; what a forwarding header says is never asked. */
  readonly remoteAddress: string | undefined;
  /** Value of a header, by its lower-case name. */
  readonly header: (name: string) => string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const adminTokenHeader = 'x-pms-admin-token';

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i.test(address);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameText = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

/** The token as the header gives it, or as the password of Basic authentication, which a browser asks for. */
function presented(caller: AdminCaller): string | undefined {
  const own = caller.header(adminTokenHeader);
  if (own !== undefined) return own;
  const [scheme, value] = caller.header('authorization')?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'basic' || value === undefined) return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Host names that a web site cannot make point to this machine (DNS rebinding): addresses, localhost, our own. */
function isOurHost(host: string | undefined, ownHost: string): boolean {
  const name = host?.toLowerCase().replace(/:\d+$/, '') ?? '';
  return name === 'localhost' || name === ownHost || /^[\d.]+$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}

/** A browser says where a request comes from; one from another site is not what the user of this page did. */
function isForeign(caller: AdminCaller): boolean {
  const site = caller.header('sec-fetch-site');
  if (caller.method !== 'GET' && site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = caller.header('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== caller.header('host');
}

const forbidden = (reason: string): Refusal => ({ status: 403, reason, headers: {} });

/** Decides for one simulator. `endpoint` is its own URL; without a token only callers on this machine are let in. */
export function adminGuard(endpoint: string, token: string | undefined): (caller: AdminCaller) => Refusal | undefined {
  const ownHost = new URL(endpoint).hostname.toLowerCase();
  return caller => {
    if (isForeign(caller)) return forbidden('a web page of another site asked for this');
    if (token === undefined) {
      if (!isLoopback(caller.remoteAddress)) {
        return forbidden(
          "only for callers on the simulator's own machine; start it with --admin-token to allow others",
        );
      }
      return isOurHost(caller.header('host'), ownHost) ? undefined : forbidden('that host name is not ours');
    }
    const given = presented(caller);
    if (given !== undefined && sameText(given, token)) return undefined;
    const headers = { 'www-authenticate': 'Basic realm="pms simulator", charset="UTF-8"' };
    return { status: 401, reason: `the admin token is asked for, as ${adminTokenHeader} or as a password`, headers };
  };
}
