// Which decisions change from one policy to another: exactly, and in as few words as need be.

import type { Path } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import { ACTIONS, type Action } from './action.ts';
import { examplePath } from './example-path.ts';
import { type Holder, holdersOf, identityOf } from './holders.ts';
import type { PolicyView, ViewedTarget } from './policy-view.ts';
import { type Area, difference, NOWHERE, type Region, regionId } from './region.ts';

/** Decisions about one holder in one target that change alike. */
export interface Flip {
  readonly holder: Holder;
  readonly target: ViewedTarget;
  readonly actions: readonly Action[];
  /** What they will be; what they are is the opposite. */
  readonly allowed: boolean;
  readonly region: Region;
  /** A path in the region. */
  readonly example: Path;
}

/**
 * A decision of `before` about a user or group differs from that of `after` if and only if its path lies in a flip's region.
 * A target that gets another model loses all that was allowed by the old one. In steps.
 */
export function* flips(before: PolicyView, after: PolicyView): Generator<void, Flip[]> {
  const found: Flip[] = [];
  const differences = new Differences();
  const holders = new Map([...holdersOf(before.policy), ...holdersOf(after.policy)].map((each) => [idOf(each), each]));
  const names = new Set([...before.targets.keys(), ...after.targets.keys()]);
  for (const holder of holders.values()) {
    const identity = identityOf(holder);
    for (const name of names) {
      const [old, now] = [before.targets.get(name), after.targets.get(name)];
      const sameModel = old?.root === now?.root;
      const groups = new Map<string, { actions: Action[]; flip: Omit<Flip, 'actions' | 'example'> }>();
      for (const action of ACTIONS) {
        yield;
        const was = old === undefined ? NOWHERE : before.areaOf(identity, old, action);
        const is = now === undefined ? NOWHERE : after.areaOf(identity, now, action);
        const tell = (target: ViewedTarget | undefined, area: Area, other: Area, allowed: boolean): void => {
          if (target === undefined) return;
          for (const region of differences.of(target.root, area, other)) {
            const id = JSON.stringify([allowed, regionId(region)]);
            const group = groups.get(id);
            if (group !== undefined) group.actions.push(action);
            else groups.set(id, { actions: [action], flip: { holder, target, allowed, region } });
          }
        };
        tell(old, was, sameModel ? is : NOWHERE, false);
        tell(now, is, sameModel ? was : NOWHERE, true);
      }
      for (const { actions, flip } of groups.values()) {
        // What is there says more than what could be created.
        const action = actions.find((each) => each === 'read' || each === 'update' || each === 'delete') ?? 'create';
        found.push({ ...flip, actions, example: examplePath(flip.target, flip.region, action) });
      }
    }
  }
  return found;
}

function idOf({ kind, name }: Holder): string {
  return `${kind} ${name}`;
}

/** Differences of areas, each made once: many users have the same roles. */
class Differences {
  readonly #known = new Map<Area, Map<Area, readonly Region[]>>();

  of(root: SchemaNode, area: Area, other: Area): readonly Region[] {
    if (area === other || area.allow.length === 0) return [];
    const known = this.#known.get(area) ?? new Map<Area, readonly Region[]>();
    this.#known.set(area, known);
    let regions = known.get(other);
    if (regions === undefined) {
      regions = difference(root, area, other);
      known.set(other, regions);
    }
    return regions;
  }
}
