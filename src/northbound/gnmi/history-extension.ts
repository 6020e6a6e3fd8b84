// The history extension: a moment or a span of the past to read instead of the present. [gnmi-history]

import { EdgeconfError } from '../../errors.ts';
import type { Extension } from '../../proto/gnmi.ts';
import { wellKnown } from './extensions.ts';

/** Times are ns since the epoch; a range has its start and not its end. */
export type History =
  | { readonly kind: 'snapshot'; readonly timeNs: bigint }
  | { readonly kind: 'range'; readonly startNs: bigint; readonly endNs: bigint };

/** @throws EdgeconfError INVALID_ARGUMENT naming what does not fit the mode, or a range that ends before it starts. */
export function historyOf(extensions: readonly Extension[] | undefined, mode: string): History | undefined {
  const history = wellKnown(extensions, 'history');
  if (history === undefined) return undefined;
  if (history.range !== undefined && history.range !== null) {
    if (mode !== 'STREAM') throw invalid(`extension history: a range needs mode STREAM, not ${mode}`);
    const startNs = BigInt(`${history.range.start ?? 0}`);
    const endNs = BigInt(`${history.range.end ?? 0}`);
    if (startNs > endNs) throw invalid(`extension history: the range starts at ${startNs}, behind its end ${endNs}`);
    return { kind: 'range', startNs, endNs };
  }
  if (history.request !== 'snapshot_time') {
    throw invalid("extension history: set 'snapshot_time' or 'range'");
  }
  if (mode !== 'ONCE') throw invalid(`extension history: a snapshot needs mode ONCE, not ${mode}`);
  return { kind: 'snapshot', timeNs: BigInt(`${history.snapshot_time ?? 0}`) };
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
