// What to leave out to see whether the oracle notices.
import { type Context, type DependencyKind, dependencyKinds } from 'libyang-wasm';
import { runBoth, type Stage } from './compare.ts';
import { type EditMaker, Numbers } from './random-tree-edits.ts';

export const mutants: readonly DependencyKind[] = dependencyKinds;

/** Number of the sequence in which leaving the kind out shows, or undefined when none of `atMost` does. */
export function sequenceThatKills(
  context: Context,
  base: string,
  maker: EditMaker,
  kind: DependencyKind,
  atMost: number,
): number | undefined {
  const tally = { kept: 0, refused: 0, fullStages: 0 };
  for (let sequence = 0; sequence < atMost; sequence++) {
    const numbers = new Numbers(sequence);
    const stages = Array.from({ length: 12 }, (): Stage => {
      const seeds = Array.from({ length: 1 + numbers.below(3) }, () => numbers.below(2 ** 30));
      return { seeds, end: 'keep' };
    });
    try {
      // Loading is full validation, which needs no dependencies.
      context.omitDependencies([kind]);
      runBoth(context, base, maker, stages, tally);
    } catch {
      return sequence;
    } finally {
      context.omitDependencies([]);
    }
  }
  return undefined;
}
