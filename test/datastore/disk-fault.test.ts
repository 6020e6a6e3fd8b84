// What a disk that fails costs: writes for a while, never reads, and nothing that was acknowledged.

import assert from 'node:assert/strict';
import { LevelJournal } from '../../src/datastore/level-journal.ts';
import { closeAll, openWith, rowValue, send, update } from './edge.ts';
import { FaultyJournal } from './faulty-journal.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });

describe('a disk that fails', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('stops writes with an alarm, not reads; what was of unknown result is there once writes go on', async () => {
    const alarms: string[] = [];
    let faulty: FaultyJournal | undefined;
    const { datastore } = await openWith(['acme', 'globex'], {
      onAlarm: ({ kind, message }) => alarms.push(`${kind}: ${message}`),
      journal: async (store) => {
        faulty = new FaultyJournal(await LevelJournal.open(store));
        return faulty;
      },
    });
    assert.ok(faulty);
    await send(datastore, { acme: [system({ name: 'before' })] });
    faulty.fault = 'unanswered';
    faulty.unreadable = true;
    const more = { idempotencyId: 'r-1' };
    await assert.rejects(send(datastore, { acme: [system({ name: 'unknown' })] }, more), {
      code: 'UNAVAILABLE',
      message: /not known whether it was kept/,
    });
    await assert.rejects(send(datastore, { globex: [system({ name: 'g' })] }), {
      code: 'UNAVAILABLE',
      message: /no space left on device, still; nothing was changed/,
    });
    assert.match(alarms[0] ?? '', /^writes-stopped: writes are stopped, reads go on: input\/output error/);
    assert.equal(rowValue(datastore, 'acme', '/system/name'), '"before"');
    const events: number[] = [];
    datastore.listen((event) => events.push(event.revision));
    faulty.fault = 'none';
    faulty.unreadable = false;
    const repeat = await send(datastore, { acme: [system({ name: 'other' })] }, more);
    assert.deepEqual(repeat.candidates, []);
    assert.equal(rowValue(datastore, 'acme', '/system/name'), '"unknown"');
    assert.deepEqual(events, [repeat.revision]);
    assert.equal(alarms.length, 2);
    // The tree has what was found in the journal, so going back to the value before is a change.
    const next = await send(datastore, { acme: [system({ name: 'before' })] });
    assert.equal(next.candidates[0]?.changes[0]?.before, '"unknown"');
    assert.equal(next.revision, repeat.revision + 1);
  });

  it('that refuses one write costs that commit only', async () => {
    let faulty: FaultyJournal | undefined;
    const { datastore } = await openWith(['acme'], {
      journal: async (store) => {
        faulty = new FaultyJournal(await LevelJournal.open(store));
        return faulty;
      },
    });
    assert.ok(faulty);
    faulty.fault = 'lost';
    const { head } = datastore;
    await assert.rejects(send(datastore, { acme: [system({ name: 'a' })] }), {
      code: 'UNAVAILABLE',
      message: /no space left on device; nothing was changed/,
    });
    faulty.fault = 'none';
    assert.deepEqual(datastore.head, head);
    const result = await send(datastore, { acme: [system({ name: 'a' })] });
    assert.equal(result.revision, head.revision + 1);
    assert.equal(result.candidates[0]?.changes[0]?.before, undefined);
  });
});
