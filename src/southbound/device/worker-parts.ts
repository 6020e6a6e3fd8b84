// What the driver of a device is given: its surroundings, which all share, and its charge.

import type { Adapter, Device, DocumentRef, Json } from '../adapter.ts';
import type { DocumentEvent } from '../device-status.ts';
import type { AckStore } from './ack-store.ts';
import type { DeviceCare } from './device-care.ts';
import type { LineSurroundings } from './device-line.ts';
import type { DocumentQueue } from './document-queue.ts';
import type { AdoptionParts } from './drift-book.ts';

/** What a worker needs from its surroundings; the same for all workers. */
export interface WorkerSurroundings extends LineSurroundings, AdoptionParts {
  readonly store: AckStore;
  /** The last revision that the engine has taken in. */
  readonly intentRevision: () => number;
  /** Leaves of intent that a leaf of a document was made from. */
  readonly causesOf: ((device: string, ref: DocumentRef, leaf: string) => readonly string[]) | undefined;
  readonly onDocument: (event: DocumentEvent) => void;
  /** The status of a document may have changed. */
  readonly onDocumentStatus: (device: string, document: string) => void;
  /** The status of the device may have changed, after each call and whenever it has come to rest. */
  readonly onStatus: (device: string) => void;
  readonly onObservation: (device: string, observation: Json) => void;
  /** The device was found to have this version; it resolves when the worker has been told what that means. */
  readonly onVersion: (device: string, version: string) => Promise<void>;
}

/** What a worker is given of one device. */
export interface Charge {
  readonly device: Device;
  readonly care: DeviceCare;
}

/** What a worker is given when it begins. */
export interface FirstCharge extends Charge {
  readonly adapter: Adapter;
  readonly queue: DocumentQueue;
  /** Whether it is not known what the device holds. */
  readonly isFresh: boolean;
}
