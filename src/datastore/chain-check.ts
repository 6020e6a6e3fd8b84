// Proves the journal's hash chain: what is recent at start, all of it behind the scenes while the service runs.

import { setImmediate as turn } from 'node:timers/promises';
import type { Journal } from './journal.ts';

/** Headers that are proven before a start: what a crash or a bad copy of the folder loses is nearly always recent. */
const recentHeaders = 1_000;
/** Headers that are proven before others get the thread. */
const headersPerTurn = 64;

/** @throws EdgeconfError DATA_LOSS naming the first revision that does not hold. */
export async function checkRecent(journal: Journal): Promise<void> {
  for await (const _ of journal.headers(journal.head.revision - recentHeaders));
}

/**
 * Goes through all headers, a few at a time. O(journal), which is why no start waits for it.
 * @throws EdgeconfError DATA_LOSS naming the first revision that does not hold.
 */
export async function checkChain(journal: Journal, signal: AbortSignal): Promise<void> {
  let proven = 0;
  for await (const _ of journal.headers(1)) {
    proven++;
    if (proven % headersPerTurn === 0) await turn();
    if (signal.aborted) return;
  }
}
