/**
 * An assertion that the client signed itself with the key of a certificate (private_key_jwt): the certificate is found
 * by its thumbprint in the header (`x5t`, or `x5t#S256` as newer libraries send), then signature, audience, issuer,
 * subject and times are checked (Microsoft identity platform application authentication certificate credentials). Throws
 * EntraError.
 */
import { X509Certificate } from 'node:crypto';
import { jwtVerify, type ProtectedHeaderParameters } from 'jose';
import { type AuthenticationOptions, clockTolerance, outOfTime, outOfTimeError, readAssertion } from './assertions.ts';
import { invalidClient } from './errors.ts';
import type { Principal } from './principals.ts';

const base64url = (fingerprint: string): string =>
  Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');

/** As base64url without padding: MSAL for Python pads it. */
const thumbprintOf = (header: ProtectedHeaderParameters): string => {
  const value = header['x5t#S256'] ?? header.x5t;
  return typeof value === 'string' ? Buffer.from(value, 'base64url').toString('base64url') : '';
};

function certificateFor(principal: Principal, header: ProtectedHeaderParameters): X509Certificate | undefined {
  const thumbprint = thumbprintOf(header);
  return principal.certificates
    ?.map(pem => new X509Certificate(pem))
    .find(each => [each.fingerprint, each.fingerprint256].map(base64url).includes(thumbprint));
}

/** Throws for a certificate that is not the application's, or is past its time. */
function usableCertificate(principal: Principal, header: ProtectedHeaderParameters, nowMs: number): X509Certificate {
  const certificate = certificateFor(principal, header);
  const thumbprint = Buffer.from(thumbprintOf(header), 'base64url').toString('hex').toUpperCase();
  if (certificate === undefined) {
    throw invalidClient(
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}'. Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${principal.clientId}'.]`,
    );
  }
  const { validFromDate, validToDate } = certificate;
  if (nowMs < validFromDate.getTime() || nowMs > validToDate.getTime()) {
    throw invalidClient(
      700027,
      `Client assertion contains an invalid signature. [Reason - The key used is expired., Thumbprint of key used by client: '${thumbprint}', Found key 'Start=${validFromDate.toISOString()}, End=${validToDate.toISOString()}'.]`,
    );
  }
  return certificate;
}

export async function checkCertificateAssertion(
  assertion: string,
  principal: Principal,
  options: AuthenticationOptions,
): Promise<void> {
  const nowMs = options.clock.now();
  const { header, payload } = readAssertion(assertion);
  const certificate = usableCertificate(principal, header, nowMs);
  const settings = {
    currentDate: new Date(nowMs),
    clockTolerance,
    requiredClaims: ['exp'],
    algorithms: ['RS256', 'PS256'],
  };
  try {
    await jwtVerify(assertion, certificate.publicKey, settings);
  } catch (cause) {
    const error = outOfTime(cause)
      ? outOfTimeError(payload, nowMs)
      : invalidClient(700027, 'Client assertion failed signature validation.');
    error.cause = cause;
    throw error;
  }
  const audiences = [payload.aud ?? []].flat().map(each => each.replace(/\/$/, ''));
  if (!audiences.some(each => options.tokenEndpoints.includes(each))) {
    throw invalidClient(
      700023,
      'Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .',
    );
  }
  if (payload.sub?.toLowerCase() !== principal.clientId.toLowerCase()) {
    throw invalidClient(
      700021,
      `Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .`,
    );
  }
}
