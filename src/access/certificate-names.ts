// The names in a client's certificate, taken from its structure and never from a printed form that a name could imitate.

import type { CertificateField } from './authentication.ts';

/** What rules may look at. */
export interface CertificateNames {
  readonly names: Readonly<Record<CertificateField, readonly string[]>>;
  /** When the certificate expires, ms since the epoch. */
  readonly expiresAtMs: number;
}

/** What a DNS name, an e-mail address or a URI may consist of. Others are no names to us. */
const PRINTABLE = /^[\x21-\x7e]{1,2048}$/;
/** Characters that are not seen, or change how others are seen. */
const INVISIBLE = /\p{C}/u;

/** Loads what reads certificates: large, and only needed where clients show them. A start does it before anybody waits. */
export async function loadCertificateReader(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

/**
 * Reads a certificate that TLS has verified already. What is ambiguous gives no name: two alternative name extensions, or
 * several common names.
 * @param der the certificate, DER.
 */
export async function certificateNames(der: Uint8Array): Promise<CertificateNames> {
  const { SubjectAlternativeNameExtension, X509Certificate } = await loadCertificateReader();
  const certificate = new X509Certificate(Buffer.from(der));
  const common = certificate.subjectName.getField('CN');
  const extensions = certificate.getExtensions(SubjectAlternativeNameExtension);
  const alternative = extensions.length === 1 ? (extensions[0]?.names.items ?? []) : [];
  const of = (type: string): string[] =>
    alternative.filter((each) => each.type === type && PRINTABLE.test(each.value)).map(({ value }) => value);
  return {
    names: {
      'subject-common-name': common.length === 1 ? common.filter((name) => !INVISIBLE.test(name)) : [],
      'san-dns': of('dns').map((name) => name.toLowerCase()),
      'san-email': of('email'),
      'san-uri': of('url'),
    },
    expiresAtMs: certificate.notAfter.getTime(),
  };
}
