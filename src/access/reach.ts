// Everything that somebody may do: in each target, for each action, the paths.

import { ACTIONS, type Action } from './action.ts';
import type { Identity } from './identity.ts';
import type { PolicyView, ViewedTarget } from './policy-view.ts';
import { allowedRegions, type Region, regionId } from './region.ts';

/** Actions that are allowed for the same paths of a target. */
export interface Reach {
  readonly target: ViewedTarget;
  readonly actions: readonly Action[];
  /** None of them lies within another. */
  readonly regions: readonly Region[];
}

/** Targets in which nothing is allowed are left out. */
export function* reach(view: PolicyView, identity: Identity): Generator<void, Reach[]> {
  const found: Reach[] = [];
  for (const target of view.targets.values()) {
    const same = new Map<string, { target: ViewedTarget; actions: Action[]; regions: readonly Region[] }>();
    for (const action of ACTIONS) {
      const regions = allowedRegions(target.root, view.areaOf(identity, target, action));
      yield;
      if (regions.length === 0) continue;
      const id = regions.map(regionId).join();
      const known = same.get(id);
      if (known === undefined) same.set(id, { target, actions: [action], regions });
      else known.actions.push(action);
    }
    found.push(...same.values());
  }
  return found;
}
