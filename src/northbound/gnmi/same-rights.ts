// Whether a caller still sees what a Subscribe began with; when not, only a new one sets right what the client holds.

import type { Identity } from '../../access/identity.ts';
import { EdgeconfError } from '../../errors.ts';
import type { TargetFeeds } from './feeds.ts';

/**
 * Looks again at what is subscribed to. Targets that have come are no reason to end: they join.
 * @param former what was seen before; undefined the first time.
 * @throws EdgeconfError PERMISSION_DENIED when a target is gone or is seen otherwise.
 */
export function lookAgain(former: readonly TargetFeeds[] | undefined, look: () => TargetFeeds[]): TargetFeeds[] {
  if (former === undefined) return look();
  let now: TargetFeeds[];
  try {
    now = look();
  } catch (thrown) {
    throw thrown instanceof EdgeconfError ? changedRights() : thrown;
  }
  const same = former.every(({ target, sights }) => now.find((each) => each.target === target)?.sights === sights);
  if (!same) throw changedRights();
  return now;
}

/** @throws EdgeconfError PERMISSION_DENIED when what proved who calls does not prove the same any more. */
export function checkProof({ proof }: Identity): void {
  if (proof?.holds() === false) throw changedRights();
}

function changedRights(): EdgeconfError {
  return new EdgeconfError(
    'PERMISSION_DENIED',
    'what you may read has changed; subscribe again to see it as it is now',
  );
}
