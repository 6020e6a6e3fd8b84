// The proof of the audit log: whatever is changed, taken away or moved in either chain is found, with its first place.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { auditFile } from '../../src/audit/log-file.ts';
import { openHeader, seal } from '../../src/datastore/journal-entry.ts';
import { LevelStore, revisionBytes } from '../../src/datastore/level-store.ts';
import { auditLabel } from '../../src/datastore/request-label.ts';
import { removeTempFolders } from '../datastore/temp-folder.ts';
import { copyOf, entriesOf, linesOf, refusal, sampleFolder, TestFolder, verified } from './fixture.ts';

/** Every file below a folder with the digest of its bytes and the time of its last change. */
async function fingerprint(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const all = await Promise.all(
    names.map(async (name) => {
      const info = await stat(join(folder, name));
      if (info.isDirectory()) return `${name}/`;
      const digest = createHash('sha256').update(await readFile(join(folder, name)));
      return `${name} ${info.mtimeMs} ${digest.digest('hex')}`;
    }),
  );
  return all;
}

async function writeLines(folder: string, lines: readonly string[]): Promise<void> {
  await writeFile(auditFile(folder), lines.map((line) => `${line}\n`).join(''));
}

/** Makes the chain of the log anew from altered lines, as somebody would who knows how it is made. */
function rechained(lines: readonly string[]): string[] {
  let previous = '0'.repeat(64);
  return lines.map((line) => {
    const { hash: _, ...content } = JSON.parse(line);
    const text = JSON.stringify({ ...content, previous });
    previous = createHash('sha256').update(text).digest('hex');
    return `${text.slice(0, -1)},"hash":"${previous}"}`;
  });
}

describe('the proof of the audit log', () => {
  let whole: string;
  before(async () => {
    whole = await sampleFolder();
  });
  after(removeTempFolders);

  it('says what is whole, and how both chains name each other', async () => {
    const lines = await verified(whole);
    const [head] = (await entriesOf(whole)).slice(-1);
    assert.deepEqual(lines.slice(0, 3), [
      'journal: 3 transactions, all changes and the hash chain are whole',
      'audit log: 6 entries (5 denied, 1 login-failed), the hash chain is whole',
      'links: entries that name the journal: 6, transactions that name the log: 2, all as they are',
    ]);
    assert.match(lines[3] ?? '', /^whole; head of the journal 3:[0-9a-f]{64}$/);
    assert.equal(lines[4], `       head of the audit log 6:${head?.hash}`);
  });

  it('changes not a byte of the folder', async () => {
    const folder = await copyOf(whole);
    const before = await fingerprint(folder);
    await verified(folder);
    assert.deepEqual(await fingerprint(folder), before);
  });

  it('holds for a folder without an audit log, as an earlier release left it', async () => {
    const made = await TestFolder.make();
    await made.commit();
    const folder = await made.close();
    await rm(join(folder, 'audit'), { recursive: true });
    assert.match((await verified(folder))[1] ?? '', /^audit log: 0 entries, /);
  });

  it('finds any byte of the log that is changed, and names its entry', async () => {
    const folder = await copyOf(whole);
    const file = auditFile(folder);
    const bytes = await readFile(file);
    const lines = await linesOf(whole);
    const ends = lines.map((_, i) => lines.slice(0, i + 1).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ mask;
        await writeFile(file, changed);
        const sequence = ends.findIndex((end) => at < end) + 1;
        await assert.rejects(verified(folder), { message: new RegExp(`^audit entry ${sequence} cannot be trusted: `) });
      }),
      { numRuns: 60 },
    );
  });

  it('leaves entries of a newer release to that, and finds those that only look like it', async () => {
    const folder = await copyOf(whole);
    const lines = (await linesOf(whole)).map((line) => line.replace('"format":1', '"format":2'));
    await writeLines(folder, rechained(lines));
    await assert.rejects(verified(folder), {
      code: 'FAILED_PRECONDITION',
      message: /^audit entry 1 has format 2, this release reads up to 1; use the release that wrote it or a newer one$/,
    });
    await writeLines(folder, lines);
    await assert.rejects(verified(folder), { code: 'DATA_LOSS', message: /^audit entry 1 .*its hash does not fit/ });
  });

  it('finds a line that is removed, and two that are swapped', async () => {
    const lines = await linesOf(whole);
    const folder = await copyOf(whole);
    for (const [i] of lines.entries()) {
      await writeLines(folder, lines.toSpliced(i, 1));
      await assert.rejects(verified(folder), {
        code: 'DATA_LOSS',
        message: new RegExp(`^audit entry ${i + 1} cannot be trusted: it is missing`),
      });
      for (let j = i + 1; j < lines.length; j++) {
        await writeLines(folder, lines.with(i, lines[j] ?? '').with(j, lines[i] ?? ''));
        await assert.rejects(verified(folder), { message: new RegExp(`^audit entry ${i + 1} cannot be trusted`) });
      }
    }
  });

  it('finds an end that is cut off: by the journal, or by the note of the head', async () => {
    const lines = await linesOf(whole);
    const folder = await copyOf(whole);
    for (let kept = 0; kept < lines.length; kept++) {
      await writeLines(folder, lines.slice(0, kept));
      await assert.rejects(verified(folder), { code: 'DATA_LOSS' }, `${kept} lines`);
    }
    await rm(join(folder, 'audit/head.json'));
    await writeLines(folder, lines.slice(0, 4));
    await assert.rejects(verified(folder), {
      message: /^journal revision 3 cannot be trusted: it names audit entry 5, which is missing; the log goes up to 4/,
    });
    await rm(join(folder, 'audit'), { recursive: true });
    await assert.rejects(verified(folder), { message: /^journal revision 1 .*names audit entry 2, which is missing/ });
  });

  it('finds newest entries that are cut off together with their note only by a head that was noted elsewhere', async () => {
    const lines = await linesOf(whole);
    const folder = await copyOf(whole);
    await writeLines(folder, lines.slice(0, 5));
    await rm(join(folder, 'audit/head.json'));
    assert.match((await verified(folder)).at(-2) ?? '', /^whole; /);
    const { hash } = JSON.parse(lines[5] ?? '');
    await assert.rejects(verified(folder, `6:${hash}`), { message: /^no transaction and no audit entry has the hash/ });
  });

  it('finds a log that is made anew by somebody who knows how: the journal has its old hashes', async () => {
    const lines = await linesOf(whole);
    const folder = await copyOf(whole);
    await writeLines(folder, rechained(lines.map((line) => line.replace('"eve"', '"bob"'))));
    await assert.rejects(verified(folder), {
      message: /^journal revision 1 cannot be trusted: it names audit entry 2 with another hash than that has/,
    });
  });

  it('finds a journal whose end is cut off: the audit log names it', async () => {
    const folder = await copyOf(whole);
    await rm(join(folder, 'head.json'), { force: true });
    const store = await LevelStore.open(join(folder, 'store'), false);
    await store.tables.headers.del(revisionBytes(3));
    await store.close();
    await assert.rejects(verified(folder), {
      message: /^audit entry 6 cannot be trusted: it names revision 3, and the journal ends at revision 2/,
    });
  });

  it('finds a journal that is made anew: the audit log has its old hashes', async () => {
    const folder = await copyOf(whole);
    const store = await LevelStore.open(join(folder, 'store'), false);
    const stored = await store.tables.headers.get(revisionBytes(3));
    assert.ok(stored);
    const { revision, timeNs, previous, labels, digest } = openHeader(3, stored);
    const before = { revision: revision - 1, timeNs: 0n, hash: previous };
    const body = { chunks: [], digest };
    const forged = seal({ author: 'bob', comment: '', labels, commits: [], body }, before, timeNs);
    await store.tables.headers.put(revisionBytes(3), forged.header);
    await store.close();
    await assert.rejects(verified(folder), {
      message: /^audit entry 6 cannot be trusted: it names revision 3 of the journal with another hash than that has/,
    });
  });

  it('refuses a name of the audit log in the journal that is none', async () => {
    const made = await TestFolder.make();
    const draft = { author: 'ann', comment: '', labels: { [auditLabel]: 'all is well' }, commits: [] };
    await made.journal.append([seal(draft, made.journal.head, 1n)]);
    const folder = await made.close();
    await assert.rejects(verified(folder), {
      message: /^journal revision 1 .*names of the audit log is 'all is well'/,
    });
  });

  it('proves a head that was noted, of either chain, and tells of one that is in none', async () => {
    const entries = await entriesOf(whole);
    const noted = entries[2];
    assert.ok(noted);
    const [first] = await verified(whole, noted.hash);
    assert.equal(first, 'the noted head is audit entry 3: it is in its chain, and all before it is whole');
    assert.match((await verified(whole, noted.journal))[0] ?? '', /^the noted head is revision 2: /);
    const never = 'ab'.repeat(32);
    await assert.rejects(verified(whole, never), {
      code: 'DATA_LOSS',
      message: `no transaction and no audit entry has the hash ${never}: what it was noted for was cut off or replaced`,
    });
    await assert.rejects(verified(whole, 'abc'), { code: 'INVALID_ARGUMENT' });
  });

  it('does not take a whole new history for the one whose head was noted', async () => {
    const noted = (await entriesOf(whole)).at(-1)?.hash;
    const made = await TestFolder.make();
    made.nowNs += 7n;
    await made.refuse(6);
    await assert.rejects(verified(await made.close(), noted), { code: 'DATA_LOSS', message: /^no transaction and no/ });
  });

  it('works on the folder of a running service, whatever that does meanwhile', async () => {
    const made = await TestFolder.make();
    let isOver = false;
    const busy = (async () => {
      while (!isOver) {
        await made.commit();
        await made.refuse(2, {
          peer: `10.0.0.${made.journal.head.revision % 250}:1`,
          user: `u${made.journal.head.revision}`,
        });
      }
    })();
    for (let i = 0; i < 5; i++) assert.match((await verified(made.folder)).at(-2) ?? '', /^whole; head of the journal/);
    isOver = true;
    await busy;
    await made.close();
  });

  it('works on a folder whose store is being rearranged', async () => {
    const made = await TestFolder.make();
    const before = await readdir(join(made.folder, 'store'));
    let isOver = false;
    const busy = (async () => {
      // The store writes a table of its own for each 4 MiB.
      for (let i = 0; i < 30; i++) {
        await made.commit(400_000);
        if (i % 10 === 0) await made.refuse(1, { user: `u${i}` });
      }
      isOver = true;
    })();
    while (!isOver) assert.match((await verified(made.folder)).at(-2) ?? '', /^whole; head of the journal/);
    await busy;
    const after = await readdir(join(made.folder, 'store'));
    assert.ok(after.some((name) => name.endsWith('.ldb') && !before.includes(name)));
    await made.close();
  });

  it('counts what a crash left unfinished at the end, and takes it for no entry', async () => {
    const folder = await copyOf(whole);
    await writeFile(auditFile(folder), `${(await linesOf(whole)).join('\n')}\n{"format":1,"seq`);
    assert.equal((await verified(folder))[3], 'behind that, 16 bytes of an entry that was not finished');
  });

  it('refuses what is no data folder', async () => {
    await assert.rejects(verified('/nowhere/at/all'), {
      code: 'FAILED_PRECONDITION',
      message: /it has no edgeconf\.json/,
    });
  });

  it('proves texts of any kind', async () => {
    const made = await TestFolder.make();
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const text = fc.string({ unit, maxLength: 40 });
    fc.assert(
      fc.property(text, text, text, (user, asked, message) =>
        made.log.note(refusal({ user, asked, message, groups: [user] })),
      ),
      { numRuns: 100 },
    );
    made.log.note(refusal({ user: '\ud800', asked: 'x'.repeat(100_000), message: 'line\nend\u2028' }));
    const folder = await made.close();
    await verified(folder);
    const last = (await entriesOf(folder)).at(-1);
    assert.equal(last?.user, '\ud800');
    assert.equal(last?.asked.length, 1000);
  });
});
