/**
 * Keys, certificates and kubeconfig texts of the test control plane. Makes credentials, stores none; used by
 * control-plane.ts.
 */
import 'reflect-metadata';
import { generateKeyPairSync, randomUUID, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { stringify } from 'yaml';

cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const validity = () => ({ notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) });

/** A key pair in PEM, with which the API server signs and checks service-account tokens. */
export function serviceAccountKeys(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
}

export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface ClientAuthority {
  readonly caCertificate: string;
  /** A certificate that the API server takes for this user of these groups (common name and organizations). */
  readonly issue: (user: string, groups: readonly string[]) => Promise<ClientCertificate>;
}

/** An authority for client certificates, for the API server's --client-ca-file. */
export async function clientAuthority(): Promise<ClientAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issuer = 'CN=pms-test-clients';
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
    ...validity(),
  });
  const issue: ClientAuthority['issue'] = async (user, groups) => {
    const own = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.create({
      subject: [{ CN: [user] }, ...groups.map(group => ({ O: [group] }))],
      issuer,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      serialNumber: randomUUID().replaceAll('-', ''),
      extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
      ...validity(),
    });
    const privateKey = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
    return { certificate: certificate.toString('pem'), privateKey: PemConverter.encode(privateKey, 'PRIVATE KEY') };
  };
  return { caCertificate: ca.toString('pem'), issue };
}

export type Login = { readonly token: string } | ClientCertificate;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig that needs no other file. */
export function kubeconfigText(url: string, ca: string, login: Login): string {
  const user =
    'token' in login
      ? { token: login.token }
      : { 'client-certificate-data': base64(login.certificate), 'client-key-data': base64(login.privateKey) };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'pms-test', cluster: { server: url, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'pms-test', user }],
    contexts: [{ name: 'pms-test', context: { cluster: 'pms-test', user: 'pms-test', namespace: 'default' } }],
    'current-context': 'pms-test',
  });
}
