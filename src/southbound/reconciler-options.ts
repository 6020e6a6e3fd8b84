// What the reconciler is given, and how it tells that a device stands.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { CommitRequest, FeedEvent } from '../datastore/transaction.ts';
import type { Adapter, DocumentRef, Proposal } from './adapter.ts';
import type { AckStore } from './device/ack-store.ts';
import type { Backoff, Clock } from './device/clock.ts';
import type { Adoption } from './device/drift-book.ts';
import type { DeviceStatus } from './device-status.ts';

/** Where intent comes from; a Datastore fits. */
export interface IntentSource {
  readonly head: { readonly revision: number };
  targets(): readonly { readonly name: string }[];
  snapshot(target: string): Snapshot | undefined;
  listen(listener: (event: FeedEvent) => void): () => void;
}

export interface ReconcilerOptions {
  readonly adapters: readonly Adapter[];
  readonly store: AckStore;
  readonly clock?: Clock;
  /** 0 <= random() < 1; spreads retries. */
  readonly random?: () => number;
  readonly backoff?: Backoff;
  /** Bounds every call to a device, whatever its adapter does. */
  readonly operationTimeoutMs?: number;
  /** What a credentials reference (`env:NAME`, `file:/path`) stands for. */
  readonly resolveSecret?: (reference: string) => Promise<string>;
  /** Told how many documents a transaction changes, by target, before it is appended; throws to refuse it. */
  readonly admit?: (documents: ReadonlyMap<string, number>, request: CommitRequest) => void;
  /** Leaves of intent that a leaf of a document was made from, as paths of its target; see `Refusal.cause`. */
  readonly causesOf?: (device: string, ref: DocumentRef, leaf: string) => readonly string[];
  /** Commits what a device was found to hold as a target's intent; rejects when it cannot be. Without it, drift is reported. */
  readonly adopt?: (target: string, proposal: Proposal, about: Adoption) => Promise<void>;
}

/** A document that intent asks for and that cannot be sent, for a reason found before asking the device. */
export interface DocumentFault {
  readonly document: string;
  readonly message: string;
}

export interface SouthboundStatus extends DeviceStatus {
  readonly kind: string;
  readonly faults: readonly DocumentFault[];
}

/** What is waited for; see `Reconciler.settled`. */
export interface SettledOptions {
  readonly revision?: number;
  /** Names; all without it. */
  readonly devices?: readonly string[];
  /** Whose intent; everybody's without it. */
  readonly targets?: readonly string[];
  readonly signal?: AbortSignal;
}
