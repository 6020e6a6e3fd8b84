// One operation on a device: noted before it is sent, sent, and noted again with what came of it.

import { southboundLog } from '../../log.ts';
import { type Adapter, type Device, DeviceError } from '../adapter.ts';
import type { DeviceCheck } from './device-check.ts';
import type { DeviceLine } from './device-line.ts';
import type { DocumentQueue, Held, Operation } from './document-queue.ts';
import type { LatencyMeter } from './latency.ts';
import { withoutAddress } from './without-address.ts';
import type { WorkerSurroundings } from './worker-parts.ts';

/** What operations need. */
export interface OperationParts {
  readonly surroundings: WorkerSurroundings;
  readonly adapter: Adapter;
  readonly device: () => Device;
  readonly queue: DocumentQueue;
  readonly line: DeviceLine;
  readonly check: DeviceCheck;
  readonly latency: LatencyMeter;
  readonly isStopped: () => boolean;
  /** Resolves when all that was to be noted before is. */
  readonly written: () => Promise<void>;
}

export class DeviceOperations {
  readonly #parts: OperationParts;

  constructor(parts: OperationParts) {
    this.#parts = parts;
  }

  /** Sends it, unless the device is found to have it already. @throws what the call throws */
  async perform(operation: Operation): Promise<void> {
    const { ref } = operation;
    try {
      await this.#parts.written();
      if (operation.op === 'put' && this.#parts.check.mustLook(operation)) {
        await this.#look(operation);
        return;
      }
      const isFirst = this.#parts.queue.standing(ref.id)?.held?.confirmed !== true;
      // Noted before it is sent: a document that arrived just before a crash must be removable after it.
      await this.#parts.surroundings.store.put(this.#parts.device().name, ref.id, this.#parts.queue.started(operation));
      await this.#send(operation);
      await this.remember(ref.id, this.#parts.queue.succeeded(operation));
      this.#parts.check.taken(operation, isFirst);
      this.#arrived();
      this.#tell(operation, undefined, false);
    } catch (error) {
      if (!this.#parts.isStopped()) this.#disappointed(operation, error);
      throw error;
    }
  }

  async #look(operation: Extract<Operation, { op: 'put' }>): Promise<void> {
    await this.#parts.check.look(operation);
    this.#arrived();
  }

  #arrived(): void {
    const { clock, intentRevision } = this.#parts.surroundings;
    this.#parts.latency.taken(this.#parts.queue.takenUpTo(intentRevision()), clock.nowMs());
  }

  async #send(operation: Operation): Promise<void> {
    const { ref } = operation;
    const device = this.#parts.device();
    if (operation.op === 'put') {
      await this.#parts.line.call((client, signal) => client.put(ref, operation.desired.body, signal), 'change');
    } else if (
      this.#parts.adapter.documentKinds[ref.kind]?.removal === 'reset' &&
      this.#parts.adapter.neutral !== undefined
    ) {
      const neutral = this.#parts.adapter.neutral(device, ref);
      await this.#parts.line.call((client, signal) => client.put(ref, neutral, signal), 'change');
    } else {
      await this.#parts.line.call((client, signal) => client.remove(ref, signal), 'change');
    }
  }

  /** The device has it, whether we can note that or not; without the note it is only sent once more after a restart. */
  async remember(id: string, held: Held | undefined): Promise<void> {
    const { name } = this.#parts.device();
    try {
      await this.#parts.surroundings.store.put(name, id, held);
    } catch (error) {
      southboundLog.error({ device: name, document: id, err: error }, 'cannot note what the device holds');
    }
  }

  #disappointed(operation: Operation, error: unknown): void {
    const message = this.#parts.line.words(error);
    if (!(error instanceof DeviceError) || error.reason === 'unavailable') {
      this.#parts.queue.failed(operation);
      this.#tell(operation, message, true);
      return;
    }
    const { name, address } = this.#parts.device();
    const told = withoutAddress(message, address);
    this.#parts.queue.refused(operation, told, this.#causes(operation, error.leaf));
    this.#arrived();
    const fields = { device: name, document: operation.ref.id, op: operation.op, words: message };
    southboundLog.error(fields, 'the device refused a document; it waits for a change of intent');
    this.#tell(operation, message, false);
  }

  /** The leaves of intent that the device complains about; undefined when that is not known. */
  #causes({ ref }: Operation, leaf: string | undefined): readonly string[] | undefined {
    if (leaf === undefined) return undefined;
    const { name } = this.#parts.device();
    try {
      const causes = this.#parts.surroundings.causesOf?.(name, ref, leaf) ?? [];
      return causes.length === 0 ? undefined : causes;
    } catch (error) {
      southboundLog.error(
        { device: name, document: ref.id, leaf, err: error },
        'cannot explain what the device refuses',
      );
      return undefined;
    }
  }

  #tell(operation: Operation, error: string | undefined, retried: boolean): void {
    const { op, ref, revision } = operation;
    const body = operation.op === 'put' ? operation.desired.body : undefined;
    const device = this.#parts.device().name;
    this.#parts.surroundings.onDocument({ device, op, ref, body, ok: error === undefined, error, retried, revision });
  }
}
