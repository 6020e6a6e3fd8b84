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
}

/** What a device offers for one kind of document. */
export interface DocumentKind {
  /** Whether `read` gives back what the device holds. */
  readonly readable: boolean;
  /** How a document goes: by a removal on the wire, or by putting a neutral document in its place. */
  readonly removal: 'remove' | 'reset';
}

/** A leaf value as an adapter reads it: numbers up to 32 bits as number, 64-bit ones and decimal64 as text. */
export type LeafValue = string | number | boolean;

/**
 * One container or list entry of a tenant's intent. Reads include defaults in use and are recorded, so that the engine
 * knows which documents a change touches. Names are bare node names; an unknown name throws, it is a fault of the adapter.
 */
export interface IntentNode {
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
  /** Absent is fine. */
  remove(ref: DocumentRef, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Why a device did not take a document. */
export class DeviceError extends Error {
  /** `unavailable` may pass and is retried without end; `refused` is the device's verdict on this document. */
  readonly reason: 'unavailable' | 'refused';

  constructor(reason: 'unavailable' | 'refused', message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'DeviceError';
    this.reason = reason;
  }
}

/** What a folder under `adapters/` exports as `adapter`. */
export interface Adapter {
  /** The value of a device's `kind` leaf that this adapter drives. */
  readonly kind: string;
  /** Ids of the models whose intent it understands, e.g. `aether@2.1`; targets of other models are not shown to it. */
  readonly models: readonly string[];
  readonly documentKinds: Readonly<Record<string, DocumentKind>>;
  /**
   * A top-level list of intent of which each entry needs its own documents, e.g. `site`. `list` then gets one entry at a
   * time, and a change inside one entry lists that entry alone again. Without it `list` gets the root.
   */
  readonly partition?: string;
  /** Which documents this tenant's intent, or its part, needs on the device. Pure and deterministic; no id twice. */
  list(part: IntentNode, device: Device): readonly DocumentRef[];
  /**
   * The content of one of them, made from the root of intent. Pure and deterministic; object members in any order, the engine sorts them.
   * @throws EdgeconfError FAILED_PRECONDITION when the device could not take what the intent says; refuses the commit.
   */
  render(intent: IntentNode, device: Device, ref: DocumentRef): Json;
  /** @param secret what the device's credentials reference stands for. */
  connect(device: Device, secret: string | undefined): DeviceClient;
}
