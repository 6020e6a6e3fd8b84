// The full check of a data folder: says what holds, and names the first thing that does not.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Alarm, Datastore } from '../../src/datastore/datastore.ts';
import { lost } from '../../src/datastore/journal-entry.ts';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import { LevelStore, revisionBytes } from '../../src/datastore/level-store.ts';
import { verifyFolder } from '../../src/datastore/verify.ts';
import { closeAll, openWith, remove, rowValue, send, testModels, update } from './edge.ts';
import { FaultyJournal } from './faulty-journal.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });
const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });

async function verify(folder: string): Promise<string[]> {
  const lines: string[] = [];
  await verifyFolder({ folder, models: await testModels(), tell: (line) => lines.push(line) });
  return lines;
}

/** A closed folder with some history, changed by `damage`. */
async function folderWith(damage: (store: LevelStore) => Promise<void>): Promise<string> {
  const { datastore, folder } = await openWith(['acme', 'globex']);
  await fill(datastore);
  await datastore.close();
  const store = await LevelStore.open(join(folder, 'store'), false);
  await damage(store);
  await store.close();
  return folder;
}

async function fill(datastore: Datastore): Promise<void> {
  for (let i = 0; i < 5; i++)
    await send(datastore, { acme: [site({ name: `s${i}`, size: i }), system({ name: `n${i}` })] });
  await send(datastore, { acme: [remove('/site[name=s1]')], globex: [system({ name: 'core' })] });
}

describe('the check of a data folder', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('says what it has checked, and leaves the folder as it is', async () => {
    const folder = await folderWith(async () => {});
    const expected = [
      'journal: 8 revisions, the hash chain and all changes are whole',
      'rows: 18 in 3 targets, as the journal says at revision 8',
      'target platform: 8 rows, valid by model edgeconf-platform@1',
      'target acme: 9 rows, valid by model edge@1',
      'target globex: 1 rows, valid by model edge@1',
    ];
    assert.deepEqual(await verify(folder), expected);
    assert.deepEqual(await verify(folder), expected);
  });

  it('finds changes that were changed long ago', async () => {
    const folder = await folderWith(async ({ tables }) => {
      const [key] = await tables.bodies.keys({ gte: revisionBytes(4), limit: 1 }).all();
      assert.ok(key);
      const body = String(await tables.bodies.get(key));
      await tables.bodies.put(key, Buffer.from(body.replace('n1', 'n9')));
    });
    await assert.rejects(verify(folder), {
      code: 'DATA_LOSS',
      message: /^journal revision 4 .*do not fit their digest/,
    });
  });

  it('finds rows that are not what the journal says, even with the right checksums', async () => {
    const folder = await folderWith(async ({ tables }) => {
      const key = Buffer.from('globex\x00test-edge:system\x00name\x00');
      const page = await tables.pages.get(key);
      const record = JSON.parse(String(await tables.meta.get(Buffer.from('target\x00globex'))));
      assert.ok(page);
      const forged = Buffer.from(page.toString('latin1').replace('core', 'cure'), 'latin1');
      const checksum = crc32(forged.subarray(4));
      forged.writeUInt32BE(checksum, 0);
      await tables.pages.put(key, forged);
      await tables.meta.put(Buffer.from('target\x00globex'), Buffer.from(JSON.stringify({ ...record, sum: checksum })));
    });
    await assert.rejects(verify(folder), {
      code: 'DATA_LOSS',
      message:
        /^target globex: the stored rows differ from what the journal says, first at "test-edge:system\\u0000name/,
    });
  });

  it('refuses a folder that is not there, and makes none', async () => {
    const folder = join(await tempFolder(), 'nothing');
    for (let i = 0; i < 2; i++) {
      await assert.rejects(verify(folder), { code: 'FAILED_PRECONDITION', message: /it has no edgeconf\.json/ });
    }
  });
});

describe('a journal whose older part is damaged', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('stops writes with an alarm as soon as it is found, while reads go on', async () => {
    const alarms: Alarm[] = [];
    let find = (): void => {};
    const found = new Promise<void>((resolve) => {
      find = resolve;
    });
    const { datastore } = await openWith([], {
      onAlarm: (alarm) => {
        alarms.push(alarm);
        find();
      },
      journal: async (store) => {
        const whole = await LevelJournal.open(store);
        const journal = new FaultyJournal(whole);
        // The first reading is that of recent entries, before the start.
        let readings = 0;
        journal.headers = async function* (from) {
          yield* whole.headers(from);
          readings++;
          if (readings > 1) throw lost(3, 'it is missing');
        };
        return journal;
      },
    });
    await found;
    assert.equal(alarms[0]?.kind, 'writes-stopped');
    assert.match(alarms[0]?.message ?? '', /^writes are stopped, reads go on: journal revision 3 cannot be trusted/);
    await assert.rejects(send(datastore, { platform: [update('/note', { 'test-platform:note': 'x' })] }), {
      code: 'DATA_LOSS',
    });
    assert.equal(rowValue(datastore, 'platform', '/note'), undefined);
  });
});
