// The synchronous strategy of Aether's clients: an answer that waits until the devices have taken the change.

import { EdgeconfError } from '../../errors.ts';
import type { Extension } from '../../proto/gnmi.ts';
import {
  decodeTransactionStrategy,
  TRANSACTION_STRATEGY,
  type TransactionStrategy,
} from '../../proto/transaction-strategy.ts';
import { registered } from './extensions.ts';
import type { GnmiDeps, SettledDocuments } from './gnmi-deps.ts';

/** Asynchronous unless the request asks for the other. @throws EdgeconfError INVALID_ARGUMENT for a broken extension. */
export function strategyOf(extensions: readonly Extension[] | undefined): TransactionStrategy {
  const msg = registered(extensions, TRANSACTION_STRATEGY);
  return msg === undefined ? { synchronous: false } : decodeTransactionStrategy(msg);
}

/**
 * Waits until devices have taken everything of these targets up to the revision, when the client asks for it. There is no
 * limit but the client's own deadline: only the client knows how long the answer is of use.
 * @returns how it ended; undefined when it was not asked for.
 * @throws EdgeconfError CANCELLED when the client gives up; what was committed stays.
 */
export async function waitForDevices(
  { settled }: GnmiDeps,
  { synchronous }: TransactionStrategy,
  { revision, targets }: Waited,
  signal: AbortSignal,
): Promise<SettledDocuments | undefined> {
  if (!synchronous || settled === undefined) return undefined;
  try {
    return await settled({ revision, targets, signal });
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    throw new EdgeconfError('CANCELLED', `revision ${revision} stands, but the client stopped waiting for the devices`);
  }
}

/** What is waited for. */
interface Waited {
  readonly revision: number;
  readonly targets: readonly string[];
}
