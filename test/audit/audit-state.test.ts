// How far the audit log is, as state of the platform target.

import assert from 'node:assert/strict';
import { AuditLog } from '../../src/audit/audit-log.ts';
import { reportAuditState } from '../../src/audit/audit-state.ts';
import { formatPath } from '../../src/schema/path.ts';
import { decodeKey } from '../../src/schema/row-key.ts';
import { startService, type TestService } from '../service.ts';
import { TestClock } from '../test-clock.ts';
import { refusal } from './fixture.ts';

describe('the state of the audit log', () => {
  let service: TestService;
  let log: AuditLog;
  before(async () => {
    service = await startService();
    const { datastore, folder } = service;
    log = await AuditLog.open({ folder, journalHead: () => datastore.head });
  });
  after(async () => {
    await log.close();
    await service.close();
  });

  it('is told when entries have come to the disk, at most once a second, and by none that has not moved', async () => {
    const clock = new TestClock();
    const told: string[][] = [];
    const stop = service.datastore.listen(({ state, commits }) => {
      for (const { after, changes } of state === true ? commits : []) {
        const text = changes.map(({ key, after: value }) => `${formatPath(decodeKey(after.model.root, key))} ${value}`);
        told.push(text);
      }
    });
    const rowsOf = () => [`/audit/entries "${log.head.sequence}"`, `/audit/head "${log.head.hash}"`];
    const refuse = async (user: string): Promise<void> => {
      log.note(refusal({ user }));
      await log.settled();
    };
    const end = reportAuditState(log, service.datastore, clock.timer);
    assert.deepEqual(told, []);
    await refuse('one');
    const first = rowsOf();
    await refuse('two');
    await refuse('three');
    assert.deepEqual(told, [first]);
    clock.advance(1_000);
    assert.deepEqual(told, [first, rowsOf()]);
    clock.advance(10_000);
    assert.equal(told.length, 2);
    assert.equal(clock.armed, 0);
    end();
    await refuse('four');
    assert.equal(told.length, 2);
    stop();
  });
});
