// Timestamps of answers, ns since the epoch. [gNMI 2.2.1]

import Long from 'long';
import type { GnmiDeps } from './gnmi-deps.ts';

/**
 * The time of the data that is read now: when its last revision was committed, so that every later change has a later
 * timestamp. Before the first commit it is the clock's time.
 */
export function dataTimeNs({ datastore, nowNs }: Pick<GnmiDeps, 'datastore' | 'nowNs'>): bigint {
  const { timeNs } = datastore.head;
  return timeNs > 0n ? timeNs : nowNs();
}

export function toTimestamp(timeNs: bigint): Long {
  return Long.fromBigInt(timeNs);
}
