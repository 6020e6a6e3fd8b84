// A journal whose end or middle is lost is refused at start: shown by damaging the store's own log files.

import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeAll, open, openWith, send, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

describe('a damaged journal', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('is refused when its end is lost, naming both revisions; an old copy of the store is such a loss', async () => {
    const { datastore, folder } = await openWith(['acme']);
    await datastore.close();
    await cp(join(folder, 'store'), join(folder, '..', 'old'), { recursive: true });
    const again = await open(folder);
    const before = again.head.revision;
    await send(again, {
      platform: [
        update('', { 'test-platform:target': [{ name: 'b', tenant: 'b', model: 'edge', 'model-version': '1' }] }),
      ],
    });
    await again.close();
    await rm(join(folder, 'store'), { recursive: true });
    await cp(join(folder, '..', 'old'), join(folder, 'store'), { recursive: true });
    await assert.rejects(open(folder), (error: { code: string; message: string }) => {
      assert.equal(error.code, 'DATA_LOSS');
      assert.match(error.message, new RegExp(`ends at revision ${before}, but revision ${before + 1} was written`));
      return true;
    });
  });

  it('goes on when the operator removes the note of the head, as the message says', async () => {
    const { datastore, folder } = await openWith(['acme']);
    await datastore.close();
    const note = join(folder, 'head.json');
    await writeFile(note, (await readFile(note, 'utf8')).replace(/"revision":\d+/, '"revision":99'));
    await assert.rejects(open(folder), { code: 'DATA_LOSS' });
    await rm(note);
    assert.equal((await open(folder)).head.revision, 1);
  });

  it('is opened when the note lags behind or is not there', async () => {
    const { datastore, folder } = await openWith(['acme']);
    await datastore.close();
    assert.ok((await readdir(folder)).includes('head.json'));
    await rm(join(folder, 'head.json'));
    assert.equal((await open(folder)).head.revision, 1);
  });
});
