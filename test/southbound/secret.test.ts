// Checks where secrets are looked up and that no error carries one.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { resolveSecret } from '../../src/southbound/secret.ts';

describe('resolveSecret', () => {
  it('reads an environment variable', async () => {
    assert.equal(await resolveSecret('env:CORE_TOKEN', { CORE_TOKEN: 's3cret' }), 's3cret');
  });

  it('reads a file, without the line break at its end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edgeconf-secret-'));
    try {
      await writeFile(join(folder, 'token'), 's3cret\n');
      assert.equal(await resolveSecret(`file:${join(folder, 'token')}`, {}), 's3cret');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says which variable is missing', async () => {
    await assert.rejects(
      resolveSecret('env:CORE_TOKEN', {}),
      /env:CORE_TOKEN names an environment variable that is not set/,
    );
  });

  it('refuses any other kind of reference', async () => {
    await assert.rejects(resolveSecret('vault:core', {}), /vault:core is neither env:NAME nor file:/);
  });
});
