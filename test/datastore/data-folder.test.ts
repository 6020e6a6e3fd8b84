// The data folder is made when it is empty, opened when it is ours, and refused when it is anything else.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder } from '../../src/datastore/data-folder.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

describe('the data folder', () => {
  const now = 1_700_000_000_000_000_000n;
  afterEach(removeTempFolders);

  async function made(): Promise<string> {
    const folder = await tempFolder();
    const store = await openDataFolder(folder, now);
    await store.write(
      [{ type: 'put', sublevel: store.tables.meta, key: Buffer.from('k'), value: Buffer.from('v') }],
      true,
    );
    await store.close();
    return folder;
  }

  const refusal = (message: RegExp) => ({ code: 'FAILED_PRECONDITION', message });

  it('is made with a marker that says format and time', async () => {
    const folder = join(await tempFolder(), 'deep', 'data');
    await (await openDataFolder(folder, now)).close();
    const marker = JSON.parse(await readFile(join(folder, 'edgeconf.json'), 'utf8'));
    assert.deepEqual(marker, { format: 2, created: '2023-11-14T22:13:20.000Z', state: 'ready' });
  });

  it('is opened again with what was stored', async () => {
    const store = await openDataFolder(await made(), now);
    assert.equal((await store.tables.meta.get(Buffer.from('k')))?.toString(), 'v');
    await store.close();
  });

  it('may be a volume that the file system already put lost+found into', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'lost+found'));
    await (await openDataFolder(folder, now)).close();
  });

  it('is refused when it holds files of something else, and they stay as they are', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'thesis.doc'), 'years of work');
    await assert.rejects(
      openDataFolder(folder, now),
      refusal(
        /is not one of edgeconf: it has files \(thesis\.doc\) but no edgeconf\.json; choose an empty or missing folder/,
      ),
    );
    assert.deepEqual(await readdir(folder), ['thesis.doc']);
  });

  it('is refused when its format is newer, and the marker stays', async () => {
    const folder = await made();
    const marker = '{"format":3,"created":"x","state":"ready"}';
    await writeFile(join(folder, 'edgeconf.json'), marker);
    await assert.rejects(openDataFolder(folder, now), refusal(/has format 3, and this release reads up to 2/));
    assert.equal(await readFile(join(folder, 'edgeconf.json'), 'utf8'), marker);
  });

  it('is refused when its marker is no JSON, or says nothing', async () => {
    const folder = await made();
    await writeFile(join(folder, 'edgeconf.json'), 'oops');
    await assert.rejects(openDataFolder(folder, now), refusal(/edgeconf\.json is not JSON/));
    await writeFile(join(folder, 'edgeconf.json'), '{}');
    await assert.rejects(openDataFolder(folder, now), refusal(/edgeconf\.json has no format and state/));
  });

  it('is refused while another holder has it open', async () => {
    const folder = await made();
    const store = await openDataFolder(folder, now);
    await assert.rejects(
      openDataFolder(folder, now),
      refusal(/is in use by another process; stop the other edgeconf first/),
    );
    await store.close();
    await (await openDataFolder(folder, now)).close();
  });

  it('is refused to another process while this one has it open', async () => {
    const folder = await made();
    const store = await openDataFolder(folder, now);
    const module = new URL('../../src/datastore/data-folder.js', import.meta.url).href;
    const code = `import { openDataFolder } from ${JSON.stringify(module)};
      await openDataFolder(${JSON.stringify(folder)}, 0n).then(() => console.log('opened'), (e) => console.log(e.code, e.message));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });
    await store.close();
    assert.equal(
      stdout.trim(),
      `FAILED_PRECONDITION data folder ${folder} is in use by another process; stop the other edgeconf first, or choose another folder`,
    );
  });

  it('is refused when its store is gone, instead of starting anew', async () => {
    const folder = await made();
    await rm(join(folder, 'store'), { recursive: true });
    await assert.rejects(openDataFolder(folder, now), refusal(/is corrupt or incomplete: .*restore it from a backup/));
  });

  it('is refused when a file of its store is missing or garbage', async () => {
    const folder = await made();
    const store = join(folder, 'store');
    const [manifest = ''] = (await readdir(store)).filter((name) => name.startsWith('MANIFEST'));
    await truncate(join(store, manifest), 3);
    await assert.rejects(openDataFolder(folder, now), refusal(/is corrupt or incomplete/));
    await writeFile(join(store, 'CURRENT'), 'garbage');
    await assert.rejects(openDataFolder(folder, now), refusal(/is corrupt or incomplete/));
    await rm(join(store, 'CURRENT'));
    await assert.rejects(openDataFolder(folder, now), refusal(/is corrupt or incomplete/));
  });

  it('is made to the end when the first start was cut short', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'edgeconf.json'), '{"format":1,"created":"x","state":"making"}');
    await (await openDataFolder(folder, now)).close();
    assert.match(await readFile(join(folder, 'edgeconf.json'), 'utf8'), /"state": "ready"/);
  });

  it('is refused when a file stands in its place', async () => {
    const file = join(await tempFolder(), 'data');
    await writeFile(file, '');
    await assert.rejects(openDataFolder(file, now), refusal(/cannot be/));
  });
});
