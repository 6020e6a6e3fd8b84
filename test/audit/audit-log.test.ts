// The audit log while it is written: order, crashes, floods, and a disk that is full.

import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditLog } from '../../src/audit/audit-log.ts';
import { auditFile, auditFolder } from '../../src/audit/log-file.ts';
import { genesis } from '../../src/datastore/journal-entry.ts';
import { removeTempFolders } from '../datastore/temp-folder.ts';
import { copyOf, entriesOf, linesOf, refusal, sampleFolder, TestFolder, verified } from './fixture.ts';

const limits = {
  each: { burst: 3, refillMs: 1_000 },
  all: { burst: 100, refillMs: 1_000 },
  maxNames: 50,
};

describe('the audit log', () => {
  afterEach(removeTempFolders);

  const reopen = (folder: string, nowNs = 0n) =>
    AuditLog.open({ folder, journalHead: () => genesis, now: () => nowNs });

  it('keeps what happened as one canonical line with the head of the journal and the hash before', async () => {
    const made = await TestFolder.make();
    await made.commit();
    await made.refuse(1, { groups: ['staff'], asked: 'target globex: update /site[site-id=x]' });
    const folder = await made.close();
    const [line = ''] = await linesOf(folder);
    const { hash, journal, ...rest } = JSON.parse(line);
    assert.deepEqual(rest, {
      format: 1,
      sequence: 1,
      time: '2026-01-01T00:00:00.000002000Z',
      kind: 'denied',
      user: 'eve',
      groups: ['staff'],
      peer: '127.0.0.1:40000',
      method: '/gnmi.gNMI/Set',
      code: 'PERMISSION_DENIED',
      asked: 'target globex: update /site[site-id=x]',
      message: "no access to target 'globex'",
      count: 1,
      revision: 1,
      previous: '0'.repeat(64),
    });
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.equal(journal, made.journal.head.hash);
  });

  it('has times that strictly increase, however the clock runs, and none before that of the journal', async () => {
    const made = await TestFolder.make();
    await made.commit();
    const committedNs = made.journal.head.timeNs;
    made.nowNs -= 5_000_000_000n;
    await made.refuse(2);
    const folder = await made.close();
    assert.deepEqual(
      (await entriesOf(folder)).map(({ timeNs }) => timeNs),
      [committedNs, committedNs + 1n],
    );
  });

  it('goes on in the chain after a restart', async () => {
    const folder = await sampleFolder();
    const log = await reopen(folder);
    assert.equal(log.head.sequence, 6);
    await log.close();
    await verified(folder);
  });

  it('is recovered when a crash has torn its end: the rest is put aside, and an entry says so', async () => {
    const folder = await sampleFolder();
    const lines = await linesOf(folder);
    const torn = `${lines[3]?.slice(0, 50)}\0\0\n\0\0\0`;
    await appendFile(auditFile(folder), torn);
    const made = await reopen(folder);
    await made.close();
    const entry = (await entriesOf(folder)).at(-1);
    assert.deepEqual([entry?.sequence, entry?.kind], [7, 'recovered']);
    assert.equal(entry?.message, '56 bytes at the end were no whole entry and are put aside; a crash had torn them');
    assert.equal(await readFile(join(auditFolder(folder), 'torn-behind-6'), 'latin1'), torn);
  });

  it('may be cut anywhere in its last write by a crash and holds up to there', async () => {
    const whole = await sampleFolder();
    const bytes = await readFile(auditFile(whole));
    const lines = await linesOf(whole);
    const last = Buffer.byteLength(lines.at(-1) ?? '') + 1;
    for (let cut = 1; cut < last; cut += 37) {
      const folder = await copyOf(whole);
      // The note lags behind a write that was under way.
      const { hash } = JSON.parse(lines.at(-2) ?? '');
      await writeFile(join(auditFolder(folder), 'head.json'), `{"sequence":5,"hash":"${hash}"}\n`);
      await writeFile(auditFile(folder), bytes.subarray(0, bytes.length - cut));
      const log = await reopen(folder);
      assert.equal(log.head.sequence, 5);
      await log.close();
      const kinds = (await entriesOf(folder)).slice(5).map(({ kind }) => kind);
      assert.deepEqual(kinds, cut === last ? [] : ['recovered']);
    }
  });

  it('is not opened, and not changed, when it is damaged before its end or its end is gone', async () => {
    const folder = await sampleFolder();
    const lines = await linesOf(folder);
    const file = auditFile(folder);
    await writeFile(file, `${lines.with(2, '{}').join('\n')}\n`);
    await assert.rejects(reopen(folder), { code: 'DATA_LOSS', message: /^audit entry 3 cannot be trusted/ });
    assert.equal(await readFile(file, 'utf8'), `${lines.with(2, '{}').join('\n')}\n`);
    await writeFile(file, `${lines.slice(0, 4).join('\n')}\n`);
    await assert.rejects(reopen(folder), {
      code: 'DATA_LOSS',
      message: /^audit entry 5 .*it is missing; the log ends at entry 4, but entry 6 was written before/,
    });
  });

  it('makes one entry of what happens again and again within a moment, and says how often', async () => {
    const made = await TestFolder.make();
    for (let port = 1; port <= 10; port++) made.log.note(refusal({ peer: `127.0.0.1:${port}` }));
    made.log.note(refusal({ user: 'mallory' }));
    const entries = await entriesOf(await made.close());
    assert.deepEqual(
      entries.map(({ user, count }) => [user, count]),
      [
        ['eve', 10],
        ['mallory', 1],
      ],
    );
  });

  it('counts a flood by address, tells how many it was, and leaves room for others', async () => {
    const made = await TestFolder.make({ limits });
    for (let i = 0; i < 1000; i++) made.log.note(refusal({ user: `guess-${i}`, kind: 'login-failed' }));
    made.log.note(refusal({ user: 'bob', peer: '10.0.0.9:1' }));
    await made.log.settled();
    // In time the address may make entries again.
    made.nowNs += 1_000_000_000n;
    made.log.note(refusal({ user: 'guess-later', kind: 'login-failed' }));
    const entries = await entriesOf(await made.close());
    assert.deepEqual(
      entries.map(({ kind, user, peer, count }) => [kind, user, peer, count]),
      [
        ['login-failed', 'guess-0', '127.0.0.1:40000', 1],
        ['login-failed', 'guess-1', '127.0.0.1:40000', 1],
        ['login-failed', 'guess-2', '127.0.0.1:40000', 1],
        ['denied', 'bob', '10.0.0.9:1', 1],
        ['suppressed', '', '127.0.0.1', 997],
        ['login-failed', 'guess-later', '127.0.0.1:40000', 1],
      ],
    );
  });

  it('names each user who is refused, whatever strangers do from the same address and from everywhere', async () => {
    const made = await TestFolder.make({ limits });
    for (let i = 0; i < 5_000; i++) {
      const peer = i < 1_000 ? '127.0.0.1:1' : `10.1.${i >> 8}.${i % 256}:1`;
      made.log.note(refusal({ user: `guess-${i}`, peer, kind: 'login-failed' }));
    }
    for (let i = 0; i < 5; i++) made.log.note(refusal({ asked: `target ${i}` }));
    const entries = await entriesOf(await made.close());
    const users = entries.filter(({ user }) => user === 'eve');
    assert.deepEqual(
      users.map(({ kind, asked, count }) => [kind, asked, count]),
      [
        ['denied', 'target 0', 1],
        ['denied', 'target 1', 1],
        ['denied', 'target 2', 1],
        ['suppressed', '', 2],
      ],
    );
  });

  it('says that it was taken, however often the taker was refused before', async () => {
    const made = await TestFolder.make({ limits });
    await made.refuse(50);
    made.log.note(refusal({ kind: 'exported', code: '' }));
    const entries = await entriesOf(await made.close());
    assert.equal(entries.filter(({ kind, user }) => kind === 'exported' && user === 'eve').length, 1);
  });

  it('goes on after a flood when the clock was set back meanwhile', async () => {
    let nowMs = 0;
    const made = await TestFolder.make({ limits, nowMs: () => nowMs });
    await made.refuse(50);
    made.nowNs -= 86_400_000_000_000n;
    nowMs += 1_000;
    await made.refuse(1, { message: 'the day before' });
    const entries = await entriesOf(await made.close());
    assert.equal(entries.filter(({ message }) => message === 'the day before').length, 1);
  });

  it('loses count of nothing in a flood from everywhere, and stays small', async () => {
    const made = await TestFolder.make({ limits });
    for (let i = 0; i < 20_000; i++) {
      made.log.note(refusal({ kind: 'login-failed', user: `u${i}`, peer: `10.1.${i >> 8}.${i % 256}:1` }));
    }
    const entries = await entriesOf(await made.close());
    assert.equal(
      entries.reduce((sum, { count }) => sum + count, 0),
      20_000,
    );
    assert.equal(entries.filter(({ kind }) => kind === 'login-failed').length, 100);
    assert.equal(entries.filter(({ kind }) => kind === 'suppressed').length, 201);
  });

  it('survives a disk that is full: an alarm, and everything is written or counted when there is room', async () => {
    const alarms: (string | undefined)[] = [];
    let isFull = true;
    const made = await TestFolder.make({
      limits,
      onAlarm: (reason) => alarms.push(reason),
      write: async (file, bytes, position) => {
        // A full disk takes a part.
        await file.write(bytes, 0, isFull ? 20 : bytes.length, position);
        if (isFull) throw new Error('ENOSPC: no space left on device, write');
      },
    });
    await made.refuse(1);
    await made.refuse(5);
    assert.equal(made.log.head.sequence, 0);
    assert.equal(made.log.mark, undefined);
    assert.deepEqual(alarms, [
      'the audit log cannot be written: ENOSPC: no space left on device, write. Refusals go on and are counted',
    ]);
    isFull = false;
    await made.log.settled();
    assert.equal(alarms.length, 2);
    assert.equal(alarms[1], undefined);
    const folder = await made.close();
    assert.deepEqual(
      (await entriesOf(folder)).map(({ kind, count }) => `${count} ${kind}`),
      ['1 denied', '1 denied', '1 denied', '3 suppressed'],
    );
    await verified(folder);
  });

  it('lets the journal name only what is on the disk', async () => {
    const made = await TestFolder.make();
    made.log.note(refusal());
    assert.equal(made.log.mark, undefined);
    await made.log.settled();
    assert.equal(made.log.mark, `1:${made.log.head.hash}`);
    await made.close();
  });
});
