// The process in which the commit function is called directly: it loads a configuration, then measures commits and the disk.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { type Datastore, openDatastore } from '../src/datastore/datastore.ts';
import { readModels } from '../src/datastore/model-folder.ts';
import type { Edit } from '../src/datastore/transaction.ts';
import { packageRoot } from '../src/package-root.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { readJson } from '../src/schema/json-text.ts';
import { fragmentFromJson } from '../src/schema/normalize.ts';
import { concretePath, resolveQuery } from '../src/schema/path.ts';
import { aetherIntent, editedLeaf, editedValue } from './aether-data.ts';
import { answerParent } from './child.ts';
import { percentiles, timed } from './percentiles.ts';
import { aetherTargets, seedPlatform } from './platform-seed.ts';

/** What to measure; `data` is left with `entries` in target `bench`. */
export interface CommitRun {
  readonly data: string;
  readonly entries: number;
  readonly edits: number;
  readonly warmUps: number;
  readonly deadlineMs: number;
}

/** Times of the commit function, and of a synced batch of the same size in the same folder. */
export interface CommitTimes {
  readonly loadSeconds: number;
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
  readonly syncP50Ms: number;
}

const target = 'bench';
/** About what a commit of one leaf appends: a header and a body. */
const appendedBytes = [200, 300];
/** Commits and syncs by turns, so that both meet the disk in the same state. */
const perTurn = 10;

const answers = {
  async measure(run: CommitRun): Promise<CommitTimes> {
    const models = await readModels(join(packageRoot, 'models'));
    const datastore = await openDatastore({ folder: run.data, models, plan: () => {}, deadlineMs: run.deadlineMs });
    const disk = new Level<Buffer, Buffer>(join(run.data, 'bench-sync'), {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    try {
      const start = performance.now();
      await seedPlatform(datastore, aetherTargets(target));
      for (const json of aetherIntent(run.entries)) await commit(datastore, { op: 'update', path: [], json });
      const loadSeconds = (performance.now() - start) / 1000;
      const edit = (i: number) => commit(datastore, editOf(datastore, i));
      const sync = (i: number) =>
        disk.batch(
          appendedBytes.map((bytes, part) => ({
            type: 'put',
            key: Buffer.from(`${i} ${part}`),
            value: Buffer.alloc(bytes, i),
          })),
          { sync: true },
        );
      await timed(run.warmUps, edit);
      await timed(run.warmUps, sync);
      const commitsMs: number[] = [];
      const syncsMs: number[] = [];
      while (commitsMs.length < run.edits) {
        const from = run.warmUps + commitsMs.length;
        commitsMs.push(...(await timed(perTurn, edit, from)));
        syncsMs.push(...(await timed(perTurn, sync, from)));
      }
      const { p50Ms: commitP50Ms, p99Ms: commitP99Ms } = percentiles(commitsMs);
      return { loadSeconds, commitP50Ms, commitP99Ms, syncP50Ms: percentiles(syncsMs).p50Ms };
    } finally {
      await disk.close();
      await rm(join(run.data, 'bench-sync'), { recursive: true, force: true });
      await datastore.close();
    }
  },
};

/** What it can be asked. */
export type CommitAnswers = typeof answers;

answerParent(answers);

function commit(datastore: Datastore, edit: Edit): Promise<unknown> {
  return datastore.commit({ author: 'bench', edits: [{ target, edits: [edit] }], authorize: () => {} });
}

/** Edit `n` of the leaf. */
function editOf(datastore: Datastore, n: number): Edit {
  const root = datastore.snapshot(target)?.model.root;
  if (root === undefined) throw new Error(`there is no target ${target}`);
  const elems = parsePath(editedLeaf(0)).elem?.map(({ name = '', key = {} }) => ({ name, key })) ?? [];
  const [query] = resolveQuery(root, elems);
  const path = query === undefined ? undefined : concretePath(query);
  if (path === undefined) throw new Error(`${editedLeaf(0)} is no leaf of the model`);
  const json = fragmentFromJson(root, path, readJson(JSON.stringify(editedValue(0, 0, n))));
  return { op: 'update', path, json };
}
