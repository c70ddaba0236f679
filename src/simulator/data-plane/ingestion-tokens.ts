/**
 * The tokens with which an agent sends to one workspace, as the configuration service hands them out: signed with HS256,
 * issuer AMCS, audience Pipeline, a day's life (a public traffic study of Azure Monitor Agent). The key lives as long as
 * the simulator.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';

export interface IngestionGrant {
  readonly customerId: string;
  /** ARM id. */
  readonly machineId: string;
  /** Immutable id of the rule. */
  readonly ruleId: string;
}

export interface IngestionTokens {
  issue(grant: IngestionGrant): { readonly token: string; readonly expiresAtMs: number };
  /** What the token of an Authorization header grants; undefined for none, a foreign, broken or expired one. */
  check(authorization: string | undefined): IngestionGrant | undefined;
}

const lifetimeSeconds = 86_400;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function ingestionTokens(clock: SimulatorClock): IngestionTokens {
  const key = randomBytes(32);
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return {
    issue: ({ customerId, machineId, ruleId }) => {
      const now = Math.floor(clock.now() / 1000);
      const exp = now + lifetimeSeconds;
      const times = { nbf: now, exp, iat: now };
      const claims = { role: 'Publisher', wid: customerId, ips: 'LogManagement', targetRid: machineId, cid: ruleId };
      const head = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ ...claims, ...times, iss: 'AMCS', aud: 'Pipeline' })}`;
      return { token: `${head}.${sign(head).toString('base64url')}`, expiresAtMs: exp * 1000 };
    },
    check: authorization => {
      const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
      const [head, body, signature, ...more] = token.split('.');
      if (body === undefined || signature === undefined || more.length > 0) return undefined;
      const expected = sign(`${head}.${body}`);
      const given = Buffer.from(signature, 'base64url');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      // Only what this service has signed comes here, so its claims are as it wrote them.
      const { wid, targetRid, cid, exp } = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
      if (exp * 1000 <= clock.now()) return undefined;
      return { customerId: wid, machineId: targetRid, ruleId: cid };
    },
  };
}
