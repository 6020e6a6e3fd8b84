// A certificate authority for tests: real keys and certificates, written as PEM files.

import 'reflect-metadata'; // what @peculiar/x509 wants to be loaded before it
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

/** A certificate and its key as PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** Issues certificates for `localhost` and the loopback addresses, good for server and client. */
export interface Authority {
  /** PEM of the CA certificate. */
  readonly ca: string;
  /**
   * @param subject a common name, or all parts of the name.
   * @param days until it expires; negative for one that has expired.
   * @param names alternative names instead of those of this machine, one extension for each list.
   */
  issue(subject: string | x509.JsonName, days?: number, ...names: x509.JsonGeneralNames[]): Promise<Pair>;
}

const thisMachine: x509.JsonGeneralNames = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
];
/** The generator reads escapes and quotes as RFC 4514 writes them; what is escaped stands for itself. */
const literal = (text: string): string => text.replace(/./g, '\\$&');

let serial = 1;
const nextSerial = (): string => (serial++).toString(16).padStart(16, '0');

/** Makes a CA of its own. */
export async function authority(name: string): Promise<Authority> {
  const { subtle } = webcrypto;
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    serialNumber: nextSerial(),
    notBefore: new Date(now - 30 * dayMs),
    notAfter: new Date(now + 30 * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: ca.toString('pem'),
    async issue(subject, days = 10, ...names) {
      const own = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: typeof subject === 'string' ? [{ CN: [literal(subject)] }] : subject,
        issuer: ca.subject,
        serialNumber: nextSerial(),
        notBefore: new Date(now - 20 * dayMs),
        notAfter: new Date(now + days * dayMs),
        signingAlgorithm: algorithm,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          ...(names.length === 0 ? [thisMachine] : names).map((each) => new x509.SubjectAlternativeNameExtension(each)),
        ],
      });
      const key = x509.PemConverter.encode(await subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY');
      return { certificate: certificate.toString('pem'), key };
    },
  };
}

/** Writes `<name>.pem` and `<name>.key` into the folder. */
export async function writePair(
  folder: string,
  name: string,
  pair: Pair,
): Promise<{ certificate: string; key: string }> {
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  await writeFile(files.certificate, pair.certificate);
  await writeFile(files.key, pair.key);
  return files;
}
