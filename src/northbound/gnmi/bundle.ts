// Collects updates and deletes into one Notification until it is full. [gNMI 3.5.2.1]

import { type Path, subscribeResponseType, type TypedValue, type Update } from '../../proto/gnmi.ts';
import type { GnmiLimits } from './limits.ts';
import { toTimestamp } from './timestamp.ts';

/** Tags, lengths and the fixed parts of one update, about. */
const overheadBytes = 64;

export class Bundle {
  readonly #limits: GnmiLimits;
  /** That of the Notification. */
  readonly prefix: Path | undefined;
  #updates: Update[] = [];
  #deletes: Path[] = [];
  #bytes = 0;

  constructor(limits: GnmiLimits, prefix: Path | undefined) {
    this.#limits = limits;
    this.prefix = prefix;
  }

  get isEmpty(): boolean {
    return this.#updates.length + this.#deletes.length === 0;
  }

  get isFull(): boolean {
    return (
      this.#updates.length + this.#deletes.length >= this.#limits.updatesPerNotification ||
      this.#bytes >= this.#limits.notificationBytes
    );
  }

  /** @param bytes about the size of path and value. */
  update(path: Path, val: TypedValue, duplicates: number, bytes: number): void {
    this.#updates.push(duplicates === 0 ? { path, val } : { path, val, duplicates });
    this.#bytes += bytes + overheadBytes;
  }

  delete(path: Path): void {
    this.#deletes.push(path);
    this.#bytes += overheadBytes;
  }

  /** What was collected as an encoded SubscribeResponse; the bundle is empty afterwards. */
  take(timeNs: bigint): Buffer {
    const encoded = subscribeResponseType.encode({
      update: {
        timestamp: toTimestamp(timeNs),
        ...(this.prefix === undefined ? {} : { prefix: this.prefix }),
        update: this.#updates,
        delete: this.#deletes,
      },
    });
    this.#updates = [];
    this.#deletes = [];
    this.#bytes = 0;
    return encoded;
  }
}

/** The marker behind the values of a snapshot. [gNMI 3.5.1.4] */
export const syncResponse: Buffer = subscribeResponseType.encode({ sync_response: true });

/**
 * The marker behind all that a commit changed: the client now holds what there was at its revision.
 * @param confirmId the client's id of a commit that waits for its confirmation, or of one that is undone.
 * [gnmi-config-subscriptions 2.2.2]
 */
export function commitMarker(revision: number, confirmId: string | undefined): Buffer {
  const sync_done = {
    ...(confirmId === undefined ? {} : { commit_confirm_id: confirmId }),
    server_commit_id: String(revision),
    done: true,
  };
  return subscribeResponseType.encode({ extension: [{ config_subscription: { sync_done } }] });
}
