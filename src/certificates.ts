// Makes the data folder's own certificate authority and server certificate, for a first start with TLS.

import 'reflect-metadata'; // what @peculiar/x509 wants to be loaded before it
import { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { type CertificateFiles, certificateFiles } from './certificate-files.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validMs = { ca: 10 * 365 * 86_400_000, server: 365 * 86_400_000 };

/**
 * Writes a new CA and a server certificate for this machine's names into `<data>/tls`. The CA's private key is not kept:
 * nobody can make another certificate that clients of this folder's CA would trust.
 */
export async function makeCertificates(dataFolder: string, now: Date): Promise<CertificateFiles> {
  const { subtle } = webcrypto;
  const caKeys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=edgeconf local CA',
    serialNumber: serial(),
    notBefore: now,
    notAfter: new Date(now.getTime() + validMs.ca),
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const serverKeys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = [...new Set(['localhost', hostname()])].map((value) => ({ type: 'dns' as const, value }));
  const addresses = ['127.0.0.1', '::1'].map((value) => ({ type: 'ip' as const, value }));
  const server = await x509.X509CertificateGenerator.create({
    subject: 'CN=edgeconf',
    issuer: ca.subject,
    serialNumber: serial(),
    notBefore: now,
    notAfter: new Date(now.getTime() + validMs.server),
    signingAlgorithm: algorithm,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([...names, ...addresses]),
    ],
  });
  const files = certificateFiles(dataFolder);
  await mkdir(join(dataFolder, 'tls'), { recursive: true, mode: 0o700 });
  const key = x509.PemConverter.encode(await subtle.exportKey('pkcs8', serverKeys.privateKey), 'PRIVATE KEY');
  await writeFile(files.key, `${key}\n`, { mode: 0o600, flag: 'wx' });
  await writeFile(files.certificate, `${server.toString('pem')}\n`, { flag: 'wx' });
  await writeFile(files.ca, `${ca.toString('pem')}\n`, { flag: 'wx' });
  return files;
}

function serial(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = (bytes[0] ?? 0) & 0x7f; // a serial number is a positive integer [RFC 5280 4.1.2.2]
  return bytes.toString('hex');
}
