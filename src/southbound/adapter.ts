// The contract between the service and an adapter: pure rendering of intent into documents, and a client for the wire.

export { EdgeconfError } from '../errors.ts';
export { documentText, readDocument } from './document-json.ts';

/** A document's content, and any JSON on the wire. 64-bit integers are bigint and print as integer tokens. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [name: string]: Json };

/** What an adapter may know of the device it renders for; from the platform target. */
export interface Device {
  readonly name: string;
  /** Adapter name, e.g. `sd-core`. */
  readonly kind: string;
  /** The only address that is dialled, a URI. */
  readonly address: string;
  /** Endpoint URIs in intent that this device answers for. */
  readonly endpoints: readonly string[];
  readonly version: string | undefined;
  readonly enabled: boolean;
  /** A reference such as `env:NAME` or `file:/path`, resolved by the engine when it connects; never the secret. */
  readonly credentials: string | undefined;
  /** Settings that only the adapter understands, by name; see `Adapter.checkDevice`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Names one document of a device; stable over time and unique in the device. */
export interface DocumentRef {
  readonly kind: string;
  /** Unique among all documents of the device, e.g. `device-group/acme-robots`. */
  readonly id: string;
  /** The entry of intent that it is made from, as names and list keys, e.g. `['site', 'chicago', 'slice', 'robots']`. */
  readonly source: readonly string[];
  /** Ids of documents that must be in effect before this one is put, and that are removed after it. */
  readonly dependsOn: readonly string[];
  /**
   * Documents of other devices that must be there before this one is put: it waits while the device that answers for
   * `endpoint` is enabled, wants the document `id`, and has never had it for the same entry of intent.
   */
  readonly dependsOnElsewhere?: readonly { readonly endpoint: string; readonly id: string }[];
  /** Further entries of intent that are in effect only when this document is, written like `source`. */
  readonly serves?: readonly (readonly string[])[];
  /** What this document takes of what the device has little of; see `Adapter.capacity`. */
  readonly uses?: readonly PoolUse[];
}

/** A share of a pool of a device. */
export interface PoolUse {
  /** Name of the pool, e.g. `slice` or `weight e2:4/e00/3/c8`. */
  readonly pool: string;
  readonly amount: number;
  /** For pools of numbers: which one. It stays taken as long as the device may hold the document. */
  readonly number?: number;
}

/**
 * A number that an entry of intent needs on a device. The service writes it with the same transaction as
 * `allocation[device=...][pool=...]/number` below the entry, unless intent says one itself.
 */
export interface Allocation {
  /** The entry that gets the number; its list has the node `allocation`. */
  readonly source: readonly string[];
  readonly pool: string;
  /** Numbers that may be given, both included. */
  readonly first: number;
  readonly last: number;
  /** What intent says now. */
  readonly number: number | undefined;
}

/** Something that intent asks for and that this kind of device has no way to do. It does not refuse a commit. */
export interface Gap {
  readonly source: readonly string[];
  readonly reason: string;
}

/**
 * Says why a part of a document is as it is: `because('rate in bps', () => group.leaf('mbr', 'uplink') ?? 0)`. What is read
 * within counts as what the value was made from. The result goes into the document as it is: it is not looked at, changed or
 * compared afterwards (when the document is explained it is a stand-in), and may hold parts that have reasons of their own.
 */
export type Because = <T extends Json | undefined>(rule: string, make: () => T) => T;

/** What a device offers for one kind of document. */
export interface DocumentKind {
  /** Whether `read` gives back what the device holds. */
  readonly readable: boolean;
  /** How a document goes: by a removal on the wire, or by putting a neutral document in its place. */
  readonly removal: 'remove' | 'reset';
  /**
   * Documents of one entry of intent may be on the device together: when some come and others go, those that go stay until
   * the new ones are there.
   */
  readonly overlaps?: boolean;
}

/** A leaf value as an adapter reads it: numbers up to 32 bits as number, 64-bit ones and decimal64 as text. */
export type LeafValue = string | number | boolean;

/**
 * One container or list entry of a tenant's intent. Reads include defaults in use and are recorded, so that the engine
 * knows which documents a change touches. Names are bare node names; an unknown name throws, it is a fault of the adapter.
 */
export interface IntentNode {
  /** The target whose intent this is. */
  readonly target: string;
  /** The root of the same intent, for what an entry refers to elsewhere. */
  readonly root: IntentNode;
  /** The keys of this entry, canonical text; empty for a container and the root. */
  readonly keys: readonly string[];
  /** A leaf below, by its names, e.g. `leaf('mbr', 'uplink')`; undefined when it has no value. */
  leaf(...names: string[]): LeafValue | undefined;
  leafList(...names: string[]): readonly LeafValue[];
  /** A container below; it may be empty. */
  container(...names: string[]): IntentNode;
  /** All entries of a list directly below, in tree order. */
  list(name: string): readonly IntentNode[];
  /** One entry of a list directly below; undefined when there is none. */
  entry(name: string, ...keys: string[]): IntentNode | undefined;
}

/** The wire side of one device. All calls are bounded by `signal`; each throws DeviceError when the device does not take it. */
export interface DeviceClient {
  /** The document as the device holds it; undefined when it has none. Only for readable kinds. */
  read(ref: DocumentRef, signal: AbortSignal): Promise<Json | undefined>;
  put(ref: DocumentRef, body: Json, signal: AbortSignal): Promise<void>;
  /** Absent is fine. Only for kinds that are removed; others are reset by `put` of `Adapter.neutral`. */
  remove(ref: DocumentRef, signal: AbortSignal): Promise<void>;
  /** Ids of all documents of a readable kind that the device holds, ours or not. Without it each document is read. */
  list?(kind: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Finds out the version of the device's software, for a device without one in the platform target. */
  version?(signal: AbortSignal): Promise<string | undefined>;
  /** What the device reports of the world (who is connected, how cells are), for `Adapter.state`. */
  observe?(signal: AbortSignal): Promise<Json>;
  close(): Promise<void>;
}

/** Why a device did not take a document. */
export class DeviceError extends Error {
  /** `unavailable` may pass and is retried without end; `refused` is the device's verdict on this document. */
  readonly reason: 'unavailable' | 'refused';
  /** Path of the leaf of the document that the device complains about, where it says so, e.g. `/slice-id/sst`. */
  readonly leaf: string | undefined;

  constructor(
    reason: 'unavailable' | 'refused',
    message: string,
    options: { cause?: unknown; leaf?: string | undefined } = {},
  ) {
    super(message, options);
    this.name = 'DeviceError';
    this.reason = reason;
    this.leaf = options.leaf;
  }
}

/** A document as a device was found to hold it. */
export interface FoundDocument {
  readonly kind: string;
  readonly id: string;
  readonly body: Json;
}

/** One leaf that intent should have: its path below the target's root as names and list keys, and the value; undefined: none. */
export interface IntentEdit {
  readonly path: readonly IntentStep[];
  readonly value: LeafValue | readonly LeafValue[] | undefined;
}

/** A node by its bare name; a list entry with its keys in the order of the schema. */
export interface IntentStep {
  readonly name: string;
  readonly keys?: readonly string[];
}

/** What intent would have to say for a device to hold what it holds. */
export interface Proposal {
  readonly edits: readonly IntentEdit[];
  /** What no intent can say, by document: it would be changed, or left alone when it is a document nobody wants. */
  readonly leftOver: readonly { readonly document: string; readonly reason: string }[];
}

/** From documents back to intent. */
export interface Inverse {
  /** Further kinds that the client lists and of which no documents are made: found for `takeOver` only, without content. */
  readonly alsoLists?: readonly string[];
  /** Edits after which `render` gives what the device has been found to hold in place of one document of this target. */
  adopt(intent: IntentNode, device: Device, ref: DocumentRef, actual: Json): Proposal;
  /** The intent of which `list` and `render` give exactly what the device has been found to hold. */
  takeOver(device: Device, found: readonly FoundDocument[], options: Readonly<Record<string, string>>): Proposal;
}

/** A leaf of state (config false) of a target, see `Adapter.state`. */
export interface StateLeaf {
  readonly path: readonly IntentStep[];
  /** Numbers of 64 bits and decimal64 as text. Undefined: not known. */
  readonly value: LeafValue | undefined;
}

/** How one kind of device is driven. A folder under `adapters/` exports one or several as `adapters`. */
export interface Adapter {
  /** The value of a device's `kind` leaf that this adapter drives. */
  readonly kind: string;
  /** Ids of the models whose intent it understands, e.g. `aether@2.1`; targets of other models are not shown to it. */
  readonly models: readonly string[];
  readonly documentKinds: Readonly<Record<string, DocumentKind>>;
  /**
   * A top-level list of intent of which each entry needs its own documents, e.g. `site`. `list` then gets one entry at a
   * time, and a change inside one entry lists that entry alone again. Without it, and for models that have no such list,
   * `list` gets the root.
   */
  readonly partition?: string;
  /**
   * Looks at what the platform target says of a device of this kind.
   * @throws EdgeconfError FAILED_PRECONDITION for a parameter that it does not know, or an address that it cannot dial.
   */
  checkDevice?(device: Device): void;
  /** The endpoint URIs of devices of this kind that this tenant's intent, or its part, names. Only those devices are listed for it. */
  endpoints(part: IntentNode): readonly string[];
  /**
   * Which documents this tenant's intent, or its part, needs on the device. Pure and deterministic; no id twice. Of
   * `device.endpoints` it depends only on which of the part's own endpoints are among them.
   */
  list(part: IntentNode, device: Device): readonly DocumentRef[];
  /** What the part asks for that the device cannot do. Pure. */
  gaps?(part: IntentNode, device: Device): readonly Gap[];
  /** The numbers that the part needs on the device. Pure; `list` leaves out what has no number yet. */
  allocations?(part: IntentNode, device: Device): readonly Allocation[];
  /** How much there is of a pool; undefined: no limit. */
  capacity?(device: Device, pool: string): number | undefined;
  /**
   * The content of one of the documents, made from the root of intent. Pure and deterministic; of `ref` it depends on kind, id
   * and source alone. Object members in any order, the engine sorts them. Every leaf lies within a `because`.
   * @throws EdgeconfError FAILED_PRECONDITION when the device could not take what the intent says; refuses the commit.
   */
  render(intent: IntentNode, device: Device, ref: DocumentRef, because: Because): Json;
  /** What is put in place of a document that goes, for kinds that are reset. Pure. */
  neutral?(device: Device, ref: DocumentRef): Json;
  /**
   * What `read` gives of a device that has taken `body`: devices leave out, add and convert. Pure. Without it they give back
   * what they took.
   */
  readBack?(device: Device, ref: DocumentRef, body: Json): Json;
  /** What users notice while a document is put in place of another or removed, e.g. `sessions of the slice are set up anew`. */
  interruption?(ref: DocumentRef, before: Json | undefined, after: Json | undefined): string | undefined;
  readonly inverse?: Inverse;
  /** What an observation of the device says of the entries of one part of intent. Pure; taken in slices when it is long. */
  state?(part: IntentNode, device: Device, observation: Json): Iterable<StateLeaf>;
  /** How often a device is observed; 10,000 without it. */
  readonly observeEveryMs?: number;
  /** @param secret what the device's credentials reference stands for. */
  connect(device: Device, secret: string | undefined): DeviceClient;
}
