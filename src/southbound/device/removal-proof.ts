// Looks once whether what a device said to have removed is gone: success without effect must not leave documents behind.

import { type Adapter, type Device, type DocumentRef, documentText, type Json } from '../adapter.ts';
import type { DeviceLine } from './device-line.ts';
import type { DocumentQueue, Held, Operation } from './document-queue.ts';
import { expectedOf } from './read-back.ts';

type Removal = Extract<Operation, { op: 'remove' }>;

/** What the proof needs. */
export interface ProofParts {
  readonly adapter: Adapter;
  readonly device: () => Device;
  readonly queue: DocumentQueue;
  readonly line: DeviceLine;
  readonly remember: (id: string, held: Held | undefined) => Promise<void>;
}

export class RemovalProof {
  readonly #parts: ProofParts;
  readonly #removed = new Map<string, Removal>();
  /** Ids that were found to be there after a removal. */
  readonly #stayed = new Set<string>();

  constructor(parts: ProofParts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    return this.#removed.size > 0;
  }

  removed(operation: Removal): void {
    this.#removed.set(operation.ref.id, operation);
  }

  /** It is put again: nothing is left to prove. */
  forget(id: string): void {
    this.#removed.delete(id);
    this.#stayed.delete(id);
  }

  /** What the device lists now. */
  async listed(kind: string, ids: ReadonlySet<string>): Promise<void> {
    // That a document is there says nothing where one is always there.
    if (this.#isReset(kind)) return;
    for (const [id, operation] of [...this.#removed]) {
      if (operation.ref.kind !== kind) continue;
      this.#removed.delete(id);
      await this.#found(operation, ids.has(id));
    }
  }

  /** Looks for one of them. */
  async next(): Promise<void> {
    const [operation] = this.#removed.values();
    if (operation === undefined) return;
    const { ref } = operation;
    // Looked for once, whatever comes of it: the next reading of everything tells the rest.
    this.#removed.delete(ref.id);
    const actual = await this.#parts.line.call((client, signal) => client.read(ref, signal));
    await this.#found(operation, this.#isLeft(ref, actual));
  }

  #isReset(kind: string): boolean {
    return this.#parts.adapter.documentKinds[kind]?.removal === 'reset';
  }

  /** Whether the device still holds what was to go. */
  #isLeft(ref: DocumentRef, actual: Json | undefined): boolean {
    if (actual === undefined) return false;
    const { adapter, device } = this.#parts;
    const neutral = this.#isReset(ref.kind) ? adapter.neutral?.(device(), ref) : undefined;
    if (neutral === undefined) return true;
    return documentText(expectedOf(adapter, device(), ref, documentText(neutral))) !== documentText(actual);
  }

  /** What is still there is removed once more; after that it counts as refused. */
  async #found(operation: Removal, isThere: boolean): Promise<void> {
    const { id } = operation.ref;
    const { queue, remember } = this.#parts;
    if (!isThere || queue.standing(id) !== undefined) {
      this.#stayed.delete(id);
      return;
    }
    await remember(id, queue.stillThere(operation));
    if (this.#stayed.has(id))
      queue.refused(operation, 'the device says that it let go of the document, and still has it');
    else this.#stayed.add(id);
  }
}
