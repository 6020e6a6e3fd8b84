// The synchronous strategy of Aether's clients: an answer that waits until the devices have taken the change.

import { EdgeconfError } from '../../errors.ts';
import type { Extension } from '../../proto/gnmi.ts';
import {
  decodeTransactionStrategy,
  TRANSACTION_STRATEGY,
  type TransactionStrategy,
} from '../../proto/transaction-strategy.ts';
import { registered } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';

/** Asynchronous unless the request asks for the other. @throws EdgeconfError INVALID_ARGUMENT for a broken extension. */
export function strategyOf(extensions: readonly Extension[] | undefined): TransactionStrategy {
  const msg = registered(extensions, TRANSACTION_STRATEGY);
  return msg === undefined ? { synchronous: false } : decodeTransactionStrategy(msg);
}

/**
 * Waits until the devices have taken everything up to the revision, when the client asks for it. There is no limit but the
 * client's own deadline: only the client knows how long the answer is of use.
 * @throws EdgeconfError CANCELLED when the client gives up, or what `settled` says of devices that refuse; what was
 * committed stays.
 */
export async function waitForDevices(
  { settled }: GnmiDeps,
  { synchronous }: TransactionStrategy,
  revision: number,
  signal: AbortSignal,
): Promise<void> {
  if (!synchronous || settled === undefined) return;
  try {
    await settled({ revision, signal });
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    throw new EdgeconfError('CANCELLED', `revision ${revision} stands, but the client stopped waiting for the devices`);
  }
}
