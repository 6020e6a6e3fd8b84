// A short crash run: processes under load are killed, and nothing acknowledged is lost.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCrash } from '../../bench/crash-run.ts';
import { readModels } from '../../src/datastore/model-folder.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

describe('a datastore that is killed under load', () => {
  afterEach(removeTempFolders);

  it('has lost nothing acknowledged and holds nothing by half, five times over', async () => {
    const models = fileURLToPath(new URL('../../../models', import.meta.url));
    const child = fileURLToPath(new URL('../../bench/crash-child.js', import.meta.url));
    const moments = [0.05, 0.6, 0.2, 0.9, 0.4];
    const result = await runCrash({
      rounds: moments.length,
      folder: join(await tempFolder(), 'data'),
      models: await readModels(models),
      command: (folder) => ({ file: process.execPath, args: [child, folder, models] }),
      random: () => moments.shift() ?? 0.5,
    });
    assert.deepEqual(result.faults, []);
    assert.equal(result.kills, 5);
    assert.deepEqual([result.lost, result.torn], [0, 0]);
    assert.ok(result.acknowledged >= 5);
  });
});
