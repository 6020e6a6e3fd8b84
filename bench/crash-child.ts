// The process that the crash run kills: a datastore under load that prints a line for each acknowledged transaction.

import { type Datastore, openDatastore } from '../src/datastore/datastore.ts';
import { readModels } from '../src/datastore/model-folder.ts';
import type { Snapshot } from '../src/datastore/snapshot.ts';
import { setLogLevel } from '../src/log.ts';
import { loadTargets, platformJson, shown, transaction, type Writer, writers } from './crash-workload.ts';

const [folder, models] = process.argv.slice(2);
if (folder === undefined || models === undefined) {
  throw new Error('usage: crash-child.js <data folder> <models folder>');
}
setLogLevel('silent');
const datastore = await openDatastore({ folder, models: await readModels(models), plan: () => {} });
await declareTargets(datastore);
await Promise.all(writers.map((writer) => writeForever(datastore, writer)));

async function declareTargets(store: Datastore): Promise<void> {
  if (loadTargets.every((target) => store.snapshot(target) !== undefined)) return;
  await store.commit({
    author: 'crash',
    edits: [{ target: 'platform', edits: [{ op: 'update', path: [], json: platformJson }] }],
    authorize: () => {},
  });
}

async function writeForever(store: Datastore, writer: Writer): Promise<never> {
  const rootOf = (target: string): Snapshot => {
    const snapshot = store.snapshot(target);
    if (snapshot === undefined) throw new Error(`no target ${target}`);
    return snapshot;
  };
  const last = shown(writer, rootOf);
  if (last === 'torn') throw new Error(`the rows of writer ${writer.name} are torn`);
  for (let n = last + 1; ; n++) {
    const { revision } = await store.commit({
      author: writer.name,
      edits: transaction(writer, n, rootOf),
      authorize: () => {},
    });
    process.stdout.write(`acknowledged ${writer.name} ${n} ${revision}\n`);
  }
}
