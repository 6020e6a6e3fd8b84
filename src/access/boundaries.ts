// Requests on both sides of what everybody may do: what an author of a policy confirms once and keeps as tests.

import type { Path, PathQuery } from '../schema/path.ts';
import { queryOf } from '../schema/path.ts';
import { ACTIONS, type Action } from './action.ts';
import { leafPath } from './example-path.ts';
import { heldAssignments } from './held-roles.ts';
import type { Identity } from './identity.ts';
import type { PolicyView, ViewedTarget } from './policy-view.ts';
import { type Reach, reach } from './reach.ts';
import type { Region } from './region.ts';
import { EVERYWHERE } from './subjects.ts';

/** Of one user in one target: of more regions than a person looks at, the rest are alike. */
const mostRegions = 50;

/** A request, and what is decided about it. */
export interface Boundary {
  readonly user: string;
  readonly action: Action;
  readonly target: ViewedTarget;
  readonly path: Path;
  readonly allowed: boolean;
  /** `inside` and `outside` of what the user may do in a target; `crossing` is about another tenant's target. */
  readonly why: 'inside' | 'outside' | 'crossing';
}

/**
 * For each user and each region that is allowed, but once for users with the same roles: a request just inside and one just outside of it. For each two tenants: a
 * request of a user of one about a target of the other. No configuration is looked at, so the requests stay the same while
 * the policy does. In steps.
 */
export function* boundaries(view: PolicyView): Generator<void, Boundary[]> {
  const found = new Map<string, Boundary>();
  const crossed = new Set<string>();
  const seen = new Set<string>();
  for (const user of view.policy.users.keys()) {
    const identity: Identity = { name: user, groups: [] };
    const given = heldAssignments(view.policy, identity);
    const roles = JSON.stringify(given.map(({ tenant, role }) => [tenant, role]).sort());
    if (seen.has(roles)) continue;
    seen.add(roles);
    const tell = (why: Boundary['why'], target: ViewedTarget, action: Action, path: Path): void => {
      const verdict = view.compiled(target, view.areaOf(identity, target, action)).covers(queryOf(path));
      // One that depends on what is below would say nothing clear.
      if (verdict === 'some' || (why !== 'crossing' && verdict !== (why === 'inside'))) return;
      const boundary = { user, action, target, path, allowed: verdict, why };
      const id = JSON.stringify([user, action, target.name, idOf(path)]);
      if (!found.has(id)) found.set(id, boundary);
    };
    const parts = yield* reach(view, identity);
    for (const part of parts) {
      const [action] = part.actions;
      if (action === undefined) continue;
      for (const region of part.regions.slice(0, mostRegions)) {
        yield;
        const inside = leafPath(part.target.root, region);
        tell('inside', part.target, action, inside);
        for (const path of outside(part, region)) tell('outside', part.target, action, path);
        const other = ACTIONS.find((each) =>
          parts.every(({ target, actions }) => target !== part.target || !actions.includes(each)),
        );
        if (other !== undefined) tell('outside', part.target, other, inside);
      }
    }
    const homes = new Set(given.map(({ tenant }) => tenant));
    if (homes.has(EVERYWHERE)) continue;
    const [first] = parts;
    const [action] = first?.actions ?? [];
    const [region] = first?.regions ?? [];
    if (first === undefined || action === undefined || region === undefined) continue;
    for (const target of view.targets.values()) {
      for (const home of homes) {
        const pair = JSON.stringify([home, target.tenant]);
        if (home === target.tenant || crossed.has(pair)) continue;
        crossed.add(pair);
        const same = target.root === first.target.root;
        tell('crossing', target, action, leafPath(target.root, same ? region : { query: [], except: [] }));
      }
    }
  }
  return [...found.values()];
}

/** Paths that are as near to the region as can be and may be outside of it; one that is inside of another is left out later. */
function outside({ target, regions }: Reach, { query, except }: Region): Path[] {
  const [missing] = except;
  if (missing !== undefined) return [leafPath(target.root, { query: missing, except: [] })];
  const near = otherKey(query) ?? otherNode(query);
  if (near === undefined) return [];
  const without = regions.map((region) => region.query);
  return [leafPath(target.root, { query: near, except: without })];
}

/** The same place with the last given key left open, so that another value is made up for it. */
function otherKey(query: PathQuery): PathQuery | undefined {
  const at = query.findLastIndex(({ keys }) => keys.some((key) => key !== undefined));
  const elem = query[at];
  if (elem === undefined) return undefined;
  const k = elem.keys.findLastIndex((key) => key !== undefined);
  return query.with(at, { node: elem.node, keys: elem.keys.with(k, undefined) });
}

/** The node above: another one below it is looked for. */
function otherNode(query: PathQuery): PathQuery | undefined {
  return query.length === 0 ? undefined : query.slice(0, -1);
}

function idOf(path: Path): unknown {
  return path.map(({ node, keys }) => [node.segment, ...(keys ?? [])]);
}
