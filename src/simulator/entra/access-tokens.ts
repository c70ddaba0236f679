/**
 * Access tokens of the simulated tenants: signed when issued, checked when they come back with a call. The key pair
 * lives as long as the simulator and is the same for every tenant, as the real one's keys are.
 */
import { randomUUID } from 'node:crypto';
import { errors, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { SimulatorClock } from '../clock.ts';
import type { Caller } from './principals.ts';

export type Verdict =
  | { readonly kind: 'valid'; readonly caller: Caller }
  | { readonly kind: 'expired'; readonly expiredAtMs: number; readonly nowMs: number }
  | { readonly kind: 'audience'; readonly audience: string }
  | { readonly kind: 'invalid' };

export interface IssuedToken {
  readonly accessToken: string;
  readonly issuedAtSeconds: number;
  readonly expiresInSeconds: number;
}

export interface AccessTokens {
  /** The public keys. */
  readonly jwks: JSONWebKeySet;
  /** What `aud` must be for the resource manager to take a token. */
  readonly armAudiences: readonly string[];
  issue(caller: Caller, audience: string): Promise<IssuedToken>;
  /** Whether a token is one of these, in time, and made out to one of the audiences (default: the resource manager's). */
  check(token: string, audiences?: readonly string[]): Promise<Verdict>;
}

export interface AccessTokenOptions {
  readonly clock: SimulatorClock;
  /** `https://host:port` of the simulator: one more audience of the resource manager. */
  readonly endpoint: string;
}

/** Public clients refresh five minutes before the end, so a token must live clearly longer. */
const lifetimeSeconds = 3_599;

/** The `iss` of a token for the resource manager, which takes tokens of version 1. */
export const issuerOf = (tenantId: string): string => `https://sts.windows.net/${tenantId}/`;

const withoutSlash = (text: string): string => text.replace(/\/+$/, '');

function claimsOf(caller: Caller): JWTPayload {
  const { clientId, objectId, tenantId } = caller;
  return {
    appid: clientId,
    appidacr: '1',
    idp: issuerOf(tenantId),
    idtyp: 'app',
    oid: objectId,
    tid: tenantId,
    uti: randomUUID().replaceAll('-', '').slice(0, 22),
    ver: '1.0',
  };
}

export async function accessTokens(options: AccessTokenOptions): Promise<AccessTokens> {
  const { clock, endpoint } = options;
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' }] };
  const armAudiences = ['https://management.azure.com', 'https://management.core.windows.net', endpoint];

  const issue: AccessTokens['issue'] = async (caller, audience) => {
    const issuedAtSeconds = Math.floor(clock.now() / 1000);
    const accessToken = await new SignJWT(claimsOf(caller))
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, x5t: kid })
      .setIssuer(issuerOf(caller.tenantId))
      .setAudience(audience)
      .setSubject(caller.objectId)
      .setIssuedAt(issuedAtSeconds)
      .setNotBefore(issuedAtSeconds)
      .setExpirationTime(issuedAtSeconds + lifetimeSeconds)
      .setJti(randomUUID())
      .sign(privateKey);
    return { accessToken, issuedAtSeconds, expiresInSeconds: lifetimeSeconds };
  };

  const check: AccessTokens['check'] = async (token, audiences = armAudiences) => {
    const nowMs = clock.now();
    try {
      const { payload } = await jwtVerify(token, publicKey, { currentDate: new Date(nowMs) });
      const audience = String(payload.aud);
      if (!audiences.includes(withoutSlash(audience))) return { kind: 'audience', audience };
      const caller = { clientId: String(payload.appid), objectId: String(payload.oid), tenantId: String(payload.tid) };
      return { kind: 'valid', caller };
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        return { kind: 'expired', expiredAtMs: Number(error.payload.exp) * 1000, nowMs };
      }
      return { kind: 'invalid' };
    }
  };

  return { jwks, armAudiences, issue, check };
}
