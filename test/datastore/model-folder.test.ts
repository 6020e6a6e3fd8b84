// Models are read from their folders, and what is wrong there is named.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModel, readModels } from '../../src/datastore/model-folder.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

describe('a folder of models', () => {
  afterEach(removeTempFolders);

  async function model(root: string, name: string, version: string, yaml: string, files: string[]): Promise<string> {
    const folder = join(root, name, version);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'model.yaml'), yaml);
    for (const file of files) await writeFile(join(folder, file), `module ${file}`);
    return folder;
  }

  it('gives every version of every model, sorted, with all its YANG texts', async () => {
    const root = await tempFolder();
    await model(root, 'net', '2', 'name: net\nversion: "2"\nmodules: [a]\n', [
      'a.yang',
      'b@2020-01-01.yang',
      'README.md',
    ]);
    await model(root, 'net', '1', 'name: net\nversion: "1"\nmodules: [a]\n', ['a.yang']);
    await model(root, 'core', '0.1', 'name: core\nversion: "0.1"\nmodules: [c, d]\n', ['c.yang', 'd.yang']);
    await writeFile(join(root, 'note.txt'), 'not a model');
    const models = await readModels(root);
    assert.deepEqual(
      models.map(({ id, modules }) => [id, modules]),
      [
        ['core@0.1', ['c', 'd']],
        ['net@1', ['a']],
        ['net@2', ['a']],
      ],
    );
    assert.deepEqual(models[2]?.sources, { a: 'module a.yang', 'b@2020-01-01': 'module b@2020-01-01.yang' });
  });

  it('a version without quotes is refused, because YAML would make a number of it', async () => {
    const folder = await model(await tempFolder(), 'net', '2.10', 'name: net\nversion: 2.10\nmodules: [a]\n', [
      'a.yang',
    ]);
    await assert.rejects(readModel(folder), {
      code: 'FAILED_PRECONDITION',
      message: /'version' must be a string in quotes/,
    });
  });

  it('a name that is not that of its folder is refused', async () => {
    const folder = await model(await tempFolder(), 'net', '1', 'name: nut\nversion: "1"\nmodules: [a]\n', ['a.yang']);
    await assert.rejects(readModel(folder), { message: /it says nut@1, but its folder is net\/1/ });
  });

  it('a module without a file is refused', async () => {
    const folder = await model(await tempFolder(), 'net', '1', 'name: net\nversion: "1"\nmodules: [a, z]\n', [
      'a.yang',
    ]);
    await assert.rejects(readModel(folder), { message: /lists module 'z', but there is no z\.yang beside it/ });
  });

  it('says which leaves are fixed after creation, and refuses what is no list of paths', async () => {
    const yaml = 'name: net\nversion: "1"\nmodules: [a]\nfixed-after-creation: ';
    const root = await tempFolder();
    assert.deepEqual((await readModel(await model(root, 'net', '1', `${yaml}[/a/b]\n`, ['a.yang']))).fixed, ['/a/b']);
    const folder = await model(root, 'net', '1', `${yaml}a/b\n`, ['a.yang']);
    await assert.rejects(readModel(folder), {
      code: 'FAILED_PRECONDITION',
      message: /'fixed-after-creation' must be a list of paths such as \/a\/b, found "a\/b"/,
    });
  });

  it('a folder without a model.yaml is refused', async () => {
    const root = await tempFolder();
    await mkdir(join(root, 'net', '1'), { recursive: true });
    await assert.rejects(readModels(root), {
      code: 'FAILED_PRECONDITION',
      message: /net\/1\/model\.yaml: it cannot be read/,
    });
  });

  it('a root that is not there is refused', async () => {
    const root = join(await tempFolder(), 'none');
    await assert.rejects(readModels(root), {
      code: 'FAILED_PRECONDITION',
      message: /it is not a folder that can be read/,
    });
  });

  it('text that is not YAML is refused with its place', async () => {
    const folder = await model(await tempFolder(), 'net', '1', 'name: [net\n', ['a.yang']);
    await assert.rejects(readModel(folder), { code: 'FAILED_PRECONDITION', message: /line 2/ });
  });
});
