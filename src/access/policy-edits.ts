// Who can change the policy itself: the parts of the platform target that decide who may do what.

import type { PathQuery } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { Action } from './action.ts';
import { type ExampleRequest, examplePath } from './example-path.ts';
import type { Identity } from './identity.ts';
import { PLATFORM } from './platform-target.ts';
import type { HeldRule, PolicyView } from './policy-view.ts';
import { meeting, regionOf } from './region.ts';
import { parseRulePath, resolveRulePath } from './rule-path.ts';

const EDITING: readonly Action[] = ['create', 'update', 'delete'];

/**
 * Whoever changes one of these can make themselves, or somebody whose password they set, what they like. That a new target
 * gets a tenant takes nothing from anybody.
 */
const DECISIVE: Readonly<Record<string, readonly Action[]>> = {
  '/user/password-hash': EDITING,
  '/user/group': EDITING,
  '/user/role': EDITING,
  '/group/role': EDITING,
  '/role/inherits': EDITING,
  '/role/rule': EDITING,
  '/authentication': EDITING,
  '/target/tenant': ['update'],
};

export interface PolicyEdits {
  /** All of the platform target may be changed. */
  readonly operator: boolean;
  /** The smallest request for each action that is possible. */
  readonly requests: readonly ExampleRequest[];
  readonly rules: readonly HeldRule[];
}

/** What an identity can change of the policy. */
export function policyEdits(view: PolicyView, identity: Identity): PolicyEdits {
  const target = view.targets.get(PLATFORM);
  if (target === undefined) return { operator: false, requests: [], rules: [] };
  const requests: ExampleRequest[] = [];
  const rules = new Map<string, HeldRule>();
  let operator = true;
  for (const action of EDITING) {
    const decisive = decisiveQueries(target.root, action);
    const { allow, deny } = view.areaOf(identity, target, action);
    operator &&= deny.length === 0 && allow.some((query) => query.length === 0);
    const regionsOf = (queries: readonly PathQuery[]) =>
      queries.flatMap((query) =>
        decisive.flatMap((part) => {
          const both = meeting(query, part);
          const region = both === undefined ? undefined : regionOf(target.root, both, deny);
          return region === undefined ? [] : [region];
        }),
      );
    const [first] = regionsOf(allow);
    if (first === undefined) continue;
    requests.push({ action, path: examplePath(target, first, action) });
    for (const held of view.rulesOf(identity, target, action)) {
      if (held.rule.effect === 'deny' || regionsOf(held.queries).length === 0) continue;
      rules.set(JSON.stringify([held.origin, held.rule.name]), held);
    }
  }
  return { operator, requests, rules: [...rules.values()] };
}

function decisiveQueries(root: SchemaNode, action: Action): PathQuery[] {
  return Object.entries(DECISIVE)
    .filter(([, actions]) => actions.includes(action))
    .flatMap(([path]) => resolveRulePath(parseRulePath(path), 'allow', root));
}
