// What somebody may do after a change of the policy and not before, as parts of a model's tree.

import type { PathQuery } from '../schema/path.ts';
import type { PathRules } from './path-rules.ts';

/** All that is allowed by `after` and not by `before` lies in these parts. They may say too much, never too little. */
export function* gained(before: PathRules | undefined, after: PathRules): Generator<PathQuery, void> {
  for (const part of after.allowances) {
    if (before?.allowsAll(part) !== true) yield part;
    else for (const denied of before.deniedIn(part)) if (!after.deniesAll(denied)) yield denied;
  }
}

/** What is denied no longer. It can be a gain for whoever has other roles beside these. */
export function* released(before: PathRules | undefined, after: PathRules): Generator<PathQuery, void> {
  for (const part of before?.denials ?? []) if (!after.deniesAll(part)) yield part;
}

/** Whether a holder has all of a part but for what `after` denies anyway. Never too often. */
export function holds(holder: PathRules, part: PathQuery, after: PathRules): boolean {
  return holder.allowsAll(part) && holder.deniedIn(part).every((denied) => after.deniesAll(denied));
}
