// What the simulated core holds: its database collections, with the database's way of updating documents.
import type { DeviceGroup, NetworkSlice } from './documents.ts';
import { Registrations } from './registrations.ts';

export interface Subscriber {
  readonly ueId: string;
  readonly opc: string;
  readonly key: string;
  readonly sequenceNumber: string;
}

/** One entry of the access and mobility collection; it carries a PLMN once a slice reached the subscriber. */
export interface AccessEntry {
  readonly ueId: string;
  readonly plmn?: string;
}

export interface ProvisionedDnn {
  readonly dnn: string;
  readonly uplinkBps: number;
  readonly downlinkBps: number;
  readonly qci: number;
}

/** What network functions would find for a subscriber: the outcome of device groups and slices together. */
export interface ProvisionedSession {
  readonly plmn: string;
  readonly sst: number;
  readonly sd: string;
  readonly dnns: readonly ProvisionedDnn[];
}

export interface Gnb {
  readonly name: string;
  readonly tac?: number;
}

export interface Upf {
  readonly hostname: string;
  readonly port: string;
}

export class CoreState {
  /** Documents are replaced, never changed in place, so that a fork is cheap. */
  readonly deviceGroups = new Map<string, DeviceGroup>();
  readonly networkSlices = new Map<string, NetworkSlice>();
  readonly subscribers = new Map<string, Subscriber>();
  readonly accessEntries = new Map<string, readonly AccessEntry[]>();
  readonly provisioned = new Map<string, readonly ProvisionedSession[]>();
  readonly gnbs = new Map<string, Gnb>();
  readonly upfs = new Map<string, Upf>();
  /** No document: what devices do by themselves. */
  readonly ues = new Registrations();

  /** A state of its own with the same documents. */
  fork(): CoreState {
    const fork = new CoreState();
    for (const [name, collection] of Object.entries(this)) {
      if (!(collection instanceof Map)) continue;
      const copy = fork[name as keyof CoreState] as unknown as Map<unknown, unknown>;
      for (const [key, value] of collection) copy.set(key, value);
    }
    return fork;
  }

  clear(): void {
    for (const collection of Object.values(this)) (collection as { clear(): void }).clear();
  }

  /** Sets the members that the document has; a member it leaves out keeps the value stored before. */
  putDeviceGroup(document: DeviceGroup): void {
    const name = document['group-name'];
    this.deviceGroups.set(name, { ...this.deviceGroups.get(name), ...document });
  }

  /** Like {@link putDeviceGroup}: so an empty list of filtering rules does not remove the rules stored before. */
  putNetworkSlice(document: NetworkSlice): void {
    const name = document['slice-name'];
    this.networkSlices.set(name, { ...this.networkSlices.get(name), ...document });
  }

  /** Names a serving PLMN for a subscriber: in the entry that has it, else in the one that has none, else in a new one. */
  putAccessEntry(ueId: string, plmn: string): void {
    const entries = [...(this.accessEntries.get(ueId) ?? [])];
    const index = entries.findIndex((entry) => entry.plmn === plmn || entry.plmn === undefined);
    entries[index < 0 ? entries.length : index] = { ueId, plmn };
    this.accessEntries.set(ueId, entries);
  }

  putSession(ueId: string, session: ProvisionedSession): void {
    const others = (this.provisioned.get(ueId) ?? []).filter((known) => known.plmn !== session.plmn);
    this.provisioned.set(ueId, [...others, session]);
  }

  /** Takes what device groups and slices provisioned for a subscriber in one PLMN; credentials stay. */
  removeProvisioned(ueId: string, plmn: string): void {
    const entries = (this.accessEntries.get(ueId) ?? []).filter((entry) => entry.plmn !== plmn);
    const sessions = (this.provisioned.get(ueId) ?? []).filter((session) => session.plmn !== plmn);
    if (entries.length > 0) this.accessEntries.set(ueId, entries);
    else this.accessEntries.delete(ueId);
    if (sessions.length > 0) this.provisioned.set(ueId, sessions);
    else this.provisioned.delete(ueId);
  }
}
