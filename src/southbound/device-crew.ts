// The workers of all devices: taken on with what is remembered, told what the platform says anew, let go.

import type { Snapshot } from '../datastore/snapshot.ts';
import { southboundLog } from '../log.ts';
import type { Adapter, Device } from './adapter.ts';
import { type DeviceCare, readCare, usualCare } from './device-care.ts';
import { identityOf, isSameMachine } from './device-registry.ts';
import { DeviceWorker } from './device-worker.ts';
import { DocumentQueue } from './document-queue.ts';
import { Elsewhere } from './elsewhere.ts';
import type { OtherDevices } from './other-devices.ts';
import type { Adapters } from './renderer.ts';
import type { WorkerSurroundings } from './worker-parts.ts';

type Devices = ReadonlyMap<string, Device>;

export class DeviceCrew {
  readonly #adapters: Adapters;
  readonly #surroundings: WorkerSurroundings;
  /** The devices as of the last revision that was taken in. */
  readonly #devices: () => Devices;
  readonly #workers = new Map<string, DeviceWorker>();
  readonly #queues = new Map<string, DocumentQueue>();
  readonly #elsewhere: Elsewhere;

  constructor(adapters: Adapters, surroundings: WorkerSurroundings, devices: () => Devices) {
    this.#adapters = adapters;
    this.#surroundings = surroundings;
    this.#devices = devices;
    this.#elsewhere = new Elsewhere({
      device: (name) => this.#devices().get(name),
      queue: (name) => this.#queues.get(name),
      released: (name, key) => this.#workers.get(name)?.released(key),
    });
  }

  get(device: string): DeviceWorker | undefined {
    return this.#workers.get(device);
  }

  queue(device: string): DocumentQueue | undefined {
    return this.#queues.get(device);
  }

  names(): string[] {
    return [...this.#workers.keys()];
  }

  /** Takes on all devices there are when the service starts. `started` is to be called once they know their work. */
  async begin(devices: Devices, platform: Snapshot | undefined, revision: number): Promise<void> {
    const { store } = this.#surroundings;
    for (const name of await store.devices()) if (!devices.has(name)) await store.forget(name);
    for (const device of devices.values()) await this.#employ(device, careOf(platform, device.name), revision);
  }

  /** They know their work. */
  started(): void {
    this.#elsewhere.devicesChanged(this.#devices().keys());
    for (const worker of this.#workers.values()) worker.start();
  }

  /**
   * Lets go and takes on workers as the platform now says.
   * @returns what is to be done once they know their work and `devices` are the devices
   */
  async change(
    names: ReadonlySet<string>,
    devices: Devices,
    platform: Snapshot | undefined,
    revision: number,
  ): Promise<() => Promise<void>> {
    const begin: (() => Promise<void> | void)[] = [];
    for (const name of names) {
      const [before, after] = [this.#devices().get(name), devices.get(name)];
      const care = careOf(platform, name);
      if (after !== undefined && isSameMachine(before, after)) {
        begin.push(() => this.#workers.get(name)?.update({ device: after, care }));
        continue;
      }
      try {
        await this.#dismiss(name);
        if (after === undefined) await this.#surroundings.store.forget(name);
        else {
          const worker = await this.#employ(after, care, revision);
          if (worker !== undefined) begin.push(() => worker.start());
        }
      } catch (error) {
        southboundLog.error(
          { device: name, err: error },
          'the device cannot be taken on; it is idle until the next start',
        );
      }
    }
    return async () => {
      if (names.size > 0) this.#elsewhere.devicesChanged(names);
      for (const each of begin) await each();
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    this.#workers.clear();
    this.#queues.clear();
  }

  async #dismiss(name: string): Promise<void> {
    await this.#workers.get(name)?.stop();
    const ids = this.#queues.get(name)?.ids() ?? [];
    this.#workers.delete(name);
    this.#queues.delete(name);
    this.#elsewhere.forget(name);
    for (const id of ids) this.#surroundings.onDocumentStatus(name, id);
  }

  /** A worker that knows what its device held last, and not yet what it should hold. */
  async #employ(device: Device, care: DeviceCare, revision: number): Promise<DeviceWorker | undefined> {
    const adapter = this.#adapters.get(device.kind);
    const { name } = device;
    if (adapter === undefined) {
      southboundLog.error({ device: name, kind: device.kind }, 'no adapter for this kind of device is loaded');
      return undefined;
    }
    const { store } = this.#surroundings;
    const remembered = await store.load(name);
    const known = remembered.identity === identityOf(device);
    if (!known) await store.reset(name, identityOf(device));
    const queue = new DocumentQueue(
      known ? remembered.documents : new Map(),
      revision,
      this.#othersOf(name, adapter.documentKinds),
    );
    const worker = new DeviceWorker(this.#surroundings, { adapter, device, care, queue, isFresh: !known });
    this.#queues.set(name, queue);
    this.#workers.set(name, worker);
    return worker;
  }

  #othersOf(device: string, kinds: Adapter['documentKinds']): OtherDevices {
    const others = this.#elsewhere.of(device, (kind) => kinds[kind]?.overlaps === true);
    return {
      ...others,
      changed: (id, standing) => {
        others.changed(id, standing);
        this.#surroundings.onDocumentStatus(device, id);
      },
    };
  }
}

function careOf(platform: Snapshot | undefined, device: string): DeviceCare {
  return platform === undefined ? usualCare : readCare(platform, platform.model.root, device);
}
