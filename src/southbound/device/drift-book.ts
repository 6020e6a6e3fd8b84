// Drift of one device: in which leaves its documents were found to differ, what is done about it, and what came of that.

import type { Adapter, Device, IntentNode, Json, Proposal } from '../adapter.ts';
import type { DriftLeaf, DriftPolicy, LeafDifference } from '../document-status.ts';
import { type DeviceCare, driftPolicy } from './device-care.ts';
import type { Standing } from './other-devices.ts';

/** How many leaves are told of one device. */
const MOST_LEAVES = 1000;

/** What an adoption is about, for its comment. */
export interface Adoption {
  readonly device: string;
  readonly document: string;
}

/** What can be done to make the device's view that of intent. */
export interface AdoptionParts {
  /** A target's intent as of the last revision that was taken in. */
  readonly intentOf: (target: string) => IntentNode | undefined;
  /** Commits it; rejects when it cannot be. Without it, drift is only reported. */
  readonly adopt: ((target: string, proposal: Proposal, about: Adoption) => Promise<void>) | undefined;
}

interface Drift {
  readonly leaves: readonly DriftLeaf[];
  /** Why the device is left as it is, or what is under way. */
  readonly reason: string;
}

export class DriftBook {
  readonly #adapter: Adapter;
  readonly #device: () => Device;
  readonly #care: () => DeviceCare;
  readonly #parts: AdoptionParts;
  readonly #changed: (id: string) => void;
  readonly #drift = new Map<string, Drift>();
  /** Ids of documents that the device was told again, not yet found to be as they were told. */
  readonly #told = new Set<string>();
  readonly #adopting = new Set<string>();
  #leaves: readonly DriftLeaf[] | undefined;

  constructor(
    adapter: Adapter,
    device: () => Device,
    care: () => DeviceCare,
    parts: AdoptionParts,
    changed: (id: string) => void,
  ) {
    this.#adapter = adapter;
    this.#device = device;
    this.#care = care;
    this.#parts = parts;
    this.#changed = changed;
  }

  /** All differences, 1000 at most. */
  get leaves(): readonly DriftLeaf[] {
    if (this.#leaves === undefined) {
      const leaves: DriftLeaf[] = [];
      for (const drift of this.#drift.values()) {
        if (leaves.length >= MOST_LEAVES) break;
        leaves.push(...drift.leaves.slice(0, MOST_LEAVES - leaves.length));
      }
      this.#leaves = leaves;
    }
    return this.#leaves;
  }

  leavesOf(id: string): readonly DriftLeaf[] {
    return this.#drift.get(id)?.leaves ?? [];
  }

  /** Why a document is left as it is; undefined when nothing is known against it. */
  reasonOf(id: string): string | undefined {
    return this.#drift.get(id)?.reason;
  }

  policyFor(target: string | undefined, source: readonly string[]): DriftPolicy {
    return driftPolicy(this.#care(), target, source);
  }

  /** Whether intent may have become what the device holds already. */
  isAdopting(id: string, target: string | undefined, source: readonly string[]): boolean {
    return this.#drift.has(id) && this.policyFor(target, source) === 'adopt';
  }

  /** What did not help so far is tried once more. */
  retry(): void {
    this.#told.clear();
  }

  /** The document is as it should be, or is not there any more. */
  clear(id: string): void {
    this.#told.delete(id);
    if (this.#drift.delete(id)) this.#leaves = undefined;
  }

  /** The device has taken a document. @returns whether that was because of drift, so that it is to be looked at again */
  toldAgain(id: string): boolean {
    if (this.#told.has(id)) return true;
    this.clear(id);
    return false;
  }

  /** A document differs from what the device acknowledged. @returns whether the device is to be told again */
  found({ ref, target }: Standing, found: readonly LeafDifference[], actual: Json | undefined): boolean {
    const { id, source } = ref;
    const policy = this.policyFor(target, source);
    const leaves = found.map((leaf) => ({ document: id, ...leaf, target, source, policy }));
    const note = (reason: string): void => {
      this.#drift.set(id, { leaves, reason });
      this.#leaves = undefined;
    };
    if (policy === 'revert') {
      const helped = !this.#told.has(id);
      note(
        helped ? 'the device is told again' : 'the device took it and still holds something else; tried again later',
      );
      this.#told.add(id);
      return helped;
    }
    if (policy === 'report') note('the device holds something else, and is left as it is');
    else if (!this.#adopting.has(id)) note(this.#adopt(id, ref, target, actual, note));
    return false;
  }

  /** @returns what is to be said of it for now */
  #adopt(
    id: string,
    ref: Standing['ref'],
    target: string | undefined,
    actual: Json | undefined,
    note: (reason: string) => void,
  ): string {
    const only = (why: string): string => `the device holds something else, which cannot be adopted: ${why}`;
    const { adopt, intentOf } = this.#parts;
    const { inverse, kind } = this.#adapter;
    const intent = target === undefined ? undefined : intentOf(target);
    if (actual === undefined) return only('the document is missing');
    if (adopt === undefined || inverse === undefined)
      return only(`devices of kind '${kind}' have no way back to intent`);
    if (target === undefined || intent === undefined) return only('it is not known what it was made from');
    let proposal: Proposal;
    try {
      proposal = inverse.adopt(intent, this.#device(), ref, actual);
    } catch (error) {
      return only(error instanceof Error ? error.message : String(error));
    }
    const leftOver = proposal.leftOver.find(({ document }) => document === id);
    if (leftOver !== undefined) return only(leftOver.reason);
    this.#adopting.add(id);
    adopt(target, proposal, { device: this.#device().name, document: id })
      .catch((error: unknown) => {
        if (this.#drift.has(id)) note(only(error instanceof Error ? error.message : String(error)));
      })
      .finally(() => {
        this.#adopting.delete(id);
        this.#changed(id);
      });
    return 'the device holds something else, which is being adopted';
  }
}
