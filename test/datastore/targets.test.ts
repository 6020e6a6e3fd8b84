// Targets come and go by commits to the platform target.

import assert from 'node:assert/strict';
import { closeAll, declare, openWith, remove, rowValue, send, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });

describe('a commit to the platform target', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  const target = (name: string, model: string, version: string) =>
    update('', { 'test-platform:target': [{ name, tenant: 't', model, 'model-version': version }] });

  it('makes a target exist at once', async () => {
    const { datastore } = await openWith([]);
    assert.deepEqual(
      datastore.targets().map(({ name }) => name),
      ['platform'],
    );
    await declare(datastore, 'zeta');
    await declare(datastore, 'acme');
    assert.deepEqual(datastore.targets(), [
      { name: 'platform', tenant: '', modelId: 'edgeconf-platform@1' },
      { name: 'acme', tenant: 'acme', modelId: 'edge@1' },
      { name: 'zeta', tenant: 'zeta', modelId: 'edge@1' },
    ]);
    assert.equal(datastore.snapshot('acme')?.size, 0);
    await send(datastore, { acme: [system({ name: 'core' })] });
  });

  it('that names an unknown model is refused and says which are known', async () => {
    const { datastore } = await openWith([]);
    await assert.rejects(send(datastore, { platform: [target('acme', 'edge', '9')] }), {
      code: 'FAILED_PRECONDITION',
      message: "/target[name=acme]: unknown model 'edge@9'; known models: edge@1, edge@2, edgeconf-platform@1",
    });
    assert.equal(datastore.snapshot('acme'), undefined);
  });

  it('cannot declare the reserved name', async () => {
    const { datastore } = await openWith([]);
    await assert.rejects(declare(datastore, 'platform'), {
      code: 'FAILED_PRECONDITION',
      message: /is the reserved name/,
    });
  });

  it('removes a target that is empty, and none that has rows', async () => {
    const { datastore } = await openWith(['acme', 'globex']);
    await send(datastore, { acme: [system({ name: 'core' })] });
    await assert.rejects(send(datastore, { platform: [remove('/target[name=acme]')] }), {
      code: 'FAILED_PRECONDITION',
      message: /target 'acme' still holds 1 rows of configuration; delete them first/,
    });
    await send(datastore, { platform: [remove('/target[name=globex]')] });
    assert.equal(datastore.snapshot('globex'), undefined);
    await assert.rejects(send(datastore, { globex: [remove('')] }), { code: 'NOT_FOUND' });
    await send(datastore, { acme: [remove('')], platform: [remove('/target[name=acme]')] });
    assert.equal(datastore.snapshot('acme'), undefined);
    assert.deepEqual(
      datastore.targets().map(({ name }) => name),
      ['platform'],
    );
  });

  it('gives another model to a target that is empty, and to none that has rows', async () => {
    const { datastore } = await openWith(['acme']);
    const long = 'x'.repeat(40);
    await assert.rejects(send(datastore, { acme: [system({ name: long })] }), { code: 'INVALID_ARGUMENT' });
    await send(datastore, { platform: [target('acme', 'edge', '2')] });
    assert.equal(datastore.snapshot('acme')?.model.id, 'edge@2');
    await send(datastore, { acme: [system({ name: long })] });
    await assert.rejects(send(datastore, { platform: [target('acme', 'edge', '1')] }), {
      code: 'FAILED_PRECONDITION',
      message: /holds 1 rows of model edge@2 and cannot become edge@1/,
    });
  });

  it('that removes a target which is being written is told to try again', async () => {
    const { datastore } = await openWith(['acme']);
    let removal: Promise<unknown> | undefined;
    const authorize = async () => {
      removal ??= assert.rejects(send(datastore, { platform: [remove('/target[name=acme]')] }), { code: 'ABORTED' });
      await removal;
    };
    await send(datastore, { acme: [system({ name: 'core' })] }, { authorize });
    assert.ok(removal);
    assert.equal(rowValue(datastore, 'acme', '/system/name'), '"core"');
  });
});
