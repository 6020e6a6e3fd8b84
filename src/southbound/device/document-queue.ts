// What one device should hold, what it may hold, and which operation brings it nearer next: pure, in dependency order.

import {
  acknowledged,
  type Desired,
  eitherVersion,
  entryOf,
  type Held,
  type Operation,
  type Refusal,
  sameReference,
  toRefusal,
  type Wisher,
} from './held-document.ts';
import { HeldDocuments } from './held-documents.ts';
import { ELSEWHERE, type OtherDevices, type Standing } from './other-devices.ts';
import { PendingDocuments } from './pending-documents.ts';
import { RevisionCounts } from './revision-counts.ts';
import { WaitingRoom } from './waiting-room.ts';

export type { Desired, Held, Operation, Refusal, Wisher } from './held-document.ts';

/** No entry of intent is called so. */
const NOBODY = '';

const alone: OtherDevices = { blocker: () => undefined, isStuck: () => false, changed: () => {} };

interface Wanted extends Wisher {
  readonly desired: Desired;
}

/**
 * Puts wait until what they depend on is in effect; removals wait until nothing that may be there depends on them. At most
 * one operation is under way: `next`, `started`, then one of `succeeded`, `failed`, `refused`. `want` may come at any time.
 */
export class DocumentQueue {
  readonly #held = new HeldDocuments();
  readonly #desired = new Map<string, Wanted>();
  /** Ids where desired and held differ. */
  readonly #pending = new PendingDocuments();
  readonly #refused = new Map<string, Refusal & { readonly text: string | undefined }>();
  /** Ids that stay as they are on the device. */
  readonly #left = new Set<string>();
  readonly #room = new WaitingRoom();
  /** Which revision each pending document lags behind; `#moving` without those that are refused. */
  readonly #behind = new RevisionCounts();
  readonly #moving = new RevisionCounts();
  readonly #others: OtherDevices;

  /** @param held what the device may hold from before; until it is wanted at `revision` or later, it is to be removed. */
  constructor(held: ReadonlyMap<string, Held>, revision: number, others: OtherDevices = alone) {
    this.#others = others;
    for (const [id, document] of held) {
      this.#held.set(id, document);
      this.#settle(id, revision);
    }
  }

  /**
   * Says what intent wants under an id from `revision` on; undefined: nothing. Gives what to remember when the device
   * holds this content already, but with other dependencies.
   */
  want(id: string, desired: Desired | undefined, revision: number, wisher: Wisher = {}): Held | undefined {
    if (desired === undefined) this.#desired.delete(id);
    else this.#desired.set(id, { desired, ...wisher });
    this.#left.delete(id);
    const refusal = this.#refused.get(id);
    if (refusal !== undefined && refusal.text !== desired?.text) this.#refused.delete(id);
    const relinked = this.#relink(id, desired, wisher.target);
    this.#settle(id, revision);
    return relinked;
  }

  /** Leaves what the device may hold under an id as it is, until it is wanted again. */
  leave(id: string, revision: number): void {
    this.#desired.delete(id);
    this.#refused.delete(id);
    this.#left.add(id);
    this.#settle(id, revision);
  }

  /** Forgets what the device refused: it is another device now, or a newer version of it. */
  pardon(): void {
    for (const [id, { revision }] of [...this.#refused]) {
      this.#refused.delete(id);
      this.#settle(id, revision);
    }
  }

  /** What was refused may have been refused for want of this document, or of what it says now. */
  #tryAgain(needed: string): void {
    for (const [id, { ref, revision }] of [...this.#refused]) {
      if (!ref.dependsOn.includes(needed)) continue;
      this.#refused.delete(id);
      this.#settle(id, revision);
    }
  }

  /** The operation to send now; undefined when nothing is left that can be sent. */
  next(): Operation | undefined {
    for (const id of this.#room.ready()) {
      const operation = this.#operation(id);
      const blocker = operation === undefined ? undefined : this.#blocker(operation);
      if (operation !== undefined && blocker === undefined) return operation;
      if (blocker === undefined) this.#room.drop(id);
      else this.#room.wait(id, blocker);
    }
    // Documents that wait for each other in a circle would wait for ever: then the first of them goes without waiting.
    const isFree = (id: string) => this.#endOf(id) === 'circle' || this.waitsFor(id) === undefined;
    const first = this.#room.takeFirst((id) => this.#operation(id) !== undefined && isFree(id));
    return first === undefined ? undefined : this.#operation(first);
  }

  /** The operation is about to be sent: from now on the device may hold either version. Gives what to remember of it. */
  started({ op, ref, target }: Operation): Held {
    const before = this.#held.get(ref.id);
    const held = {
      ...before,
      ref: op === 'put' ? eitherVersion(before?.ref, ref) : (before?.ref ?? ref),
      target: op === 'put' ? target : (before?.target ?? target),
      text: undefined,
      confirmed: before?.confirmed === true,
      // Once its removal has been asked for, no entry of intent can count on it.
      ...(op === 'remove' ? { confirmedFor: NOBODY } : {}),
    };
    this.#held.set(ref.id, held);
    this.#others.changed(ref.id, this.standing(ref.id));
    return held;
  }

  /** The device took it. Gives what to remember; undefined: nothing is held any more. */
  succeeded(operation: Operation): Held | undefined {
    const { id } = operation.ref;
    const held = operation.op === 'put' ? acknowledged(operation) : undefined;
    this.#held.set(id, held);
    const wish = this.#pending.get(id);
    this.#pending.delete(id);
    this.#settle(id, wish?.revision ?? operation.revision);
    if (operation.op === 'put') this.#tryAgain(id);
    return held;
  }

  /** The device was found to hold what a put would have given it. Gives what to remember. */
  takenOver(operation: Extract<Operation, { op: 'put' }>): Held {
    const held = acknowledged(operation);
    this.#held.set(operation.ref.id, held);
    this.#settle(operation.ref.id, operation.revision);
    return held;
  }

  /**
   * The device was found to hold something else than it acknowledged: it is told again. Gives what to remember.
   * @param actual its text; undefined: the device has no such document any more
   */
  distrust(id: string, actual: string | undefined, revision: number): Held | undefined {
    const before = this.#held.get(id);
    const held = before === undefined || actual === undefined ? undefined : { ...before, text: undefined, actual };
    this.#held.set(id, held);
    this.#settle(id, revision);
    return held;
  }

  /** A document was found that the device had said to have removed: it is to be removed again. Gives what to remember. */
  stillThere({ ref, target, revision }: Operation): Held {
    const held = { ref, target, text: undefined, confirmed: true };
    this.#held.set(ref.id, held);
    this.#settle(ref.id, revision);
    return held;
  }

  /** Notes what the device was found to hold in place of what it acknowledged; undefined: no difference. */
  noteActual(id: string, actual: string | undefined): Held | undefined {
    const before = this.#held.get(id);
    if (before === undefined || before.actual === actual) return undefined;
    const held = { ...before, actual };
    this.#held.set(id, held);
    return held;
  }

  /** The device could not be asked: the operation is tried again behind the others. */
  failed({ ref }: Operation): void {
    this.#room.last(ref.id);
  }

  /** The device said no. @param cause paths of intent that the device complains about */
  refused(operation: Operation, message: string, cause?: readonly string[]): void {
    const { op, ref, target, revision } = operation;
    const text = operation.op === 'put' ? operation.desired.text : undefined;
    const wanted = this.#desired.get(ref.id);
    if (wanted?.desired.text === text) {
      const refusal = { op, ref, target, message, cause: cause ?? wanted?.causes ?? [], revision, text };
      this.#refused.set(ref.id, refusal);
    }
    this.#room.drop(ref.id);
    this.#settle(ref.id, this.#pending.get(ref.id)?.revision ?? revision);
  }

  get refusals(): Refusal[] {
    return [...this.#refused.values()].map(toRefusal);
  }

  /** Ids of all documents that are wanted or may be there. */
  ids(): Set<string> {
    return new Set([...this.#desired.keys(), ...this.#held.ids()]);
  }

  /** What the device may hold, for looking at only. */
  get held(): Pick<HeldDocuments, 'get' | 'ids' | 'ofKind' | 'numbers'> {
    return this.#held;
  }

  /** All that is known of a document; undefined when it is neither wanted nor there. */
  standing(id: string): Standing | undefined {
    const wanted = this.#desired.get(id);
    const held = this.#held.get(id);
    const ref = wanted?.desired.ref ?? held?.ref;
    if (ref === undefined) return undefined;
    const refusal = this.#refused.get(id);
    return {
      ref,
      target: wanted === undefined ? held?.target : wanted.target,
      desired: wanted?.desired,
      held,
      isPending: this.#pending.has(id),
      refusal: refusal === undefined ? undefined : toRefusal(refusal),
      revision: this.#pending.get(id)?.revision ?? held?.revision ?? 0,
    };
  }

  /** What a pending document waits for: the id of another, or a key that begins with ELSEWHERE; undefined: nothing. */
  waitsFor(id: string): string | undefined {
    const operation = this.#operation(id);
    return operation === undefined ? undefined : this.#blocker(operation);
  }

  /** Something that documents waited for, on this device or another, may have come. */
  released(key: string): void {
    this.#room.release(key);
  }

  /** The first revision that the device does not show of a document; Infinity when there is none. */
  since(id: string): number {
    return this.#pending.get(id)?.since ?? Number.POSITIVE_INFINITY;
  }

  /** How many documents differ from intent, refused ones included. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** The last revision of which everything is in effect, given that the device was told of all up to `told`. */
  inEffect(told: number): number {
    return this.#behind.upTo(told);
  }

  /** As `inEffect`, but what the device refuses does not count. */
  takenUpTo(told: number): number {
    return this.#moving.upTo(told);
  }

  /**
   * Whether all that intent wanted up to `revision` is in effect, refused, or held back by what is refused.
   * @param targets whose intent counts; without it, everybody's
   */
  isSettled(revision: number, targets?: Iterable<string>): boolean {
    for (const id of this.#pending.ids(targets)) {
      if (this.since(id) <= revision && !this.isStuck(id)) return false;
    }
    return true;
  }

  /** Whether nothing but a change of intent can move a document: it is refused, or waits for something refused. */
  isStuck(id: string): boolean {
    return this.#endOf(id) === 'refused';
  }

  /** What is at the end when one follows what a document waits for. */
  #endOf(id: string): 'refused' | 'free' | 'circle' | 'elsewhere' {
    const seen = new Set<string>();
    for (let at: string | undefined = id; at !== undefined; at = this.waitsFor(at)) {
      if (at.startsWith(ELSEWHERE)) return this.#others.isStuck(at) ? 'refused' : 'elsewhere';
      if (this.#refused.has(at)) return 'refused';
      if (seen.has(at)) return 'circle';
      seen.add(at);
    }
    return 'free';
  }

  #relink(id: string, desired: Desired | undefined, target: string | undefined): Held | undefined {
    const held = this.#held.get(id);
    if (held === undefined || desired === undefined || held.text !== desired.text) return undefined;
    if (held.target === target && sameReference(held.ref, desired.ref)) return undefined;
    const confirmedFor = held.confirmed ? { confirmedFor: entryOf(target, desired.ref) } : {};
    const relinked = { ...held, ref: desired.ref, target, ...confirmedFor };
    this.#held.set(id, relinked);
    return relinked;
  }

  /** Notes whether desired and held differ, and lets those look again who waited for this document. */
  #settle(id: string, revision: number): void {
    const wanted = this.#desired.get(id);
    const desired = wanted?.desired;
    const held = this.#held.get(id);
    const same = desired === undefined ? held === undefined : held?.text === desired.text;
    if (same || this.#left.has(id)) {
      this.#pending.delete(id);
      this.#refused.delete(id);
    } else {
      const since = this.#pending.get(id)?.since ?? revision;
      this.#pending.set(id, { revision, since }, wanted === undefined ? held?.target : wanted.target);
      if (!this.#refused.has(id)) this.#room.add(id);
    }
    const since = this.#pending.get(id)?.since;
    this.#behind.set(id, since);
    this.#moving.set(id, this.#refused.has(id) ? undefined : since);
    this.#room.release(id);
    this.#others.changed(id, this.standing(id));
  }

  #operation(id: string): Operation | undefined {
    const wish = this.#pending.get(id);
    if (wish === undefined || this.#refused.has(id)) return undefined;
    const { revision } = wish;
    const wanted = this.#desired.get(id);
    if (wanted !== undefined) {
      const { desired, target } = wanted;
      return { op: 'put', ref: desired.ref, target, desired, revision };
    }
    const held = this.#held.get(id);
    return held === undefined ? undefined : { op: 'remove', ref: held.ref, target: held.target, revision };
  }

  #blocker(operation: Operation): string | undefined {
    if (operation.op === 'put') {
      const here = operation.desired.ref.dependsOn.find((id) => this.#notInEffect(id));
      return here ?? this.#others.blocker(operation);
    }
    for (const id of this.#held.dependents(operation.ref.id)) {
      // A document that the device never took, and will not take, needs nothing.
      const never = this.#refused.has(id) && this.#held.get(id)?.confirmed !== true;
      if (id !== operation.ref.id && this.#pending.has(id) && !never) return id;
    }
    return this.#others.blocker(operation);
  }

  #notInEffect(id: string): boolean {
    if (!this.#desired.has(id) || !this.#pending.has(id)) return false;
    // A refused change leaves the version that the device has; with that the dependent can go on.
    return !(this.#refused.has(id) && this.#held.get(id)?.confirmed === true);
  }
}
