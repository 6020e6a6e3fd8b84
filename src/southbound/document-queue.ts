// What one device should hold, what it may hold, and which operation brings it nearer next: pure, in dependency order.

import type { DocumentRef, Json } from './adapter.ts';

/** A document as intent wants it. */
export interface Desired {
  readonly ref: DocumentRef;
  readonly body: Json;
  /** Canonical text of `body`; equal text is equal content. */
  readonly text: string;
}

/** What a device may hold under one id. */
export interface Held {
  /** `dependsOn` covers everything that any version that may be there depends on. */
  readonly ref: DocumentRef;
  /** The text that the device acknowledged last; undefined when a later call's outcome is not known. */
  readonly text: string | undefined;
  /** Whether the device ever acknowledged a version that was not removed since. */
  readonly confirmed: boolean;
}

/** One call to the device. `revision` is the intent revision it brings into effect. */
export type Operation =
  | { readonly op: 'put'; readonly ref: DocumentRef; readonly desired: Desired; readonly revision: number }
  | { readonly op: 'remove'; readonly ref: DocumentRef; readonly revision: number };

/** A document that the device did not accept; it stays so until intent gives it another content. */
export interface Refusal {
  readonly op: Operation['op'];
  readonly ref: DocumentRef;
  /** The device's own words. */
  readonly message: string;
  readonly revision: number;
}

interface Wish {
  /** The revision that last said what is wanted. */
  readonly revision: number;
  /** The first revision since the last agreement that the device does not show. */
  readonly since: number;
}

/**
 * Puts wait until what they depend on is in effect; removals wait until nothing that may be there depends on them. At most
 * one operation is under way: `next`, `started`, then one of `succeeded`, `failed`, `refused`. `want` may come at any time.
 */
export class DocumentQueue {
  readonly #held = new Map<string, Held>();
  readonly #desired = new Map<string, Desired>();
  /** Ids where desired and held differ. */
  readonly #pending = new Map<string, Wish>();
  readonly #refused = new Map<string, Refusal & { readonly text: string | undefined }>();
  /** Ids that stay as they are on the device. */
  readonly #left = new Set<string>();
  /** Ids of held documents by what they depend on. */
  readonly #dependents = new Map<string, Set<string>>();
  /** Ids to look at next, in order. */
  readonly #ready = new Set<string>();
  /** Ids that wait for the id they are listed under. */
  readonly #waiting = new Map<string, Set<string>>();

  /** @param held what the device may hold from before; until it is wanted at `revision` or later, it is to be removed. */
  constructor(held: ReadonlyMap<string, Held>, revision: number) {
    for (const [id, document] of held) {
      this.#setHeld(id, document);
      this.#settle(id, revision);
    }
  }

  /**
   * Says what intent wants under an id from `revision` on; undefined: nothing. Gives what to remember when the device
   * holds this content already, but with other dependencies.
   */
  want(id: string, desired: Desired | undefined, revision: number): Held | undefined {
    if (desired === undefined) this.#desired.delete(id);
    else this.#desired.set(id, desired);
    this.#left.delete(id);
    const refusal = this.#refused.get(id);
    if (refusal !== undefined && refusal.text !== desired?.text) this.#refused.delete(id);
    const relinked = this.#relink(id, desired);
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

  /** The operation to send now; undefined when nothing is left that can be sent. */
  next(): Operation | undefined {
    for (const id of this.#ready) {
      const operation = this.#operation(id);
      if (operation === undefined) {
        this.#ready.delete(id);
        continue;
      }
      const blocker = this.#blocker(operation);
      if (blocker === undefined) return operation;
      this.#ready.delete(id);
      const waiting = this.#waiting.get(blocker);
      if (waiting === undefined) this.#waiting.set(blocker, new Set([id]));
      else waiting.add(id);
    }
    return this.#breakCycle();
  }

  /** The operation is about to be sent: from now on the device may hold either version. Gives what to remember of it. */
  started({ op, ref }: Operation): Held {
    const before = this.#held.get(ref.id);
    const dependsOn = [...new Set([...(before?.ref.dependsOn ?? []), ...(op === 'put' ? ref.dependsOn : [])])];
    const held = { ref: { ...ref, dependsOn }, text: undefined, confirmed: before?.confirmed === true };
    this.#setHeld(ref.id, held);
    return held;
  }

  /** The device took it. Gives what to remember; undefined: nothing is held any more. */
  succeeded(operation: Operation): Held | undefined {
    const { id } = operation.ref;
    const held =
      operation.op === 'put'
        ? { ref: operation.desired.ref, text: operation.desired.text, confirmed: true }
        : undefined;
    this.#setHeld(id, held);
    const wish = this.#pending.get(id);
    this.#pending.delete(id);
    this.#settle(id, wish?.revision ?? operation.revision);
    return held;
  }

  /** The device could not be asked: the operation is tried again behind the others. */
  failed({ ref }: Operation): void {
    this.#ready.delete(ref.id);
    this.#ready.add(ref.id);
  }

  /** The device said no. */
  refused({ op, ref, revision, ...rest }: Operation, message: string): void {
    const text = 'desired' in rest ? rest.desired.text : undefined;
    if (this.#desired.get(ref.id)?.text === text) this.#refused.set(ref.id, { op, ref, message, revision, text });
    this.#ready.delete(ref.id);
    this.#settle(ref.id, this.#pending.get(ref.id)?.revision ?? revision);
  }

  get refusals(): Refusal[] {
    return [...this.#refused.values()].map(({ op, ref, message, revision }) => ({ op, ref, message, revision }));
  }

  /** How many documents differ from intent, refused ones included. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** The last revision of which everything is in effect, given that the device was told of all up to `told`. */
  inEffect(told: number): number {
    let revision = told;
    for (const { since } of this.#pending.values()) revision = Math.min(revision, since - 1);
    return Math.max(revision, 0);
  }

  /** Whether all that intent wanted up to `revision` is in effect, refused, or held back by what is refused. */
  isSettled(revision: number): boolean {
    for (const [id, { since }] of this.#pending) {
      if (since <= revision && !this.#isStuck(id)) return false;
    }
    return true;
  }

  /** Ids that nothing but a change of intent can move: refused, or waiting for something refused. */
  #isStuck(id: string): boolean {
    const seen = new Set<string>();
    for (let at: string | undefined = id; at !== undefined; ) {
      if (this.#refused.has(at)) return true;
      if (seen.has(at)) return false;
      seen.add(at);
      const operation: Operation | undefined = this.#operation(at);
      at = operation === undefined ? undefined : this.#blocker(operation);
    }
    return false;
  }

  #relink(id: string, desired: Desired | undefined): Held | undefined {
    const held = this.#held.get(id);
    if (held === undefined || desired === undefined || held.text !== desired.text) return undefined;
    if (sameRef(held.ref, desired.ref)) return undefined;
    const relinked = { ...held, ref: desired.ref };
    this.#setHeld(id, relinked);
    return relinked;
  }

  /** Notes whether desired and held differ, and lets those look again who waited for this document. */
  #settle(id: string, revision: number): void {
    const desired = this.#desired.get(id);
    const held = this.#held.get(id);
    const same = desired === undefined ? held === undefined : held?.text === desired.text;
    if (same || this.#left.has(id)) {
      this.#pending.delete(id);
      this.#refused.delete(id);
    } else {
      this.#pending.set(id, { revision, since: this.#pending.get(id)?.since ?? revision });
      if (!this.#refused.has(id)) this.#ready.add(id);
    }
    this.#release(id);
  }

  #operation(id: string): Operation | undefined {
    const wish = this.#pending.get(id);
    if (wish === undefined || this.#refused.has(id)) return undefined;
    const desired = this.#desired.get(id);
    if (desired !== undefined) return { op: 'put', ref: desired.ref, desired, revision: wish.revision };
    const held = this.#held.get(id);
    return held === undefined ? undefined : { op: 'remove', ref: held.ref, revision: wish.revision };
  }

  #blocker(operation: Operation): string | undefined {
    if (operation.op === 'put') return operation.desired.ref.dependsOn.find((id) => this.#notInEffect(id));
    for (const id of this.#dependents.get(operation.ref.id) ?? []) {
      // A document that the device never took, and will not take, needs nothing.
      const never = this.#refused.has(id) && this.#held.get(id)?.confirmed !== true;
      if (id !== operation.ref.id && this.#pending.has(id) && !never) return id;
    }
    return undefined;
  }

  #notInEffect(id: string): boolean {
    if (!this.#desired.has(id) || !this.#pending.has(id)) return false;
    // A refused change leaves the version that the device has; with that the dependent can go on.
    return !(this.#refused.has(id) && this.#held.get(id)?.confirmed === true);
  }

  /** Documents that wait for each other in a circle would wait for ever: then the first of them goes without waiting. */
  #breakCycle(): Operation | undefined {
    for (const [blocker, waiting] of this.#waiting) {
      for (const id of waiting) {
        const operation = this.#operation(id);
        if (operation === undefined || this.#isStuck(id)) continue;
        waiting.delete(id);
        if (waiting.size === 0) this.#waiting.delete(blocker);
        this.#ready.add(id);
        return operation;
      }
    }
    return undefined;
  }

  #release(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    for (const waiter of waiting) this.#ready.add(waiter);
  }

  #setHeld(id: string, held: Held | undefined): void {
    for (const dependency of this.#held.get(id)?.ref.dependsOn ?? []) {
      const ids = this.#dependents.get(dependency);
      if (ids?.delete(id) === true && ids.size === 0) this.#dependents.delete(dependency);
    }
    if (held === undefined) {
      this.#held.delete(id);
      return;
    }
    this.#held.set(id, held);
    for (const dependency of held.ref.dependsOn) {
      const ids = this.#dependents.get(dependency);
      if (ids === undefined) this.#dependents.set(dependency, new Set([id]));
      else ids.add(id);
    }
  }
}

function sameRef(a: DocumentRef, b: DocumentRef): boolean {
  return a.dependsOn.join('\0') === b.dependsOn.join('\0') && a.source.join('\0') === b.source.join('\0');
}
