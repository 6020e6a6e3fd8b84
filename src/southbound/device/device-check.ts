// Reads back what a device holds, a call at a time: finds what is there already, what is missing, and what is not as it was told.

import { southboundLog } from '../../log.ts';
import { type Adapter, type Device, DeviceError, type DocumentRef, documentText, type Json } from '../adapter.ts';
import type { DocumentStatus } from '../document-status.ts';
import type { CheckRounds } from './check-rounds.ts';
import type { DeviceLine } from './device-line.ts';
import { differences } from './document-difference.ts';
import type { DocumentQueue } from './document-queue.ts';
import type { DriftBook } from './drift-book.ts';
import type { Held, Operation } from './held-document.ts';
import { expectedOf } from './read-back.ts';
import { RemovalProof } from './removal-proof.ts';

type Put = Extract<Operation, { op: 'put' }>;

/** Reads that fail this often in a row say nothing about the device, but about the document. */
const MOST_FAILURES = 3;

/** What a check needs to know and may do. */
export interface CheckParts {
  readonly adapter: Adapter;
  readonly device: () => Device;
  readonly queue: DocumentQueue;
  readonly line: DeviceLine;
  readonly drift: DriftBook;
  readonly rounds: CheckRounds;
  /** Notes on disk what the device is known to hold. */
  readonly remember: (id: string, held: Held | undefined) => Promise<void>;
  /** The status of a document may have changed. */
  readonly changed: (id: string) => void;
}

export class DeviceCheck {
  readonly #parts: CheckParts;
  readonly #readable: ReadonlySet<string>;
  readonly #removals: RemovalProof;
  /** Kinds to be listed. */
  readonly #toList = new Set<string>();
  /** Ids of documents to be read. */
  readonly #toRead = new Set<string>();
  /** Ids that were to be read when something was to be sent first. */
  readonly #afterPut = new Set<string>();
  /** Ids that were wanted when it was not known what the device holds. */
  readonly #unknown = new Set<string>();
  /** Kinds of documents that the device lists and was not sent, by id: those that are wanted, and those that are not. */
  readonly #there = new Map<string, string>();
  readonly #foreign = new Map<string, string>();
  readonly #looked = new Set<string>();
  readonly #verified = new Set<string>();
  readonly #failures = new Map<string, number>();

  constructor(parts: CheckParts) {
    this.#parts = parts;
    const kinds = Object.entries(parts.adapter.documentKinds);
    this.#removals = new RemovalProof(parts);
    this.#readable = new Set(kinds.flatMap(([kind, { readable }]) => (readable ? [kind] : [])));
  }

  /** It is not known what the device holds: what is wanted is looked for before it is put. */
  meet(wanted: Iterable<string>): void {
    for (const id of wanted) this.#unknown.add(id);
  }

  /** Everything is to be read back, lists first. A round that has begun begins anew. */
  begin(): void {
    this.#parts.rounds.begin();
    this.#looked.clear();
    this.#parts.drift.retry();
    for (const kind of this.#readable) this.#toList.add(kind);
    const { held } = this.#parts.queue;
    for (const id of held.ids()) {
      const isReadable = this.#readable.has(held.get(id)?.ref.kind ?? '');
      if (isReadable && (this.#failures.get(id) ?? 0) < MOST_FAILURES) this.#toRead.add(id);
    }
    this.#end();
  }

  /** Whether lists are to be asked for, which comes before all else. */
  get mustList(): boolean {
    return this.#toList.size > 0;
  }

  get mustRead(): boolean {
    return this.#toRead.size > 0 || this.#removals.isDue;
  }

  /** How many documents the device lists and nobody wanted here. */
  get foreign(): number {
    return this.#foreign.size;
  }

  verified({ kind, id }: DocumentRef): DocumentStatus['verified'] {
    if (!this.#readable.has(kind)) return 'not-verifiable';
    return this.#verified.has(id) ? 'verified' : 'unverified';
  }

  /** How many documents may be on the device that it gives nothing back of. */
  get notVerifiable(): number {
    const { adapter, queue } = this.#parts;
    const kinds = Object.keys(adapter.documentKinds).filter((kind) => !this.#readable.has(kind));
    return kinds.reduce((sum, kind) => sum + queue.held.ofKind(kind), 0);
  }

  /** Whether the device may have this very content already, though it was not sent from here. */
  mustLook({ ref: { kind, id }, target, ref }: Put): boolean {
    if (!this.#readable.has(kind) || this.#looked.has(id)) return false;
    if (this.#parts.drift.isAdopting(id, target, ref.source)) return true;
    if (this.#parts.queue.held.get(id) !== undefined || (this.#failures.get(id) ?? 0) >= MOST_FAILURES) return false;
    return this.#unknown.has(id) || this.#there.has(id) || this.#foreign.has(id);
  }

  /** Looks whether the device has the content of a put already; then nothing need be sent. */
  async look(operation: Put): Promise<void> {
    const { ref, desired } = operation;
    let actual: Json | undefined;
    try {
      actual = await this.#counting(ref.id, () => this.#read(ref));
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#warn({ document: ref.id }, error, 'the device refuses to give a document back; it is told what is wanted');
    }
    this.#looked.add(ref.id);
    if (actual === undefined || !isSame(this.#expected(ref, desired.body), actual)) return;
    const { queue, drift, remember, changed } = this.#parts;
    drift.clear(ref.id);
    this.#verified.add(ref.id);
    this.#known(ref.id);
    await remember(ref.id, queue.takenOver(operation));
    changed(ref.id);
  }

  /** The device has taken a put or a removal. @param isFirst whether it never had acknowledged the document before */
  taken(operation: Operation, isFirst: boolean): void {
    const { id, kind } = operation.ref;
    this.#known(id);
    this.#verified.delete(id);
    const owed = this.#afterPut.delete(id);
    if (operation.op === 'remove') {
      this.#toRead.delete(id);
      this.#parts.drift.clear(id);
      if (this.#readable.has(kind)) this.#removals.removed(operation);
      this.#end();
      return;
    }
    this.#removals.forget(id);
    if (!this.#readable.has(kind)) return;
    const again = this.#parts.drift.toldAgain(id);
    if (isFirst || owed || again) this.#toRead.add(id);
  }

  /** A document is not wanted any more: if it is not there either, nothing is left to be told of it. */
  dropped(id: string): void {
    if (this.#parts.queue.standing(id) !== undefined) return;
    this.#verified.delete(id);
    this.#parts.drift.clear(id);
  }

  /** Asks for the list of one kind. */
  async list(): Promise<void> {
    const [kind] = this.#toList;
    if (kind === undefined) return;
    const { line } = this.#parts;
    if (!(await line.offers('list'))) {
      this.#toList.clear();
      this.#end();
      return;
    }
    let ids: readonly string[] | undefined;
    try {
      ids = await line.call(async (client, signal) => client.list?.(kind, signal));
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#warn({ kind }, error, 'the device refuses to list what it holds; each document is read');
    }
    this.#toList.delete(kind);
    if (ids !== undefined) await this.#compareList(kind, new Set(ids));
    this.#end();
  }

  /** Reads one document. */
  async read(): Promise<void> {
    const [id] = this.#toRead;
    if (id === undefined) {
      await this.#removals.next();
      return this.#end();
    }
    this.#toRead.delete(id);
    const before = this.#parts.queue.standing(id);
    if (before?.held === undefined || !this.#readable.has(before.ref.kind)) return this.#end();
    if (before.isPending) {
      this.#afterPut.add(id);
      return this.#end();
    }
    const { ref } = before.held;
    try {
      await this.#compare(id, await this.#counting(id, () => this.#read(ref)));
    } catch (error) {
      if (!isRefused(error)) {
        if ((this.#failures.get(id) ?? 0) < MOST_FAILURES) this.#toRead.add(id);
        throw error;
      }
      this.#warn({ document: id }, error, 'the device refuses to give a document back');
    }
    this.#end();
  }

  #end(): void {
    if (this.mustList || this.mustRead) return;
    if (this.#parts.rounds.end({ notVerifiable: this.notVerifiable, foreign: this.foreign })) this.#failures.clear();
  }

  /** Counts failures in a row, but not those of a device that answers nothing at all. */
  async #counting<T>(id: string, read: () => Promise<T>): Promise<T> {
    const isConnected = this.#parts.line.connected === true;
    try {
      const result = await read();
      this.#failures.delete(id);
      return result;
    } catch (error) {
      if (isConnected && !isRefused(error)) this.#failures.set(id, (this.#failures.get(id) ?? 0) + 1);
      throw error;
    }
  }

  async #read(ref: DocumentRef): Promise<Json | undefined> {
    return await this.#parts.line.call((client, signal) => client.read(ref, signal));
  }

  async #compareList(kind: string, listed: ReadonlySet<string>): Promise<void> {
    const { queue, adapter } = this.#parts;
    await this.#removals.listed(kind, listed);
    const isReset = adapter.documentKinds[kind]?.removal === 'reset';
    for (const known of [this.#there, this.#foreign]) {
      for (const [id, listedKind] of known) if (listedKind === kind) known.delete(id);
    }
    for (const id of this.#unknown) {
      if (!listed.has(id) && queue.standing(id)?.ref.kind === kind) this.#unknown.delete(id);
    }
    let [held, missing] = [0, 0];
    for (const id of [...queue.held.ids()]) {
      if (queue.held.get(id)?.ref.kind !== kind) continue;
      held += 1;
      if (listed.has(id)) continue;
      missing += 1;
      this.#toRead.delete(id);
      await this.#compare(id, undefined);
    }
    for (const id of listed) {
      const standing = queue.standing(id);
      if (standing?.held !== undefined) continue;
      if (standing?.desired !== undefined) this.#there.set(id, kind);
      else if (!isReset) this.#foreign.set(id, kind);
    }
    if (held > 0 && missing === held) await this.#restartedEmpty();
  }

  /** A device that has lost all that can be seen has lost what cannot be seen too. */
  async #restartedEmpty(): Promise<void> {
    const { queue, drift, remember } = this.#parts;
    for (const id of [...queue.held.ids()]) {
      const standing = queue.standing(id);
      if (standing?.held?.text === undefined || this.#readable.has(standing.ref.kind)) continue;
      if (drift.policyFor(standing.target, standing.ref.source) !== 'revert') continue;
      await remember(id, queue.distrust(id, standing.held.text, standing.revision));
    }
  }

  /** @param actual undefined: the device has no such document */
  async #compare(id: string, actual: Json | undefined): Promise<void> {
    const { queue, rounds, drift, remember, changed } = this.#parts;
    rounds.checked();
    const standing = queue.standing(id);
    const held = standing?.held;
    if (held === undefined || standing === undefined) return;
    if (standing.isPending || held.text === undefined) {
      // What is missing need not be removed, and is new when it is put.
      if (actual === undefined) await remember(id, queue.distrust(id, undefined, standing.revision));
      this.dropped(id);
      return;
    }
    const expected = expectedOf(this.#parts.adapter, this.#parts.device(), held.ref, held.text);
    const found = differences(expected, actual);
    if (found.length === 0) {
      this.#verified.add(id);
      drift.clear(id);
      const noted = queue.noteActual(id, undefined);
      if (noted !== undefined) await remember(id, noted);
    } else {
      this.#verified.delete(id);
      const text = actual === undefined ? undefined : documentText(actual);
      const retell = drift.found(standing, found, actual);
      rounds.drifted(drift.leavesOf(id));
      const noted = retell ? queue.distrust(id, text, standing.revision) : queue.noteActual(id, text);
      if (retell || noted !== undefined) await remember(id, noted);
    }
    changed(id);
  }

  #expected(ref: DocumentRef, body: Json): Json {
    return expectedOf(this.#parts.adapter, this.#parts.device(), ref, documentText(body));
  }

  /** It is known now what the device holds under this id. */
  #known(id: string): void {
    for (const set of [this.#unknown, this.#there, this.#foreign, this.#looked]) set.delete(id);
  }

  #warn(fields: object, error: unknown, what: string): void {
    southboundLog.warn({ device: this.#parts.device().name, ...fields, words: String(error) }, what);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof DeviceError && error.reason === 'refused';
}

function isSame(expected: Json, actual: Json): boolean {
  return documentText(expected) === documentText(actual);
}
