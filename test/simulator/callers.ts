/**
 * Calls of several principals to one simulator, and a certificate for one that logs in with it.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { defaultSeed, type Seed } from '../../src/simulator/simulator.ts';
import { type Answer, type Arm, type CallOptions, versionFor } from './arm.ts';

/** A second principal, beside the one of the default seed. */
export const guest = { clientId: '55555555-5555-4555-8555-555555555555', secret: 'guest-secret' } as const;

/** The default seed with the guest and whatever else. */
export function seedWith(extra: Partial<Seed>): Seed {
  const seed = defaultSeed();
  return { ...seed, principals: [...seed.principals, guest], ...extra };
}

/** A form to a token endpoint of the simulator. */
export function askToken(
  azure: Arm,
  path: string,
  fields: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return azure.raw('POST', path, {
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(given).toString(),
  });
}

/** What came of a token request in one line. */
export const outcome = (answer: Answer): string =>
  answer.status === 200 ? 'token' : `${answer.status} ${answer.body?.error} ${answer.body?.error_codes}`;

/** A caller with a token of its own. */
export async function callerFor(
  azure: Arm,
  principal: { readonly clientId: string; readonly secret?: string },
  tenantId = azure.simulator.tenantId,
): Promise<Arm['call']> {
  const answer = await askToken(azure, `/${tenantId}/oauth2/v2.0/token`, {
    grant_type: 'client_credentials',
    client_id: principal.clientId,
    client_secret: principal.secret,
    scope: 'https://management.azure.com/.default',
  });
  const authorization = `Bearer ${answer.body?.access_token}`;
  return (method: string, path: string, { body, apiVersion, headers = {} }: CallOptions = {}) => {
    const separator = path.includes('?') ? '&' : '?';
    const url = path.includes('api-version=')
      ? path
      : `${path}${separator}api-version=${apiVersion ?? versionFor(path)}`;
    return azure.raw(method, url, {
      headers: { authorization, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
}

/** Status and error code of an answer. */
export const code = ({ status, body }: Answer): string =>
  body?.error === undefined ? String(status) : `${status} ${body.error.code}`;

export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** A self-signed certificate with an RSA key, PEM; valid from `notBefore` for a year. */
export async function clientCertificate(notBefore: Date): Promise<ClientCertificate> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=client',
      keys,
      notBefore,
      notAfter: new Date(notBefore.getTime() + 365 * 86_400_000),
      signingAlgorithm: algorithm,
    },
    webcrypto,
  );
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { certificate: `${made.toString('pem')}\n`, key };
}
