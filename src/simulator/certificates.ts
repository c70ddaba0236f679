/**
 * The simulator's own certificate authority, made at start and held in memory, and server certificates under it.
 * Everything speaks TLS, because the Azure packages refuse to send a token over anything else.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto);

/** Certificate and key as node:tls takes them, PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority {
  readonly caPem: string;
  /** A server certificate for these DNS names and IP addresses; at least one. */
  issue(hosts: readonly string[]): Promise<ServerCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

// RFC 5280: a serial number is positive and at most 20 octets.
const serialNumber = (): string => `01${randomBytes(15).toString('hex')}`;

/**
 * A new authority. What it issues holds for the host names and addresses asked and passes `openssl verify -x509_strict`;
 * all of it shares one key, so that a certificate takes a millisecond and not a key's time.
 */
export async function certificateAuthority(): Promise<CertificateAuthority> {
  const notBefore = new Date(Date.now() - dayMs);
  const notAfter = new Date(Date.now() + 365 * dayMs);
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=pms simulator CA',
    serialNumber: serialNumber(),
    keys: caKeys,
    signingAlgorithm: algorithm,
    notBefore,
    notAfter,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(caKeys.publicKey),
      await AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const keyPem = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');

  const issue: CertificateAuthority['issue'] = async hosts => {
    const leaf = await X509CertificateGenerator.create({
      subject: 'CN=pms simulator',
      issuer: ca.subject,
      serialNumber: serialNumber(),
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: algorithm,
      notBefore,
      notAfter,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(hosts.map(value => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
        await AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      ],
    });
    return { cert: leaf.toString('pem'), key: keyPem };
  };
  return { caPem: ca.toString('pem'), issue };
}
