// What the queue of one device tells others of its documents, and asks about theirs.

import type { DocumentRef } from '../adapter.ts';
import type { Desired, Held, Operation, Refusal } from './held-document.ts';

/** Keys of what is waited for on other devices begin like this; ids of documents never do. */
export const ELSEWHERE = '\0';

/** What one queue needs to know of other devices. */
export interface OtherDevices {
  /** What the operation waits for on another device; `released` is called with this key when it may go on. */
  blocker(operation: Operation): string | undefined;
  /** Whether nothing but a change of intent can end the wait. */
  isStuck(key: string): boolean;
  /** Told of every document whose standing may have changed. */
  changed(id: string, standing: Standing | undefined): void;
}

/** All that is known of one document. */
export interface Standing {
  readonly ref: DocumentRef;
  readonly target: string | undefined;
  readonly desired: Desired | undefined;
  readonly held: Held | undefined;
  readonly isPending: boolean;
  readonly refusal: Refusal | undefined;
  readonly revision: number;
}
