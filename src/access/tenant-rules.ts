// One user's rules in one tenant, compiled per action and model when they are first asked for.

import type { SchemaNode } from '../schema/schema-node.ts';
import type { Action } from './action.ts';
import { PathRules } from './path-rules.ts';
import { PLATFORM } from './platform-target.ts';
import { type PolicyLine, ruleHoldsFor } from './policy-enforcer.ts';

/** Targets that no rule names share what is compiled, so the cost does not grow with the number of targets. */
export class TenantRules {
  readonly #lines: readonly PolicyLine[];
  readonly #named: ReadonlySet<string>;
  readonly #compiled = new Map<string, WeakMap<SchemaNode, PathRules>>();

  constructor(lines: readonly PolicyLine[]) {
    this.#lines = lines;
    this.#named = new Set([PLATFORM, ...lines.map((line) => line.target)]);
  }

  /** Names of targets for which other rules hold than for those that no rule names. */
  get named(): ReadonlySet<string> {
    return this.#named;
  }

  /** @param root of the target's model. */
  rules(target: string, action: Action, root: SchemaNode): PathRules {
    const scope = this.#named.has(target) ? target : '*';
    const id = `${action} ${scope}`;
    const byModel = this.#compiled.get(id) ?? new WeakMap<SchemaNode, PathRules>();
    this.#compiled.set(id, byModel);
    let rules = byModel.get(root);
    if (rules === undefined) {
      const lines = this.#lines.filter((line) => line.action === action && ruleHoldsFor(line.target, scope));
      rules = new PathRules(root, lines);
      byModel.set(root, rules);
    }
    return rules;
  }
}
