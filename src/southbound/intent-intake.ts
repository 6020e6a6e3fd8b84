// Takes intent in, transaction after transaction in the order of the feed, and tells the devices' workers what it means for them.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { FeedEvent } from '../datastore/transaction.ts';
import { southboundLog } from '../log.ts';
import type { AckStore } from './device/ack-store.ts';
import type { DeviceCrew } from './device/device-crew.ts';
import { isSameMachine } from './device-registry.ts';
import type { DocumentFaults } from './document-faults.ts';
import type { Assignment, Intake, Planner } from './intent/planner.ts';
import { deviceNames } from './intent/platform-changes.ts';
import { unlisted } from './intent/unlisted.ts';
import type { IntentSource } from './reconciler-options.ts';
import type { SettleWaiters } from './settle-waiters.ts';

/** The reserved target that lists devices. */
const PLATFORM = 'platform';

/** What is told of intent. */
export interface IntakeParts {
  readonly planner: Planner;
  readonly crew: DeviceCrew;
  readonly waiters: SettleWaiters;
  readonly store: AckStore;
  readonly faults: DocumentFaults;
  /** Versions that devices were found to have, by name. */
  readonly versions: Map<string, string>;
  /** The status of a device may have changed. */
  readonly tellStatus: (device: string) => void;
}

export class IntentIntake {
  readonly #parts: IntakeParts;
  #platform: Snapshot | undefined;
  #revision = 0;
  /** The one that is being taken in. */
  #incoming = 0;
  #done: Promise<void> = Promise.resolve();
  /** Transactions about devices that are committed and not yet taken in. */
  #devicesMove = 0;
  #unlisten: (() => void) | undefined;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** The last revision of which the workers know everything. */
  get revision(): number {
    return this.#revision;
  }

  /** Resolves when everything that has come so far is taken in. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** Whether there are changes of devices that are committed and not taken in. */
  get devicesMove(): boolean {
    return this.#devicesMove > 0;
  }

  /** Takes in all intent there is, goes on where the devices were left, and follows the feed. */
  async follow(source: IntentSource): Promise<void> {
    // Up to the first await nothing else runs: the feed goes on exactly where these snapshots end.
    this.#unlisten = source.listen((event) => {
      // State is what this engine itself reports; it is no intent.
      if (event.state === true) return;
      const moves = Number(deviceNames(event.commits).size > 0);
      this.#devicesMove += moves;
      void this.#queue(async () => {
        try {
          await this.#takeIn(event);
        } finally {
          this.#devicesMove -= moves;
        }
      });
    });
    this.#incoming = source.head.revision;
    const snapshots = source.targets().flatMap(({ name }) => source.snapshot(name) ?? []);
    await this.#queue(() => this.#begin(snapshots));
  }

  /** A device answered what its version is: what it gets is rendered anew. */
  noteVersion(device: string, version: string): Promise<void> {
    const asked = this.#parts.crew.get(device);
    return this.#queue(async () => {
      // Another machine may bear the name by now.
      if (asked !== undefined && asked === this.#parts.crew.get(device)) await this.#noteVersion(device, version);
    });
  }

  /** Follows no longer. */
  async end(): Promise<void> {
    this.#unlisten?.();
    await this.#done;
  }

  /** Intake is one after the other, in the order of the feed. */
  #queue(task: () => Promise<void>): Promise<void> {
    const done = this.#done.then(task);
    this.#done = done.catch((error: unknown) => {
      southboundLog.error({ err: error }, 'intent could not be taken in; devices may lag behind until the next start');
    });
    return done;
  }

  async #begin(snapshots: readonly Snapshot[]): Promise<void> {
    this.#platform = snapshots.find(({ target }) => target === PLATFORM);
    for (const [device, version] of await this.#parts.store.versions()) this.#parts.versions.set(device, version);
    const intake = await this.#parts.planner.prepareAll(snapshots);
    await this.#parts.crew.begin(intake.devices, this.#platform, this.#incoming);
    this.#assign(await this.#parts.planner.accept(intake, []), undefined);
    this.#leaveUnlisted(intake);
    this.#parts.crew.started();
  }

  /** What cannot be told of intent takes nothing from devices: they keep what they have until intent wants it again. */
  #leaveUnlisted({ overlay, devices }: Intake): void {
    const isUnlisted = unlisted(overlay.units.values());
    for (const device of devices.values()) {
      const queue = this.#parts.crew.queue(device.name);
      for (const id of queue?.ids() ?? []) {
        const { desired, target } = queue?.standing(id) ?? {};
        if (desired !== undefined || !isUnlisted(device, target)) continue;
        this.#parts.crew.get(device.name)?.leave(id, this.#revision);
        const message = 'it cannot be told whether intent still wants the document; the device keeps it';
        this.#parts.faults.note(device.name, id, { message, isContested: false });
      }
    }
  }

  async #takeIn({ revision, timeNs, commits }: FeedEvent): Promise<void> {
    this.#incoming = revision;
    const intake = await this.#parts.planner.prepare(commits);
    this.#platform = commits.find(({ target }) => target === PLATFORM)?.after ?? this.#platform;
    const names = deviceNames(commits);
    for (const name of names) {
      if (!isSameMachine(this.#parts.planner.devices.get(name), intake.devices.get(name)))
        this.#parts.versions.delete(name);
    }
    const crew = await this.#parts.crew.change(names, intake.devices, this.#platform, revision);
    const assignments = await this.#parts.planner.accept(intake, commits);
    crew.install();
    this.#assign(assignments, Number(timeNs / 1_000_000n));
    for (const name of names) if (!intake.devices.has(name)) this.#parts.faults.forget(name);
    await crew.begin();
    for (const name of names) {
      this.#parts.waiters.look(name);
      this.#parts.tellStatus(name);
    }
  }

  /** Renders anew for a device of which the version was found out. */
  async #noteVersion(device: string, version: string): Promise<void> {
    if (this.#parts.versions.get(device) === version) return;
    this.#parts.versions.set(device, version);
    await this.#parts.store.noteVersion(device, version);
    const intake = await this.#parts.planner.prepareDevice(device);
    const crew = await this.#parts.crew.change(new Set([device]), intake.devices, this.#platform, this.#incoming);
    const assignments = await this.#parts.planner.accept(intake, []);
    crew.install();
    this.#assign(assignments, undefined);
    await crew.begin();
  }

  /** Tells the workers all at once: a document may need another. @param timeMs when it was committed */
  #assign(assignments: readonly Assignment[], timeMs: number | undefined): void {
    const revision = this.#incoming;
    const told = new Set<string>();
    for (const { device, document, desired, leave, fault, isContested, target, causes } of assignments) {
      const worker = this.#parts.crew.get(device);
      told.add(device);
      this.#parts.faults.note(
        device,
        document,
        fault === undefined ? undefined : { message: fault.message, isContested },
      );
      const before = this.#parts.crew.queue(device)?.standing(document);
      if (before?.isPending === true && before.desired?.text !== desired?.text) {
        this.#parts.waiters.superseded(device, document, before.revision, revision);
      }
      if (leave) worker?.leave(document, revision);
      else worker?.want(document, desired, revision, { target, causes }, timeMs);
    }
    this.#revision = revision;
    this.#parts.waiters.told();
    // The device itself may not answer for long.
    for (const device of told) {
      this.#parts.waiters.look(device);
      this.#parts.tellStatus(device);
    }
  }
}
