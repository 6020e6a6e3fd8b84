// Why somebody may do something or may not, and who may: answers with the rules that decide.

import type { PathQuery } from '../schema/path.ts';
import type { Action } from './action.ts';
import { type Holder, holdersOf, identityOf } from './holders.ts';
import type { Identity } from './identity.ts';
import type { HeldRule, PolicyView, ViewedTarget } from './policy-view.ts';
import { contains, meeting } from './region.ts';

/** What is asked: may somebody do this at a path and below it. */
export interface Question {
  readonly target: ViewedTarget;
  readonly action: Action;
  readonly query: PathQuery;
}

/** A rule that says something about what was asked. */
export interface AppliedRule extends HeldRule {
  /** Whether it speaks about all of it, or about a part. */
  readonly extent: 'all' | 'part';
}

export interface Explanation {
  /** As `Grants.covers`: true for all at and below the path, false for nothing, 'some' when it depends on the path. */
  readonly verdict: boolean | 'some';
  /** Every rule that applies, the one that decides first. Without an allowing one it is that no rule allows it. */
  readonly rules: readonly AppliedRule[];
}

/** Answers what the same identity's grants answer, and why. */
export function explain(view: PolicyView, identity: Identity, { target, action, query }: Question): Explanation {
  const verdict = view.compiled(target, view.areaOf(identity, target, action)).covers(query);
  const applied = view.rulesOf(identity, target, action).flatMap((rule): AppliedRule[] => {
    if (rule.queries.some((other) => contains(other, query))) return [{ ...rule, extent: 'all' }];
    return rule.queries.some((other) => meeting(other, query) !== undefined) ? [{ ...rule, extent: 'part' }] : [];
  });
  // A denial of all decides before any allowance. Of all that is allowed no denial applies, so the order holds there too.
  const weight = ({ extent, rule }: AppliedRule): number =>
    (extent === 'all' ? 0 : 2) + (rule.effect === 'deny' ? 0 : 1);
  return { verdict, rules: applied.sort((a, b) => weight(a) - weight(b)) };
}

/** Somebody who may do what was asked, or a part of it. */
export interface Able extends Explanation {
  readonly holder: Holder;
}

/** All users who may do it, and the groups whose members may. In steps: there may be many of them. */
export function* whoCan(view: PolicyView, question: Question): Generator<void, Able[]> {
  const found: Able[] = [];
  for (const holder of holdersOf(view.policy)) {
    const identity = identityOf(holder);
    const area = view.areaOf(identity, question.target, question.action);
    yield;
    // To look at every rule is only worth it for those who may.
    if (view.compiled(question.target, area).covers(question.query) === false) continue;
    found.push({ holder, ...explain(view, identity, question) });
  }
  return found;
}
