// Rules about one action in one model, compiled so that a decision does not depend on how many rules there are.

import type { Path, PathQuery } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { Rule } from './policy.ts';
import { QueryIndex } from './query-index.ts';
import type { Area } from './region.ts';
import { parseRulePath, resolveRulePath } from './rule-path.ts';

/** Deny wins; what no rule allows is denied. */
export class PathRules {
  readonly #allow: QueryIndex;
  readonly #deny: QueryIndex;

  constructor(root: SchemaNode, rules: Iterable<Pick<Rule, 'path' | 'effect'>>) {
    this.#allow = new QueryIndex(root);
    this.#deny = new QueryIndex(root);
    const allowed: PathQuery[] = [];
    for (const { path, effect } of rules) {
      const queries = resolveRulePath(parseRulePath(path), effect, root);
      if (effect === 'deny') for (const query of queries) this.#deny.add(query);
      else allowed.push(...queries);
    }
    this.#addAllowed(allowed);
  }

  /** Of rules whose paths are resolved already. */
  static of(root: SchemaNode, { allow, deny }: Omit<Area, 'signature'>): PathRules {
    const rules = new PathRules(root, []);
    for (const query of deny) rules.#deny.add(query);
    rules.#addAllowed(allow);
    return rules;
  }

  #addAllowed(queries: readonly PathQuery[]): void {
    // An allowance that is denied as a whole would make its target look reachable.
    for (const query of queries) if (!this.#deny.coversAll(query)) this.#allow.add(query);
  }

  /** Whether a concrete path is allowed. */
  decide(path: Path): boolean {
    return this.#allow.coversAll(path) && !this.#deny.coversAll(path);
  }

  /** true: all at and below the query is allowed; false: nothing is; 'some': it depends on the path. */
  covers(query: PathQuery): boolean | 'some' {
    if (this.#deny.coversAll(query) || !this.#allow.touches(query)) return false;
    return this.#allow.coversAll(query) && !this.#deny.touches(query) ? true : 'some';
  }

  /** What rules allow, each allowance on its own; parts of it may be denied. */
  get allowances(): Iterable<PathQuery> {
    return this.#allow;
  }

  get denials(): Iterable<PathQuery> {
    return this.#deny;
  }

  /** Whether one allowance covers all at and below the query; parts of it may be denied. */
  allowsAll(query: PathQuery): boolean {
    return this.#allow.coversAll(query);
  }

  /** Whether one denial covers all at and below the query. */
  deniesAll(query: PathQuery): boolean {
    return this.#deny.coversAll(query);
  }

  /** The parts of a query that are denied. */
  deniedIn(query: PathQuery): readonly PathQuery[] {
    return this.#deny.common(query);
  }
}
