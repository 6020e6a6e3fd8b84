// What a caller sees of documents on devices: by rights to the intent that they are made from, or to the device.

import type { Action } from '../../access/action.ts';
import { DEVICE_LIST, PLATFORM } from '../../access/platform-target.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import { type Path, type PathElem, type PathQuery, queryOf } from '../../schema/path.ts';
import { decodeKey } from '../../schema/row-key.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';
import type { DocumentRef } from '../../southbound/adapter.ts';
import type { Reads } from '../../southbound/intent/intent-view.ts';
import { type ExplainedLeaf, type IntentRead, type Reason, reasonsAround } from '../../southbound/questions/explain.ts';
import type { Caller } from '../caller.ts';

/** A document as far as rights are concerned. */
export interface SightedDocument {
  readonly device: string;
  readonly target: string | undefined;
  readonly ref: Pick<DocumentRef, 'source'>;
  /** What was read to make it, where that is known. */
  readonly reads?: Reads | undefined;
}

/** For one request. */
export class DocumentSight {
  readonly #caller: Pick<Caller, 'grants' | 'identity'>;
  readonly #snapshot: (target: string) => Snapshot | undefined;
  readonly #devices = new Map<string, boolean>();
  readonly #reasons = new Map<Reason, boolean>();

  /** @param snapshot a target's configuration. */
  constructor(caller: Pick<Caller, 'grants' | 'identity'>, snapshot: (target: string) => Snapshot | undefined) {
    this.#caller = caller;
    this.#snapshot = snapshot;
  }

  /** Whether the caller may know of the document: who reads its entry of intent, or all of the device. */
  sees(document: SightedDocument): boolean {
    const { device, target, ref } = document;
    if (this.seesAll({ device, target })) return true;
    const path = target === undefined ? undefined : this.entry(target, ref.source);
    const key = path?.at(-1)?.node.keys[0];
    if (target === undefined || path === undefined) return false;
    return this.#caller.grants.decide(target, 'read', key === undefined ? path : [...path, { node: key }]);
  }

  /** Whether nothing of the document is kept from the caller: who reads all that it is made from, or all of the device. */
  seesAll({ device, target, reads }: Omit<SightedDocument, 'ref'>): boolean {
    if (this.readsDevice(device)) return true;
    if (target === undefined) return false;
    return this.#covers(target, []) || (reads !== undefined && this.#readsAll(target, reads));
  }

  /** Whether a leaf is shown: who may read all that it is made from, with what decided that it is there. */
  seesLeaf(document: SightedDocument, { reason }: ExplainedLeaf): boolean {
    if (this.seesAll(document)) return true;
    return [...reasonsAround(reason)].every((each) => this.#readsReason(document.target ?? '', each));
  }

  /** Whether this piece of intent may be shown. */
  reads(target: string, { kind, path }: IntentRead): boolean {
    const { grants } = this.#caller;
    return kind === 'leaf' ? grants.decide(target, 'read', path) : this.#covers(target, queryOf(path));
  }

  /** Whether the caller may read all of a device in the platform target, and so all that is on it. */
  readsDevice(name: string): boolean {
    const known = this.#devices.get(name);
    if (known !== undefined) return known;
    const entry = this.#device(name);
    const reads = entry !== undefined && this.#covers(PLATFORM, queryOf(entry));
    this.#devices.set(name, reads);
    return reads;
  }

  /** @throws EdgeconfError PERMISSION_DENIED, whether there is such a device or not. */
  requireDevice(name: string, action: Action, what: string): void {
    const entry = this.#device(name);
    const { grants, identity } = this.#caller;
    if (entry !== undefined && grants.decide(PLATFORM, action, entry)) return;
    throw new EdgeconfError(
      'PERMISSION_DENIED',
      `user '${identity.name}' may not ${action} /device[name=${name.slice(0, 100)}] in target '${PLATFORM}', which is to ${what}`,
    );
  }

  /** The path of an entry of intent that a document is made from; undefined when the model has no such. */
  entry(target: string, source: readonly string[]): Path | undefined {
    const root = this.#snapshot(target)?.model.root;
    return root === undefined ? undefined : entryPath(root, source);
  }

  #readsAll(target: string, { rows, lists, subtrees }: Reads): boolean {
    const root = this.#snapshot(target)?.model.root;
    if (root === undefined) return false;
    const { grants } = this.#caller;
    return (
      [...rows].every((key) => grants.decide(target, 'read', decodeKey(root, key))) &&
      [...lists, ...subtrees].every((key) => this.#covers(target, queryOf(decodeKey(root, key))))
    );
  }

  #readsReason(target: string, reason: Reason): boolean {
    const known = this.#reasons.get(reason);
    if (known !== undefined) return known;
    const reads = reason.intent.every((each) => this.reads(target, each));
    this.#reasons.set(reason, reads);
    return reads;
  }

  #covers(target: string, query: PathQuery): boolean {
    return this.#caller.grants.covers(target, 'read', query) === true;
  }

  #device(name: string): Path | undefined {
    const list = this.#snapshot(PLATFORM)?.model.root.children.get(DEVICE_LIST);
    return list === undefined ? undefined : [{ node: list, keys: [name] }];
  }
}

/** Bare names and list keys as a path; undefined when the schema has no such. */
export function entryPath(root: SchemaNode, source: readonly string[]): Path | undefined {
  const path: PathElem[] = [];
  let node = root;
  for (let at = 0; at < source.length; ) {
    const child = findChild(node, source[at] ?? '');
    if (child === undefined || child === 'ambiguous') return undefined;
    const { length } = child.keys;
    const keys = source.slice(at + 1, at + 1 + length);
    if (keys.length < length) return undefined;
    path.push(length === 0 ? { node: child } : { node: child, keys });
    at += 1 + length;
    node = child;
  }
  return path;
}
