// Ranks: texts that keep the order of an ordered-by user list, such that moving an entry changes few of them.

/**
 * A rank is 8 digits of base 36, a place, then more digits where an entry was put between two neighbours. Text order is
 * list order.
 */
export type Rank = string;

const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
const base = digits.length;
const placeLength = 8;
/** In the middle, so that there is room for entries before it and behind it. */
const firstPlace = base ** placeLength / 2;

/**
 * Ranks for entries in their new order. `current[i]` is the rank that entry i has now, or undefined for a new entry.
 * Keeps as many ranks as any answer can; the others are put between their neighbours.
 */
export function assignRanks(current: readonly (Rank | undefined)[]): Rank[] {
  const kept = longestIncreasing(current);
  const ranks: Rank[] = [];
  let at = 0;
  while (at < current.length) {
    const rank = current[at];
    if (kept.has(at) && rank !== undefined) {
      ranks.push(rank);
      at++;
      continue;
    }
    let end = at;
    while (end < current.length && !kept.has(end)) end++;
    ranks.push(...ranksBetween(ranks.at(-1), current[end], end - at));
    at = end;
  }
  return ranks;
}

/** `count` ranks in order, above `low` and below `high`; undefined stands for an end of the list. */
export function ranksBetween(low: Rank | undefined, high: Rank | undefined, count: number): Rank[] {
  if (high === undefined) {
    const first = low === undefined ? firstPlace : placeOf(low) + 1;
    return Array.from({ length: count }, (_, i) => rankOf(first + i));
  }
  if (low === undefined) {
    const first = placeOf(high) - count;
    return Array.from({ length: count }, (_, i) => rankOf(first + i));
  }
  if (count === 0) return [];
  // Halving keeps the length of the texts logarithmic in the number of entries put in at once.
  const left = Math.floor((count - 1) / 2);
  const middle = middleOf(low, high);
  return [...ranksBetween(low, middle, left), middle, ...ranksBetween(middle, high, count - 1 - left)];
}

function placeOf(rank: Rank): number {
  return Number.parseInt(rank.slice(0, placeLength), base);
}

function rankOf(place: number): Rank {
  return place.toString(base).padStart(placeLength, '0');
}

/** A text between two others, read as fractions in base 36; behind the place it never ends with the lowest digit. */
function middleOf(low: Rank, high: Rank): Rank {
  let rank = '';
  let belowHigh = false;
  for (let i = 0; ; i++) {
    const from = i < low.length ? digits.indexOf(low[i] ?? '') : 0;
    const to = belowHigh || i >= high.length ? base : digits.indexOf(high[i] ?? '');
    if (to - from > 1) return (rank + digits[from + Math.floor((to - from) / 2)]).padEnd(placeLength, '0');
    rank += digits[from];
    if (to > from) belowHigh = true;
  }
}

/** Indexes of a longest strictly increasing subsequence of the ranks that are there. O(n log n). */
function longestIncreasing(ranks: readonly (Rank | undefined)[]): Set<number> {
  const tails: number[] = [];
  const previous: number[] = [];
  for (const [i, rank] of ranks.entries()) {
    if (rank === undefined) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranks[tails[middle] ?? 0] ?? '') < rank) low = middle + 1;
      else high = middle;
    }
    previous[i] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = i;
  }
  const kept = new Set<number>();
  for (let i = tails.at(-1) ?? -1; i >= 0; i = previous[i] ?? -1) kept.add(i);
  return kept;
}
