// What the tests of sd-fabric stand on: models compiled by libyang, intent that libyang has found valid, devices.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Libyang, loadLibyang } from 'libyang-wasm';
import { type ModelSource, readModel } from '../../../src/datastore/model-folder.ts';
import type { Snapshot } from '../../../src/datastore/snapshot.ts';
import { packageRoot } from '../../../src/package-root.ts';
import type { Model } from '../../../src/schema/model.ts';
import { linkSchema } from '../../../src/schema/schema-node.ts';
import type { Adapter, Device, DocumentRef, IntentNode, Json } from '../../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { partitionOf } from '../../../src/southbound/intent/partition.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import { type Plain, snapshotOf } from '../../southbound/intent.ts';

/** A model as libyang compiles it, and whether it finds a tree valid. */
export class CompiledModel {
  readonly model: Model;
  readonly #libyang: Libyang;
  readonly #source: ModelSource;

  private constructor(libyang: Libyang, source: ModelSource) {
    this.#libyang = libyang;
    this.#source = source;
    const context = libyang.createContext({ sources: source.sources, implement: source.modules });
    const { id, name, version } = source;
    this.model = { id, name, version, root: linkSchema(context.schema()), modules: [] };
    context.destroy();
  }

  static async of(name: string, version: string): Promise<CompiledModel> {
    return new CompiledModel(await loadLibyang(), await readModel(join(packageRoot, 'models', name, version)));
  }

  /** A tree with bare names, of RFC 7951 JSON that must be valid. */
  tree(json: string): { [name: string]: Plain } {
    const { sources, modules } = this.#source;
    const context = this.#libyang.createContext({ sources, implement: modules });
    assert.deepEqual(context.createTree().load(json), []);
    context.destroy();
    return bare(JSON.parse(json)) as { [name: string]: Plain };
  }

  /** One of the model's valid samples. */
  sample(name: string): { [name: string]: Plain } {
    const { name: model, version } = this.model;
    return this.tree(readFileSync(join(packageRoot, 'models', model, version, 'valid', `${name}.json`), 'utf8'));
  }

  snapshot(target: string, tree: Plain): Snapshot {
    return snapshotOf(target, this.model, 1, tree);
  }

  view(target: string, tree: Plain): IntentNode {
    return intentView(this.snapshot(target, tree), this.model.root, noReads());
  }
}

/** A device as the platform would list it. */
export function device(kind: string, overrides: Partial<Device> = {}): Device {
  return {
    name: 'onos-1',
    kind,
    address: 'http://127.0.0.1:1',
    endpoints: [],
    version: undefined,
    enabled: true,
    credentials: undefined,
    parameters: {},
    ...overrides,
  };
}

/** All parts of a tree that an adapter is shown. */
export function partsOf(adapter: Adapter, model: Model, root: IntentNode): readonly IntentNode[] {
  const partition = partitionOf(adapter, model.root);
  return partition === undefined ? [root] : root.list(partition);
}

export function refsOf(adapter: Adapter, model: Model, root: IntentNode, on: Device): DocumentRef[] {
  return partsOf(adapter, model, root).flatMap((part) => [...adapter.list(part, on)]);
}

/** All documents of a tree by id. */
export function documentsOf(adapter: Adapter, model: Model, root: IntentNode, on: Device): Record<string, Json> {
  const refs = refsOf(adapter, model, root, on);
  return Object.fromEntries(refs.map((ref) => [ref.id, adapter.render(root, on, ref, plainly)]));
}

function bare(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== 'object') return value as Plain;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.replace(/^[^:]*:/, ''), bare(member)]));
}
