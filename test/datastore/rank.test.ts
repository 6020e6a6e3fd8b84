// Ranks keep any order, and change as few entries as possible.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assignRanks, ranksBetween } from '../../src/datastore/rank.ts';

describe('ranks', () => {
  const rising = (ranks: readonly string[]) => ranks.every((rank, i) => i === 0 || (ranks[i - 1] ?? '') < rank);

  it('an entry at the end gets the place after the last one', () => {
    const [a = '', b = ''] = assignRanks([undefined, undefined]);
    assert.deepEqual([a, b], ['i0000000', 'i0000001']);
    assert.deepEqual(assignRanks([a, b, undefined]), [a, b, 'i0000002']);
  });

  it('an entry at the front gets the place before the first one', () => {
    assert.deepEqual(assignRanks([undefined, 'i0000000']), ['hzzzzzzz', 'i0000000']);
  });

  it('an entry between neighbours gets a longer rank and leaves theirs alone', () => {
    assert.deepEqual(assignRanks(['i0000000', undefined, 'i0000001']), ['i0000000', 'i0000000i', 'i0000001']);
  });

  it('moving one entry of a hundred changes one rank', () => {
    const ranks: (string | undefined)[] = assignRanks(new Array(100).fill(undefined));
    const [moved] = ranks.splice(80, 1);
    ranks.splice(3, 0, moved);
    const assigned = assignRanks(ranks);
    assert.equal(assigned.filter((rank, i) => rank !== ranks[i]).length, 1);
    assert.ok(rising(assigned));
  });

  it('a thousand entries put one by one at the same place keep ranks in order', () => {
    const ranks = assignRanks([undefined, undefined]);
    for (let i = 0; i < 1000; i++) ranks.splice(1, 0, ...ranksBetween(ranks[0], ranks[1], 1));
    assert.ok(rising(ranks));
  });

  it('ten thousand entries put in at once between two get short ranks', () => {
    const ranks = ranksBetween('i0000000', 'i0000001', 10_000);
    assert.ok(rising(['i0000000', ...ranks, 'i0000001']));
    assert.ok(Math.max(...ranks.map((rank) => rank.length)) <= 13);
  });

  it('after any moves, insertions and removals ranks are in order and as many as possible stay', () => {
    const step = fc.record({ take: fc.nat(), put: fc.nat(), kind: fc.constantFrom('move', 'insert', 'remove') });
    fc.assert(
      fc.property(fc.nat(8), fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 30 }), (size, rounds) => {
        let ranks = assignRanks(new Array(size).fill(undefined));
        for (const round of rounds) {
          const next: (string | undefined)[] = [...ranks];
          for (const { take, put, kind } of round) {
            if (kind === 'insert') next.splice(put % (next.length + 1), 0, undefined);
            else if (next.length > 0) {
              const [taken] = next.splice(take % next.length, 1);
              if (kind === 'move') next.splice(put % (next.length + 1), 0, taken);
            }
          }
          const assigned = assignRanks(next);
          assert.ok(rising(assigned), assigned.join(' '));
          const kept = assigned.filter((rank, i) => rank === next[i]).length;
          assert.equal(kept, longestRise(next));
          ranks = assigned;
        }
      }),
    );
  });
});

/** Length of the longest rising subsequence, by the plain quadratic rule. */
function longestRise(ranks: readonly (string | undefined)[]): number {
  const best: number[] = [];
  for (const [i, rank] of ranks.entries()) {
    best[i] = 0;
    if (rank === undefined) continue;
    best[i] = 1;
    for (let j = 0; j < i; j++) {
      const other = ranks[j];
      if (other !== undefined && other < rank) best[i] = Math.max(best[i] ?? 0, (best[j] ?? 0) + 1);
    }
  }
  return Math.max(0, ...best);
}
