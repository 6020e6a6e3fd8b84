// Changes that a STREAM has yet to tell: the latest value of each path, however many commits pass while the client is slow.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Path } from '../../schema/path.ts';
import { decodeKey, encodeKey, type RowKey } from '../../schema/row-key.ts';
import { Bundle } from './bundle.ts';
import type { Feed, Picked } from './feeds.ts';
import type { GnmiLimits } from './limits.ts';
import { leafValue, type ServedEncoding } from './value-encoding.ts';

interface Pending {
  readonly feed: Feed;
  readonly key: RowKey;
  /** Whether the client holds a value that it would have to forget. */
  readonly clientHas: boolean;
  readonly after: string | undefined;
  readonly timeNs: bigint;
  /** Values that were overtaken before they could be sent. [gNMI 2.1] */
  readonly duplicates: number;
}

/** Holds at most one entry for each path that the client knows or that exists now. */
export class ChangeQueue {
  readonly #limits: GnmiLimits;
  readonly #encoding: ServedEncoding;
  /** By target and row key; ordered by commit as an entry that changes again moves to the end. */
  #pending = new Map<string, Pending>();
  /** The state behind the last change of each target. */
  readonly #latest = new Map<string, Snapshot>();
  /** The branch that was deleted last; what follows below it in key order needs no delete of its own. */
  #deleted = '';

  constructor(limits: GnmiLimits, encoding: ServedEncoding) {
    this.#limits = limits;
    this.#encoding = encoding;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @param changes of one target in key order. @param after the target's state behind them. */
  add(changes: Iterable<Picked>, after: Snapshot, timeNs: bigint): void {
    this.#latest.set(after.target, after);
    this.#deleted = '';
    this.addMore(changes, after.target, timeNs);
  }

  /** Further changes of the same commit, in key order behind those that were added last. */
  addMore(changes: Iterable<Picked>, target: string, timeNs: bigint): void {
    for (const change of changes) this.#put(change, `${target}\n${change.key}`, timeNs);
  }

  #put({ feed, key, before, after }: Picked, id: string, timeNs: bigint): void {
    const former = this.#pending.get(id);
    const clientHas = former?.clientHas ?? before !== undefined;
    const overtaken = former?.after === undefined ? 0 : 1;
    const duplicates = (former?.duplicates ?? 0) + overtaken;
    this.#pending.delete(id);
    // Came and went unseen: there is nothing to tell, and to keep it would let the queue grow without bound.
    if (!clientHas && after === undefined) return;
    this.#pending.set(id, { feed, key, clientHas, after, timeNs, duplicates });
  }

  /** The next changes, of one commit, as an encoded SubscribeResponse; undefined when all are told. [gNMI 3.5.2.3] */
  take(): Buffer | undefined {
    let bundle: Bundle | undefined;
    let timeNs = 0n;
    for (const [id, pending] of this.#pending) {
      const { prefix } = pending.feed;
      if (bundle !== undefined && (bundle.isFull || pending.timeNs !== timeNs || bundle.prefix !== prefix)) break;
      timeNs = pending.timeNs;
      bundle ??= new Bundle(this.#limits, prefix);
      this.#pending.delete(id);
      this.#tell(pending, bundle);
    }
    if (bundle === undefined) return undefined;
    // All that was taken may have been covered by a delete that is out already.
    return bundle.isEmpty ? this.take() : bundle.take(timeNs);
  }

  #tell({ feed, key, after, duplicates }: Pending, bundle: Bundle): void {
    const snapshot = this.#latest.get(feed.target);
    if (snapshot === undefined) return;
    if (after === undefined && this.#deleted !== '' && `${feed.target}\n${key}`.startsWith(this.#deleted)) return;
    const path = decodeKey(snapshot.model.root, key);
    if (after === undefined) {
      const gone = highestGone(snapshot, path, feed.query.length);
      this.#deleted = `${feed.target}\n${encodeKey(gone)}`;
      bundle.delete(feed.style.print(gone));
      return;
    }
    const node = path.at(-1)?.node;
    const val = node === undefined ? undefined : leafValue(node, after, this.#encoding);
    if (val !== undefined) bundle.update(feed.style.print(path), val, duplicates, key.length + after.length);
  }
}

/**
 * The highest node on the way to a vanished leaf that vanished with it, but none above what was subscribed to: one delete
 * then says it for the whole branch. [gNMI 3.5.2.3]
 */
export function highestGone(snapshot: Snapshot, leaf: Path, atLeast: number): Path {
  for (let length = Math.max(1, atLeast); length < leaf.length; length++) {
    const path = leaf.slice(0, length);
    const node = path.at(-1)?.node;
    // Defaults in use keep a container there even without rows, as long as its parent is.
    const mayHoldDefaults = node?.kind === 'container' && !node.presence && node.hasDefaultsBelow;
    if (!mayHoldDefaults && !snapshot.has(encodeKey(path))) return path;
  }
  return leaf;
}
