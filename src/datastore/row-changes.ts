// Changes as libyang reports them -> changes of rows in key order, the hidden rank rows of user-ordered lists included.

import { decodeChanges, type OrderChange } from 'libyang-wasm';
import { encodeKeyValue, type RowKey, rankKey } from '../schema/row-key.ts';
import { Slices } from '../slices.ts';
import { RowFinder } from './packed-path.ts';
import { assignRanks } from './rank.ts';
import type { Change } from './row.ts';
import type { Snapshot } from './snapshot.ts';

/** Takes in what libyang tells of a staged transaction, chunk by chunk, as changes of rows. */
export class RowChanges {
  readonly #before: Snapshot;
  readonly #finder: RowFinder;
  readonly #changes: Change[] = [];
  /** Rank rows: an entry that went has given up its rank, and may be put elsewhere all the same. */
  readonly #ranks = new Map<RowKey, Change>();
  readonly #orders: OrderChange[] = [];
  readonly #waiting: Uint8Array[] = [];
  readonly #slices = new Slices();
  #reading: Promise<void> | undefined;

  constructor(before: Snapshot) {
    this.#before = before;
    this.#finder = new RowFinder(before.model.root);
  }

  /** Chunks may come faster than they can be read: they wait, so that others get the thread in between. */
  add(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#reading ??= this.#readWaiting();
  }

  async #readWaiting(): Promise<void> {
    for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
      this.#read(chunk);
      await this.#slices.next();
    }
    this.#reading = undefined;
  }

  #read(chunk: Uint8Array): void {
    for (const record of decodeChanges(chunk)) {
      if (record.kind === 'order') {
        this.#orders.push(record);
        continue;
      }
      const { node, key } = this.#finder.find(record.path);
      this.#changes.push({ key, before: record.before, after: record.after });
      const list = node.parent;
      // An entry goes with its key rows, and so does its place in the list.
      if (record.after === undefined && node.isKey && list?.orderedByUser === true) {
        this.#putRank(rankKey(key.slice(0, key.length - node.segment.length - 1)), undefined);
      }
    }
  }

  /** The rows that the transaction changes, in key order, each once and only where before and after differ. */
  async finish(slices: Slices): Promise<Change[]> {
    while (this.#reading !== undefined) await this.#reading;
    for (const order of this.#orders) {
      putRanks(this.#before, this.#finder, order, (key, after) => this.#putRank(key, after));
    }
    for (const change of this.#ranks.values()) this.#changes.push(change);
    return sortedByKey(this.#changes, slices);
  }

  #putRank(key: RowKey, after: string | undefined): void {
    const was = this.#before.get(key)?.value;
    if (was === after) this.#ranks.delete(key);
    else this.#ranks.set(key, { key, before: was, after });
  }
}

function putRanks(
  before: Snapshot,
  finder: RowFinder,
  order: OrderChange,
  put: (key: RowKey, after: string | undefined) => void,
): void {
  const { node: list, key: prefix } = finder.find(order.path);
  const entries = order.entries.map((keys) => {
    let entry = prefix;
    for (const [i, leaf] of list.keys.entries()) entry += encodeKeyValue(leaf, keys[i] ?? '');
    return entry;
  });
  // A rank row holds a JSON string, as every row holds JSON; a rank itself has nothing to escape.
  const ranks = assignRanks(entries.map((entry) => before.get(rankKey(entry))?.value.slice(1, -1)));
  for (const [i, entry] of entries.entries()) put(rankKey(entry), `"${ranks[i]}"`);
}

const runLength = 4096;

/** Sorts short runs and merges them, so that no step is long. What libyang tells is mostly in order already. */
async function sortedByKey(changes: Change[], slices: Slices): Promise<Change[]> {
  let runs: Change[][] = [];
  for (let from = 0; from < changes.length; from += runLength) {
    runs.push(changes.slice(from, from + runLength).sort((a, b) => (a.key < b.key ? -1 : 1)));
    await slices.next();
  }
  while (runs.length > 1) {
    const longer: Change[][] = [];
    for (let i = 0; i < runs.length; i += 2) longer.push(await mergedRuns(runs[i] ?? [], runs[i + 1] ?? [], slices));
    runs = longer;
  }
  return runs[0] ?? [];
}

async function mergedRuns(one: Change[], two: Change[], slices: Slices): Promise<Change[]> {
  if (one.at(-1) === undefined || two[0] === undefined || (one.at(-1) as Change).key < two[0].key)
    return one.concat(two);
  const merged: Change[] = [];
  let [i, k] = [0, 0];
  while (i < one.length || k < two.length) {
    const [a, b] = [one[i], two[k]];
    if (b === undefined || (a !== undefined && a.key < b.key)) {
      merged.push(a as Change);
      i++;
    } else {
      merged.push(b);
      k++;
    }
    if (merged.length % runLength === 0) await slices.next();
  }
  return merged;
}
