// The workers of all devices: taken on with what is remembered, told what the platform says anew, let go.

import type { Snapshot } from '../../datastore/snapshot.ts';
import { southboundLog } from '../../log.ts';
import type { Adapter, Device } from '../adapter.ts';
import { identityOf, isSameMachine } from '../device-registry.ts';
import type { Adapters } from '../intent/renderer.ts';
import { type DeviceCare, readCare, usualCare } from './device-care.ts';
import { DeviceWorker } from './device-worker.ts';
import { DocumentQueue } from './document-queue.ts';
import { Elsewhere } from './elsewhere.ts';
import type { OtherDevices } from './other-devices.ts';
import type { WorkerSurroundings } from './worker-parts.ts';

type Devices = ReadonlyMap<string, Device>;

/** What is left to do of a change of devices. */
export interface CrewChange {
  /** Puts the new workers in the place of the former ones: right before they are told what their devices should hold. */
  readonly install: () => void;
  /** To be called once they know their work and the devices are the new ones. */
  readonly begin: () => Promise<void>;
}

export class DeviceCrew {
  readonly #adapters: Adapters;
  readonly #surroundings: WorkerSurroundings;
  /** The devices as of the last revision that was taken in. */
  readonly #devices: () => Devices;
  readonly #workers = new Map<string, DeviceWorker>();
  readonly #queues = new Map<string, DocumentQueue>();
  readonly #elsewhere: Elsewhere;
  /** Why devices could not be taken on. */
  readonly #troubles = new Map<string, string>();

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

  /** Why a device is not driven; undefined when it is, or no adapter could. */
  troubleOf(device: string): string | undefined {
    return this.#troubles.get(device);
  }

  names(): string[] {
    return [...this.#workers.keys()];
  }

  /** Takes on all devices there are when the service starts. `started` is to be called once they know their work. */
  async begin(devices: Devices, platform: Snapshot | undefined, revision: number): Promise<void> {
    const { store } = this.#surroundings;
    for (const name of await store.devices()) if (!devices.has(name)) await store.forget(name);
    for (const device of devices.values()) {
      try {
        const employ = await this.#recall(device, careOf(platform, device.name), revision);
        employ();
      } catch (error) {
        this.#isIdle(device.name, error);
      }
    }
  }

  /** They know their work. */
  started(): void {
    this.#elsewhere.devicesChanged(this.#devices().keys());
    for (const worker of this.#workers.values()) worker.start();
  }

  /** Lets go and takes on workers as the platform now says; the former ones stand for their devices until the last moment. */
  async change(
    names: ReadonlySet<string>,
    devices: Devices,
    platform: Snapshot | undefined,
    revision: number,
  ): Promise<CrewChange> {
    const install: (() => void)[] = [];
    const begin: (() => Promise<void> | void)[] = [];
    for (const name of names) {
      const [before, after] = [this.#devices().get(name), devices.get(name)];
      const care = careOf(platform, name);
      if (after !== undefined && isSameMachine(before, after)) {
        begin.push(() => this.#workers.get(name)?.update({ device: after, care }));
        continue;
      }
      let employ: (() => DeviceWorker | undefined) | undefined;
      this.#troubles.delete(name);
      try {
        await this.#workers.get(name)?.stop();
        if (after === undefined) await this.#surroundings.store.forget(name);
        else employ = await this.#recall(after, care, revision);
      } catch (error) {
        this.#isIdle(name, error);
      }
      install.push(() => {
        this.#letGo(name);
        const worker = employ?.();
        if (worker !== undefined) begin.push(() => worker.start());
      });
    }
    return {
      install: () => {
        for (const each of install) each();
      },
      begin: async () => {
        if (names.size > 0) this.#elsewhere.devicesChanged(names);
        for (const each of begin) await each();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    this.#workers.clear();
    this.#queues.clear();
  }

  /** One device that cannot be driven costs the others nothing. */
  #isIdle(name: string, error: unknown): void {
    this.#troubles.set(name, error instanceof Error ? error.message : String(error));
    southboundLog.error({ device: name, err: error }, 'the device cannot be taken on; it is idle until the next start');
  }

  #letGo(name: string): void {
    const ids = this.#queues.get(name)?.ids() ?? [];
    this.#workers.delete(name);
    this.#queues.delete(name);
    this.#elsewhere.forget(name);
    for (const id of ids) this.#surroundings.onDocumentStatus(name, id);
  }

  /** What takes on a worker that knows what its device held last, and not yet what it should hold. */
  async #recall(device: Device, care: DeviceCare, revision: number): Promise<() => DeviceWorker | undefined> {
    const adapter = this.#adapters.get(device.kind);
    const { name } = device;
    if (adapter === undefined) {
      southboundLog.error({ device: name, kind: device.kind }, 'no adapter for this kind of device is loaded');
      return () => undefined;
    }
    const { store } = this.#surroundings;
    const remembered = await store.load(name);
    const known = remembered.identity === identityOf(device);
    if (!known) await store.reset(name, identityOf(device));
    return () => {
      const others = this.#othersOf(name, adapter.documentKinds);
      const queue = new DocumentQueue(known ? remembered.documents : new Map(), revision, others);
      const worker = new DeviceWorker(this.#surroundings, { adapter, device, care, queue, isFresh: !known });
      this.#queues.set(name, queue);
      this.#workers.set(name, worker);
      return worker;
    };
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
