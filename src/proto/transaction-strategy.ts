// The registered extension in which clients of Aether ask a Set or Get to wait for the devices.

import protobuf from 'protobufjs/minimal.js';
import { EdgeconfError } from '../errors.ts';
import type { Extension } from './gnmi.ts';

/** Number of the TransactionStrategy extension: `{synchronicity = 1, isolation = 2}`, both enums. */
export const TRANSACTION_STRATEGY = 111;

export interface TransactionStrategy {
  /** Whether the answer waits until the devices have taken the change. */
  readonly synchronous: boolean;
}

/** The extension that asks to wait, or not to. */
export function transactionStrategy({ synchronous }: TransactionStrategy): Extension {
  const writer = protobuf.Writer.create();
  if (synchronous) writer.uint32(8).int32(1);
  return { registered_ext: { id: TRANSACTION_STRATEGY, msg: writer.finish() } };
}

/**
 * Reads the extension's message. Transactions are always serializable, so either isolation is what the client gets.
 * @throws EdgeconfError INVALID_ARGUMENT when it cannot be read or has a value that is not known.
 */
export function decodeTransactionStrategy(msg: Uint8Array): TransactionStrategy {
  let synchronicity = 0;
  let isolation = 0;
  try {
    const reader = protobuf.Reader.create(msg);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === 8) synchronicity = reader.int32();
      else if (tag === 16) isolation = reader.int32();
      else reader.skipType(tag & 7);
    }
  } catch {
    throw invalid('it is not a TransactionStrategy message');
  }
  if (synchronicity !== 0 && synchronicity !== 1) {
    throw invalid(`synchronicity ${synchronicity} is not known; use 0 (asynchronous) or 1 (synchronous)`);
  }
  if (isolation !== 0 && isolation !== 1) {
    throw invalid(`isolation ${isolation} is not known; use 0 (default) or 1 (serializable)`);
  }
  return { synchronous: synchronicity === 1 };
}

function invalid(reason: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', `registered extension ${TRANSACTION_STRATEGY}: ${reason}`);
}
