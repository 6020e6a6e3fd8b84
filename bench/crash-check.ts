// What must hold in a data folder after a crash: nothing acknowledged is lost, nothing is half there, the chain is whole.

import { type Datastore, openDatastore } from '../src/datastore/datastore.ts';
import { type Journal, verifyJournal } from '../src/datastore/journal.ts';
import { LevelJournal } from '../src/datastore/level-journal.ts';
import type { ModelSource } from '../src/datastore/model-folder.ts';
import { shown, writers } from './crash-workload.ts';

/** The last acknowledged transaction of each writer, and the highest acknowledged revision. */
export interface Acknowledged {
  readonly last: ReadonlyMap<string, number>;
  readonly revision: number;
}

/** What was found; `faults` are sentences. */
export interface Findings {
  readonly revision: number;
  /** The transaction that each writer's rows show; it may be one more than was acknowledged. */
  readonly shown: ReadonlyMap<string, number>;
  readonly lost: number;
  readonly torn: number;
  readonly faults: readonly string[];
}

/** Opens the folder as the service does, and checks it. The folder is closed again. */
export async function checkFolder(
  folder: string,
  models: readonly ModelSource[],
  acknowledged: Acknowledged,
): Promise<Findings> {
  let journal: Journal | undefined;
  const datastore = await openDatastore({
    folder,
    models,
    plan: () => {},
    journal: async (store) => {
      journal = await LevelJournal.open(store);
      return journal;
    },
  });
  try {
    const faults: string[] = [];
    const { found, lost, torn } = checkWriters(datastore, acknowledged, faults);
    if (journal !== undefined) {
      await verifyJournal(journal);
      await checkReplay(datastore, journal, faults);
    }
    if (datastore.head.revision < acknowledged.revision) {
      faults.push(`the head is revision ${datastore.head.revision}, but ${acknowledged.revision} was acknowledged`);
    }
    return { revision: datastore.head.revision, shown: found, lost, torn, faults };
  } finally {
    await datastore.close();
  }
}

function checkWriters(
  datastore: Datastore,
  { last }: Acknowledged,
  faults: string[],
): { found: Map<string, number>; lost: number; torn: number } {
  const found = new Map<string, number>();
  let lost = 0;
  let torn = 0;
  for (const writer of writers) {
    const n = shown(writer, (target) => datastore.snapshot(target));
    const acknowledged = last.get(writer.name) ?? 0;
    if (n === 'torn') {
      torn++;
      faults.push(`writer ${writer.name}: rows of several transactions stand together`);
      continue;
    }
    found.set(writer.name, n);
    if (n < acknowledged) {
      lost += acknowledged - n;
      faults.push(`writer ${writer.name}: transaction ${acknowledged} was acknowledged, the rows show ${n}`);
    } else if (n > acknowledged + 1) {
      faults.push(
        `writer ${writer.name}: the rows show transaction ${n}, which was never sent (last: ${acknowledged})`,
      );
    }
  }
  return { found, lost, torn };
}

/** Every row, its value and revision, must be what applying the whole journal to nothing gives. */
async function checkReplay(datastore: Datastore, journal: Journal, faults: string[]): Promise<void> {
  const expected = new Map<string, Map<string, string>>();
  for await (const entry of journal.entries(1)) {
    for (const { target, changes } of entry.commits) {
      const rows = expected.get(target) ?? new Map<string, string>();
      expected.set(target, rows);
      for (const { key, after } of changes) {
        if (after === undefined) rows.delete(key);
        else rows.set(key, `${entry.revision} ${after}`);
      }
    }
  }
  for (const { name } of datastore.targets()) {
    const rows = expected.get(name) ?? new Map<string, string>();
    const snapshot = datastore.snapshot(name);
    let found = 0;
    for (const row of snapshot?.subtree('') ?? []) {
      found++;
      if (rows.get(row.key) !== `${row.revision} ${row.value}`) {
        faults.push(`target ${name}: row ${JSON.stringify(row.key)} is not what the journal says`);
      }
    }
    if (found !== rows.size) faults.push(`target ${name}: ${found} rows, the journal makes ${rows.size}`);
  }
}
