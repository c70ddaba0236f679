/**
 * Access tokens of the simulated tenant: signed when issued, checked when they come back with an ARM call. The key pair
 * lives as long as the simulator.
 */
import { randomUUID } from 'node:crypto';
import { errors, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import type { SimulatorClock } from '../clock.ts';

export type Verdict =
  | { readonly kind: 'valid'; readonly clientId: string }
  | { readonly kind: 'expired'; readonly expiredAtMs: number; readonly nowMs: number }
  | { readonly kind: 'audience'; readonly audience: string }
  | { readonly kind: 'invalid' };

export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

export interface AccessTokens {
  /** The tenant's public keys. */
  readonly jwks: JSONWebKeySet;
  readonly issuer: string;
  readonly authorizationUri: string;
  /** What `aud` must be for the resource manager to take a token. */
  readonly armAudiences: readonly string[];
  issue(clientId: string, audience: string): Promise<IssuedToken>;
  check(token: string): Promise<Verdict>;
}

export interface AccessTokenOptions {
  readonly clock: SimulatorClock;
  readonly tenantId: string;
  /** `https://host:port` of the simulator: the authority, and one more audience of the resource manager. */
  readonly endpoint: string;
}

/** Public clients refresh five minutes before the end, so a token must live clearly longer. */
const lifetimeSeconds = 3_599;

export async function accessTokens(options: AccessTokenOptions): Promise<AccessTokens> {
  const { clock, tenantId, endpoint } = options;
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' }] };
  const issuer = `${endpoint}/${tenantId}/v2.0`;
  const armAudiences = ['https://management.azure.com', 'https://management.core.windows.net', endpoint];

  const issue: AccessTokens['issue'] = async (clientId, audience) => {
    const nowSeconds = Math.floor(clock.now() / 1000);
    const accessToken = await new SignJWT({ tid: tenantId, appid: clientId, oid: clientId, appidacr: '1', ver: '1.0' })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(clientId)
      .setIssuedAt(nowSeconds)
      .setNotBefore(nowSeconds)
      .setExpirationTime(nowSeconds + lifetimeSeconds)
      .setJti(randomUUID())
      .sign(privateKey);
    return { accessToken, expiresInSeconds: lifetimeSeconds };
  };

  const check: AccessTokens['check'] = async token => {
    const nowMs = clock.now();
    try {
      const { payload } = await jwtVerify(token, publicKey, { issuer, currentDate: new Date(nowMs) });
      const audience = String(payload.aud).replace(/\/$/, '');
      if (!armAudiences.includes(audience)) return { kind: 'audience', audience: String(payload.aud) };
      return { kind: 'valid', clientId: String(payload.appid) };
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        return { kind: 'expired', expiredAtMs: Number(error.payload.exp) * 1000, nowMs };
      }
      return { kind: 'invalid' };
    }
  };

  return { jwks, issuer, authorizationUri: `${endpoint}/${tenantId}`, armAudiences, issue, check };
}
