// The registered extension in which a SetResponse tells the revision that it was accepted as.

import protobuf from 'protobufjs/minimal.js';
import type { Extension } from './gnmi.ts';

/** Number of the TransactionInfo extension that clients of Aether know: `{id = 1 string, index = 2 uint64}`. */
export const TRANSACTION_INFO = 110;

/** The extension for a revision. */
export function transactionInfo(revision: number): Extension {
  const msg = protobuf.Writer.create().uint32(10).string(String(revision)).uint32(16).uint64(revision).finish();
  return { registered_ext: { id: TRANSACTION_INFO, msg } };
}

/** The revision that a response carries; undefined when it has no such extension. */
export function revisionOf(response: { extension?: Extension[] }): number | undefined {
  const msg = response.extension?.find((extension) => extension.registered_ext?.id === TRANSACTION_INFO)?.registered_ext
    ?.msg;
  if (msg === undefined) return undefined;
  const reader = protobuf.Reader.create(msg);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 16) return Number(reader.uint64().toString());
    reader.skipType(tag & 7);
  }
  return undefined;
}
