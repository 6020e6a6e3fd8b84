// A datastore on the test models, with one target `acme` of model edge@1, for tests of the whole pipeline.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Datastore, type DatastoreOptions, openDatastore } from '../../src/datastore/datastore.ts';
import { type ModelSource, readModels } from '../../src/datastore/model-folder.ts';
import type { Snapshot } from '../../src/datastore/snapshot.ts';
import type { CommitRequest, CommitResult, Edit } from '../../src/datastore/transaction.ts';
import { formatPath } from '../../src/schema/path.ts';
import { decodeKey, encodeKey, isRankKey, type RowKey } from '../../src/schema/row-key.ts';
import { tempFolder } from './temp-folder.ts';
import { path, query } from './test-schema.ts';

const modelRoot = fileURLToPath(new URL('../../../test/datastore/models', import.meta.url));

const opened: Datastore[] = [];

/** The models under test/datastore/models. */
export function testModels(): Promise<ModelSource[]> {
  return readModels(modelRoot);
}

/** Opens a data folder with the test models; closed by `closeAll`. */
export async function open(folder: string, options: Partial<DatastoreOptions> = {}): Promise<Datastore> {
  const datastore = await openDatastore({ folder, models: await testModels(), plan: () => {}, workers: 1, ...options });
  opened.push(datastore);
  return datastore;
}

/** A new datastore in which the named targets exist, each with model edge@1. */
export async function openWith(
  targets: readonly string[],
  options: Partial<DatastoreOptions> = {},
): Promise<{ datastore: Datastore; folder: string }> {
  const folder = join(await tempFolder(), 'data');
  const datastore = await open(folder, options);
  for (const name of targets) await declare(datastore, name);
  return { datastore, folder };
}

/** Closes every datastore that was opened. */
export async function closeAll(): Promise<void> {
  for (const datastore of opened.splice(0)) await datastore.close();
}

/** Declares a target of model edge in the platform target. */
export function declare(datastore: Datastore, name: string, version = '1'): Promise<CommitResult> {
  const entry = { name, tenant: name, model: 'edge', 'model-version': version };
  return send(datastore, { platform: [update('', { 'test-platform:target': [entry] })] });
}

/** An edit before its paths are resolved against a target's model. */
export type TextEdit =
  | { readonly op: 'update' | 'replace'; readonly path: string; readonly json: string }
  | { readonly op: 'delete'; readonly path: string };

/** A merge at a path; `value` is the RFC 7951 fragment. */
export function update(at: string, value: unknown): TextEdit {
  return { op: 'update', path: at, json: JSON.stringify(value) };
}

/** A replace at a path; `value` is the RFC 7951 fragment. */
export function replace(at: string, value: unknown): TextEdit {
  return { op: 'replace', path: at, json: JSON.stringify(value) };
}

/** A delete of everything that the path matches. */
export function remove(at: string): TextEdit {
  return { op: 'delete', path: at };
}

/** Commits edits by target name. */
export function send(
  datastore: Datastore,
  edits: Readonly<Record<string, readonly TextEdit[]>>,
  more: Partial<CommitRequest> = {},
): Promise<CommitResult> {
  return datastore.commit({
    author: 'ann',
    authorize: () => {},
    edits: Object.entries(edits).map(([target, list]) => ({
      target,
      edits: list.map((edit) => resolved(datastore, target, edit)),
    })),
    ...more,
  });
}

function resolved(datastore: Datastore, target: string, edit: TextEdit): Edit {
  const model = datastore.snapshot(target)?.model;
  if (model === undefined) return { op: 'delete', query: [] };
  if (edit.op === 'delete') return { op: 'delete', query: query(edit.path, model) };
  return { op: edit.op, path: path(edit.path, model), json: edit.json };
}

/** The row key of a path in a target. */
export function keyOf(datastore: Datastore, target: string, text: string): RowKey {
  const model = datastore.snapshot(target)?.model;
  if (model === undefined) throw new Error(`no target ${target}`);
  return encodeKey(path(text, model));
}

/** The value of one row. */
export function rowValue(datastore: Datastore, target: string, text: string): string | undefined {
  return datastore.snapshot(target)?.get(keyOf(datastore, target, text))?.value;
}

/** All rows of a target by path text, in tree order; rank rows are left out. */
export function rowsOf(datastore: Datastore, target: string): [string, string][] {
  const snapshot = datastore.snapshot(target);
  if (snapshot === undefined) throw new Error(`no target ${target}`);
  return textOf(snapshot, snapshot.subtree(''));
}

/** Rows or changes with their path as text; rank rows are left out. */
export function textOf(snapshot: Snapshot, rows: Iterable<{ key: RowKey; value: string }>): [string, string][] {
  return [...rows]
    .filter(({ key }) => !isRankKey(key))
    .map(({ key, value }) => [formatPath(decodeKey(snapshot.model.root, key)), value]);
}

/** The changes of a commit to one target as `path: before -> after`; rank rows show as `path (rank)`. */
export function changesOf(result: CommitResult, target = 'acme'): string[] {
  const candidate = result.candidates.find((each) => each.target === target);
  if (candidate === undefined) return [];
  return candidate.changes.map(({ key, before, after }) => {
    const text = formatPath(decodeKey(candidate.before.model.root, key));
    if (isRankKey(key)) return `${text} (rank)`;
    return `${text}: ${before ?? 'nothing'} -> ${after ?? 'nothing'}`;
  });
}
