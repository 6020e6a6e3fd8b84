// Gives entries of intent the numbers that devices know them by: rows that the transaction is to write as well.

import type { Snapshot } from '../../datastore/snapshot.ts';
import type { Amendment, Candidate, Edit } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import { formatPath, type Path } from '../../schema/path.ts';
import { decodeKey, encodeKey, encodeName, type RowKey } from '../../schema/row-key.ts';
import type { Allocation } from '../adapter.ts';
import { allocationPath, entryPath, type NumberRow, numberAt, numberChanges, numberLeaf } from './number-rows.ts';
import { type HeldNumbers, Numbers, poolKey } from './numbers.ts';
import type { ListUnit } from './rendering.ts';

/** What one transaction is about. */
export interface Allocating {
  readonly candidates: readonly Candidate[];
  /** Lists that the transaction makes anew. */
  readonly lists: readonly ListUnit[];
  /** A target as it is now, when it is no candidate. */
  readonly snapshot: (target: string) => Snapshot | undefined;
  /** Numbers of what is known, and of other transactions that may be on their way. */
  readonly taken: readonly Numbers[];
  readonly held: HeldNumbers;
  /** Whether somebody else than the service itself asks for the transaction. */
  readonly isAsked: boolean;
}

/** What came of it. */
export interface Allocated {
  /** Edits that the transaction has to make as well; empty when every entry has its number. */
  readonly amendments: readonly Amendment[];
  /** The numbers that this transaction takes. */
  readonly numbers: Numbers;
}

/**
 * Pure. An entry that had a number before the transaction gets the same again; others get the lowest that is free.
 * @throws EdgeconfError FAILED_PRECONDITION when a number that intent names is taken, out of range or of no use, or a pool is
 * used up.
 */
export function allocate(work: Allocating): Allocated {
  const allocator = new Allocator(work);
  allocator.checkGiven();
  for (const list of work.lists) for (const each of list.allocations) allocator.provide(list, each);
  if (work.isAsked) allocator.checkNeeded();
  return { amendments: allocator.amendments(), numbers: allocator.numbers };
}

interface Written {
  readonly edits: Edit[];
  readonly rows: Map<RowKey, string>;
}

class Allocator {
  readonly numbers = new Numbers();
  readonly #work: Allocating;
  readonly #candidates: ReadonlyMap<string, Candidate>;
  readonly #written = new Map<string, Written>();
  /** By pool: all numbers below are taken. */
  readonly #lowest = new Map<string, number>();
  /** Rows of allocations that the transaction itself writes, by row key with the target in front. */
  readonly #given = new Map<string, { readonly target: string; readonly row: NumberRow }>();
  /** Those that entries need. */
  readonly #needed = new Set<string>();

  constructor(work: Allocating) {
    this.#work = work;
    this.#candidates = new Map(work.candidates.map((candidate) => [candidate.target, candidate]));
  }

  amendments(): Amendment[] {
    return [...this.#written].map(([target, { edits, rows }]) => ({ target, edits, rows }));
  }

  /** Numbers that the transaction's edits name. */
  checkGiven(): void {
    for (const { target, after, changes } of this.#work.candidates) {
      for (const { before: _, after: number, ...place } of numberChanges(after.model.root, changes)) {
        if (number === undefined) continue;
        const row = { ...place, number };
        const reason = this.#conflict(target, row);
        if (reason !== undefined) {
          const path = formatPath(decodeKey(after.model.root, place.entry));
          throw new EdgeconfError(
            'FAILED_PRECONDITION',
            `${path}/allocation[device=${row.device}][pool=${row.pool}]/number: ${number} ${reason}; choose another number, ` +
              'or leave it out and get one that is free',
          );
        }
        this.numbers.add(target, row);
        this.#given.set(givenKey(target, row), { target, row });
      }
    }
  }

  /** Numbers are not to be had for devices on which the entry has nothing: others could not have them then. */
  checkNeeded(): void {
    for (const [key, { target, row }] of this.#given) {
      const root = this.#candidates.get(target)?.after.model.root;
      if (this.#needed.has(key) || root === undefined) continue;
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `${formatPath(decodeKey(root, row.entry))}/allocation[device=${row.device}][pool=${row.pool}]: the entry needs no ` +
          'such number there; leave it out',
      );
    }
  }

  /** Sees to it that the entry has its number. */
  provide({ target, device }: ListUnit, allocation: Allocation): void {
    const now = this.#candidates.get(target);
    const after = now?.after ?? this.#work.snapshot(target);
    if (after === undefined) return;
    const { pool, first, last, number } = allocation;
    const path = allocationPath(after.model.root, allocation.source, device, pool);
    const place = { device, pool, entry: encodeKey(path.slice(0, -1)) };
    this.#needed.add(givenKey(target, place));
    if (number !== undefined) {
      if ((number >= first && number <= last) || !this.#given.has(givenKey(target, place))) return;
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `${formatPath(path)}/number: ${number} is not one of the numbers ${first} to ${last} that there are; choose one of ` +
          'these, or leave it out',
      );
    }
    // Two lists may name the same one.
    if (this.#given.has(givenKey(target, place))) return;
    const former = numberAt(now?.before ?? after, path);
    const chosen = former !== undefined && this.#isFree(target, { ...place, number: former }) ? former : undefined;
    const row = { ...place, number: chosen ?? this.#lowestFree(target, place, allocation) };
    this.#given.set(givenKey(target, place), { target, row });
    this.numbers.add(target, row);
    this.#write(target, path, row.number);
  }

  #lowestFree(target: string, place: Omit<NumberRow, 'number'>, { source, first, last }: Allocation): number {
    const key = poolKey(place.device, place.pool);
    for (let number = Math.max(first, this.#lowest.get(key) ?? first); number <= last; number += 1) {
      if (!this.#isFree(target, { ...place, number })) continue;
      this.#lowest.set(key, number);
      return number;
    }
    const count = last - first + 1;
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `device '${place.device}', pool '${place.pool}': ${source.join('/')} needs a number, but all ${count} (${first} to ` +
        `${last}) are taken, by this and other targets or by what the device has not confirmed to be gone; delete ` +
        'something that has one, or ask the operator for another device',
    );
  }

  #isFree(target: string, row: NumberRow): boolean {
    return this.#conflict(target, row) === undefined;
  }

  /** Why an entry cannot have a number. Says nothing of who has it. */
  #conflict(target: string, row: NumberRow): string | undefined {
    if ([...this.#work.taken, this.numbers].some((numbers) => numbers.isTaken(target, row)))
      return 'is taken on this device already';
    const holders = this.#work.held(row.device, row.pool).get(row.number) ?? [];
    if (holders.every((holder) => holder.target === target && this.#isOf(target, holder.ref.source, row.entry)))
      return undefined;
    return 'was freed, but the device has not confirmed yet that what had it is gone';
  }

  /** Whether a document was made from the entry, or from what is below it. */
  #isOf(target: string, source: readonly string[], entry: RowKey): boolean {
    const snapshot = this.#candidates.get(target)?.after ?? this.#work.snapshot(target);
    return snapshot !== undefined && encodeKey(entryPath(snapshot.model.root, source)).startsWith(entry);
  }

  #write(target: string, path: Path, number: number): void {
    const written: Written = this.#written.get(target) ?? { edits: [], rows: new Map() };
    this.#written.set(target, written);
    const list = path.at(-1);
    if (list === undefined) return;
    const [device = '', pool = ''] = list.keys ?? [];
    const json = JSON.stringify({ [`${list.node.module}:allocation`]: [{ device, pool, number }] });
    written.edits.push({ op: 'update', path, json });
    const key = encodeKey(path);
    for (const leaf of list.node.keys)
      written.rows.set(key + encodeName(leaf), JSON.stringify(leaf.name === 'pool' ? pool : device));
    written.rows.set(key + encodeName(numberLeaf(list.node)), String(number));
  }
}

function givenKey(target: string, { device, pool, entry }: Omit<NumberRow, 'number'>): string {
  return `${target}\0${entry}\0${poolKey(device, pool)}`;
}
