// The engine on the real datastore and the real models, for tests: commits as JSON, restarts, an adapter of choice.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { type Datastore, openDatastore } from '../../src/datastore/datastore.ts';
import { type ModelSource, readModels } from '../../src/datastore/model-folder.ts';
import type { CommitRequest, CommitResult, Edit } from '../../src/datastore/transaction.ts';
import { packageRoot } from '../../src/package-root.ts';
import { concretePath, queryOf, resolveQuery, type TextElem } from '../../src/schema/path.ts';
import type { Adapter } from '../../src/southbound/adapter.ts';
import { levelAckStore } from '../../src/southbound/device/ack-store.ts';
import { Reconciler } from '../../src/southbound/reconciler.ts';
import { ManualClock } from './stage.ts';

const models: Promise<ModelSource[]> = readModels(join(packageRoot, 'models'));

/** A path as names, each with its keys: `[['site', { 'site-id': 's' }], ['slice', { 'slice-id': 'a' }]]`. */
export type Names = readonly (readonly [string, Record<string, string>?])[];

export class RealStage {
  readonly clock = new ManualClock();
  readonly #folder: string;
  readonly #adapters: readonly Adapter[];
  #running: { datastore: Datastore; reconciler: Reconciler; db: Level<string, string> } | undefined;

  private constructor(folder: string, adapters: readonly Adapter[]) {
    this.#folder = folder;
    this.#adapters = adapters;
  }

  static async open(adapters: readonly Adapter[]): Promise<RealStage> {
    const stage = new RealStage(await mkdtemp(join(tmpdir(), 'edgeconf-southbound-')), adapters);
    await stage.start();
    return stage;
  }

  get datastore(): Datastore {
    return this.#parts.datastore;
  }

  get reconciler(): Reconciler {
    return this.#parts.reconciler;
  }

  get #parts(): { datastore: Datastore; reconciler: Reconciler; db: Level<string, string> } {
    if (this.#running === undefined) throw new Error('the stage is not running');
    return this.#running;
  }

  async start(): Promise<void> {
    const db = new Level<string, string>(join(this.#folder, 'southbound'));
    await db.open();
    const reconciler = new Reconciler({
      adapters: this.#adapters,
      store: levelAckStore(db),
      clock: this.clock,
      random: () => 1,
      backoff: { firstMs: 100, longestMs: 100 },
    });
    const datastore = await openDatastore({
      folder: join(this.#folder, 'data'),
      models: await models,
      plan: reconciler.plan,
      released: reconciler.released,
      workers: 1,
    });
    await reconciler.start(datastore);
    this.#running = { datastore, reconciler, db };
  }

  async stop(): Promise<void> {
    const { datastore, reconciler, db } = this.#parts;
    this.#running = undefined;
    await reconciler.close();
    await datastore.close();
    await db.close();
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  /** Merges `json` (top-level names with their modules) into targets, in one transaction. */
  merge(trees: Readonly<Record<string, unknown>>, more: Partial<CommitRequest> = {}): Promise<CommitResult> {
    return this.#commit('update', trees, more);
  }

  /** Makes `json` the whole of each target, in one transaction. */
  replace(trees: Readonly<Record<string, unknown>>, more: Partial<CommitRequest> = {}): Promise<CommitResult> {
    return this.#commit('replace', trees, more);
  }

  /** Deletes one node of a target. */
  delete(target: string, names: Names, more: Partial<CommitRequest> = {}): Promise<CommitResult> {
    return this.edit({ [target]: [{ op: 'delete', query: queryOf(this.path(target, names)) }] }, more);
  }

  edit(edits: Readonly<Record<string, Edit[]>>, more: Partial<CommitRequest> = {}): Promise<CommitResult> {
    return this.datastore.commit({
      author: 'test',
      authorize: () => {},
      edits: Object.entries(edits).map(([target, list]) => ({ target, edits: list })),
      ...more,
    });
  }

  /** A concrete path of a target. */
  path(target: string, names: Names): NonNullable<ReturnType<typeof concretePath>> {
    const root = this.datastore.snapshot(target)?.model.root;
    const elems: TextElem[] = names.map(([name, key = {}]) => ({ name, key }));
    const path = root === undefined ? undefined : concretePath(resolveQuery(root, elems)[0] ?? []);
    if (path === undefined) throw new Error(`target ${target} has no such path`);
    return path;
  }

  #commit(
    op: 'update' | 'replace',
    trees: Readonly<Record<string, unknown>>,
    more: Partial<CommitRequest>,
  ): Promise<CommitResult> {
    const edits = Object.entries(trees).map(([target, tree]): [string, Edit[]] => [
      target,
      [{ op, path: [], json: JSON.stringify(tree) }],
    ]);
    return this.edit(Object.fromEntries(edits), more);
  }
}
