// What transactions of the platform target change of devices and targets.

import { platformTarget, targetTurns } from '../../datastore/targets.ts';
import type { Candidate } from '../../datastore/transaction.ts';
import { changedDevices } from '../device-registry.ts';

/** Names of the devices that these transactions change. */
export function deviceNames(candidates: readonly Candidate[]): Set<string> {
  const platform = candidates.find(({ target }) => target === platformTarget);
  return platform === undefined ? new Set() : changedDevices(platform.after.model.root, platform.changes);
}

/** Targets that these transactions end, or give another model; they are empty then. */
export function goneTargets(candidates: readonly Candidate[]): string[] {
  const platform = candidates.find(({ target }) => target === platformTarget);
  if (platform === undefined) return [];
  return targetTurns(platform.before, platform.after, platform.changes)
    .filter(({ before, after }) => before !== undefined && before.modelId !== after?.modelId)
    .map(({ name }) => name);
}
