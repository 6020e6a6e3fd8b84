// Our registered extension of Set: the client asks for a certificate of what the transaction touched, the answer has it.

import type { Extension } from './gnmi.ts';
import { messageType } from './load.ts';

/** Its number, next to our other one. docs/gnmi-extensions.md describes it for clients. */
export const TRANSACTION_CERTIFICATE = 9340;

/** See proto/edgeconf/gnmi/v1/certificate.proto. */
export interface TransactionCertificate {
  readonly revision: number;
  readonly targets: readonly CertifiedTarget[];
  readonly documents: readonly CertifiedDocument[];
  readonly unnamed_documents: number;
  readonly other_tenants: readonly string[];
  readonly unnamed_tenants: number;
}

export interface CertifiedTarget {
  readonly name: string;
  readonly tenant: string;
  readonly written: boolean;
  readonly read: boolean;
}

export interface CertifiedDocument {
  readonly device: string;
  readonly document: string;
  readonly target: string;
  readonly removed: boolean;
}

/** What members that are not on the wire read as. [proto3] */
const blankTarget: CertifiedTarget = { name: '', tenant: '', written: false, read: false };
const blankDocument: CertifiedDocument = { device: '', document: '', target: '', removed: false };

const type = messageType<TransactionCertificate>('edgeconf.gnmi.v1.TransactionCertificate');

/** The extension that asks for a certificate. */
export function certificateRequest(): Extension {
  return { registered_ext: { id: TRANSACTION_CERTIFICATE, msg: new Uint8Array() } };
}

export function certificateExtension(certificate: TransactionCertificate): Extension {
  return { registered_ext: { id: TRANSACTION_CERTIFICATE, msg: type.encode(certificate) } };
}

/** The certificate that a response carries; undefined when it has none. */
export function certificateOf(response: { extension?: Extension[] }): TransactionCertificate | undefined {
  const found = response.extension?.find(({ registered_ext }) => registered_ext?.id === TRANSACTION_CERTIFICATE);
  const msg = found?.registered_ext?.msg;
  if (msg === undefined) return undefined;
  const { revision, targets, documents, unnamed_documents, other_tenants, unnamed_tenants } = type.decode(msg);
  return {
    revision: Number(revision),
    targets: targets.map((target) => ({ ...blankTarget, ...target })),
    documents: documents.map((document) => ({ ...blankDocument, ...document })),
    unnamed_documents,
    other_tenants,
    unnamed_tenants,
  };
}
