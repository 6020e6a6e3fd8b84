// Requests with an idempotency id take effect once.

import assert from 'node:assert/strict';
import { closeAll, openWith, rowValue, send, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });
const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });

describe('a commit with an idempotency id', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('answers a repeat with the first result and commits nothing', async () => {
    const { datastore } = await openWith(['acme']);
    const more = { idempotencyId: 'r-1' };
    const first = await send(datastore, { acme: [system({ name: 'one' })] }, more);
    await send(datastore, { acme: [system({ name: 'two' })] });
    const repeat = await send(datastore, { acme: [system({ name: 'one' })] }, more);
    assert.deepEqual(repeat, { revision: first.revision, timeNs: first.timeNs, candidates: [] });
    assert.equal(rowValue(datastore, 'acme', '/system/name'), '"two"');
    const other = await send(datastore, { acme: [system({ name: 'three' })] }, { ...more, author: 'bob' });
    assert.equal(other.revision, first.revision + 2);
  });

  it('sent twice at the same time commits once', async () => {
    const { datastore } = await openWith(['acme']);
    const more = { idempotencyId: 'r-1' };
    const results = await Promise.all([1, 2, 3].map(() => send(datastore, { acme: [site({ name: 'a' })] }, more)));
    assert.equal(new Set(results.map(({ revision }) => revision)).size, 1);
    assert.equal(results.filter(({ candidates }) => candidates.length > 0).length, 1);
  });

  it('that was refused may be sent again', async () => {
    const { datastore } = await openWith(['acme']);
    const more = { idempotencyId: 'r-1' };
    await assert.rejects(send(datastore, { acme: [system({ name: '' })] }, more), { code: 'INVALID_ARGUMENT' });
    const result = await send(datastore, { acme: [system({ name: 'core' })] }, more);
    assert.equal(result.candidates.length, 1);
  });

  it('that changed nothing is remembered as well', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [system({ name: 'one' })] });
    const more = { idempotencyId: 'r-1' };
    const first = await send(datastore, { acme: [system({ name: 'one' })] }, more);
    await send(datastore, { acme: [system({ name: 'two' })] });
    assert.equal((await send(datastore, { acme: [system({ name: 'one' })] }, more)).revision, first.revision);
    assert.equal(rowValue(datastore, 'acme', '/system/name'), '"two"');
  });

  it('that is empty or too long is refused', async () => {
    const { datastore } = await openWith(['acme']);
    for (const idempotencyId of ['', 'x'.repeat(257)]) {
      await assert.rejects(send(datastore, { acme: [system({ name: 'a' })] }, { idempotencyId }), {
        code: 'INVALID_ARGUMENT',
      });
    }
  });
});
