// Checks that what devices acknowledged is on disk, apart for each device, and that damage is noticed.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { EdgeconfError } from '../../../src/errors.ts';
import { type AckStore, levelAckStore } from '../../../src/southbound/device/ack-store.ts';
import type { Held } from '../../../src/southbound/device/document-queue.ts';

function held(id: string, text: string | undefined): Held {
  return {
    ref: { kind: 'thing', id, source: ['site', 's'], dependsOn: ['pool/p'] },
    text,
    confirmed: text !== undefined,
  };
}

const WRONG_USES = '{"ref":{"kind":"k","id":"i","source":[],"dependsOn":[],"uses":1},"confirmed":true}';

describe('levelAckStore', () => {
  let folder: string;
  let db: Level<string, string>;
  let store: AckStore;

  const open = async (): Promise<void> => {
    db = new Level<string, string>(folder);
    await db.open();
    store = levelAckStore(db);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-acks-'));
    await open();
  });

  afterEach(async () => {
    await db.close();
    await rm(folder, { recursive: true });
  });

  it('gives back after a restart what was put, known and unknown content alike', async () => {
    await store.reset('core-1', 'sd-core http://a');
    await store.put('core-1', 'thing/a', held('thing/a', '{"x":1}'));
    await store.put('core-1', 'thing/b', held('thing/b', undefined));
    await db.close();
    await open();
    const { identity, documents } = await store.load('core-1');
    assert.equal(identity, 'sd-core http://a');
    assert.deepEqual(
      [...documents],
      [
        ['thing/a', held('thing/a', '{"x":1}')],
        ['thing/b', held('thing/b', undefined)],
      ],
    );
  });

  it('gives back whose a document is, what it takes, what was acknowledged and what was found', async () => {
    const known: Held = {
      ref: { ...held('thing/a', '1').ref, uses: [{ pool: 'slice', amount: 1, number: 3 }] },
      target: 'acme',
      text: undefined,
      acknowledged: '1',
      actual: '2',
      confirmed: true,
      confirmedFor: 'acme/thing',
      revision: 7,
    };
    await store.put('core-1', 'thing/a', known);
    assert.deepEqual((await store.load('core-1')).documents.get('thing/a'), known);
  });

  it('knows nothing of a device that it never heard of', async () => {
    assert.deepEqual(await store.load('core-9'), { identity: undefined, documents: new Map() });
  });

  it('drops a document that is gone', async () => {
    await store.put('core-1', 'thing/a', held('thing/a', '1'));
    await store.put('core-1', 'thing/a', undefined);
    assert.equal((await store.load('core-1')).documents.size, 0);
  });

  it('keeps devices apart whose names begin alike', async () => {
    for (const name of ['core', 'core-1', 'core-10']) {
      await store.reset(name, name);
      await store.put(name, 'thing/a', held('thing/a', JSON.stringify(name)));
    }
    await store.forget('core');
    await store.reset('core-10', 'another');
    assert.deepEqual(await store.devices(), ['core-1', 'core-10']);
    assert.equal((await store.load('core')).documents.size, 0);
    assert.equal((await store.load('core-1')).documents.get('thing/a')?.text, '"core-1"');
    assert.deepEqual(await store.load('core-10'), { identity: 'another', documents: new Map() });
  });

  for (const text of ['{"ref":', '{"ref":{"kind":"k"},"confirmed":true}', '7', WRONG_USES]) {
    it(`refuses the damaged record ${text}, naming the device and what can be done`, async () => {
      await store.put('core-1', 'thing/a', held('thing/a', '1'));
      const [key] = await db.keys().all();
      await db.put(key ?? '', text);
      await assert.rejects(store.load('core-1'), (error: EdgeconfError) => {
        assert.equal(error.code, 'DATA_LOSS');
        assert.match(
          error.message,
          /'core-1' acknowledged cannot be read: .*restore the southbound folder, or remove it/,
        );
        return true;
      });
    });
  }
});
