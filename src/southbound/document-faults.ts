// Documents that cannot be sent for a reason found before asking the device, by device.

import { southboundLog } from '../log.ts';
import type { DocumentStatus } from './document-status.ts';
import type { DocumentFault } from './reconciler-options.ts';

/** Why a document cannot be sent, or that another one wants it too. */
export interface Fault {
  readonly message: string;
  readonly isContested: boolean;
}

export class DocumentFaults {
  readonly #byDevice = new Map<string, Map<string, Fault>>();
  readonly #changed: (device: string, document: string) => void;

  /** @param changed told of each document that has another fault than before, or none any more */
  constructor(changed: (device: string, document: string) => void) {
    this.#changed = changed;
  }

  note(device: string, documentId: string, fault: Fault | undefined): void {
    const faults = this.#byDevice.get(device) ?? new Map<string, Fault>();
    const before = faults.get(documentId);
    if (fault === undefined) faults.delete(documentId);
    else {
      faults.set(documentId, fault);
      southboundLog.warn({ device, document: documentId, reason: fault.message }, 'a document cannot be sent');
    }
    if (faults.size === 0) this.#byDevice.delete(device);
    else this.#byDevice.set(device, faults);
    if (before?.message !== fault?.message) this.#changed(device, documentId);
  }

  /** The device is not listed any more. */
  forget(device: string): void {
    this.#byDevice.delete(device);
  }

  of(device: string): DocumentFault[] {
    return [...(this.#byDevice.get(device) ?? [])].map(([document, { message }]) => ({ document, message }));
  }

  /** The status of a document with its fault. What another one wants here is not for the eyes of who has the document. */
  withFault(device: string, status: DocumentStatus): DocumentStatus {
    const fault = this.#byDevice.get(device)?.get(status.ref.id);
    if (fault === undefined || fault.isContested) return status;
    return { ...status, status: 'failed', reason: fault.message };
  }
}
