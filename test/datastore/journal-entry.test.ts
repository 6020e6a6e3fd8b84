// Journal entries: how they get their place, time and hash.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { genesis, openBody, openHeader, seal } from '../../src/datastore/journal-entry.ts';
import { draft } from './journal-suite.ts';

describe('a journal entry', () => {
  it('follows the head by one, with its hash as previous', () => {
    const { entry } = seal(draft(0), { revision: 41, timeNs: 5n, hash: 'ab'.repeat(32) }, 9n);
    assert.equal(entry.revision, 42);
    assert.equal(entry.previous, 'ab'.repeat(32));
    assert.equal(entry.timeNs, 9n);
  });

  it('has a time one nanosecond after the head when the clock stands still or goes back', () => {
    const head = { ...genesis, timeNs: 1_700_000_000_000_000_000n };
    assert.equal(seal(draft(0), head, head.timeNs).entry.timeNs, head.timeNs + 1n);
    assert.equal(seal(draft(0), head, 3n).entry.timeNs, head.timeNs + 1n);
  });

  it('has a header that anyone can check with a SHA-256 of its text without the hash member', () => {
    const { entry, header, body } = seal(draft(0, { comment: 'why', labels: { b: '2', a: '1' } }), genesis, 12n);
    const text = header.toString();
    const content = text.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}');
    assert.equal(createHash('sha256').update(content).digest('hex'), entry.hash);
    const [chunk = Buffer.alloc(0), ...others] = body;
    assert.equal(others.length, 0);
    const size = Buffer.from([0, 0, 0, chunk.length]);
    const digest = createHash('sha256').update(size).update(chunk).digest('hex');
    assert.equal(
      content,
      `{"format":2,"revision":1,"time":"12","author":"ann","comment":"why","labels":{"a":"1","b":"2"},` +
        `"digest":"${digest}","previous":"${'0'.repeat(64)}"}`,
    );
  });

  it('has the same hash whatever the order of its labels', () => {
    const one = seal(draft(0, { labels: { x: '1', y: '2' } }), genesis, 1n);
    const two = seal(draft(0, { labels: { y: '2', x: '1' } }), genesis, 1n);
    assert.equal(one.entry.hash, two.entry.hash);
  });

  it('is read back from its stored form', () => {
    const { entry, header, body } = seal(draft(4), genesis, 1n);
    assert.deepEqual(openBody(openHeader(1, header), body), entry);
  });

  it('is read back whatever its changes are', () => {
    const text = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });
    const key = fc.array(fc.integer({ min: 0, max: 255 })).map((bytes) => String.fromCharCode(...bytes));
    const change = fc.record({ key, before: text, after: text }, { noNullPrototype: true });
    const commit = fc.record(
      { target: fc.string(), model: fc.string(), changes: fc.array(change, { minLength: 1 }) },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.uniqueArray(commit, { selector: ({ target }) => target }), (commits) => {
        const { header, body } = seal(draft(0, { commits }), genesis, 1n);
        assert.deepEqual(openBody(openHeader(1, header), body).commits, commits);
      }),
    );
  });

  it('is read back when an earlier release wrote it, as JSON text in format 1', () => {
    const body = [
      '{"target":"acme","model":"m@1","changes":[["a\\u0000",null,"1"]]}',
      '{"target":"acme","model":"m@1","changes":[["b\\u0000","\\"\u{e9}\\"",null]]}',
    ].map((chunk) => Buffer.from(chunk));
    const digest = createHash('sha256').update(`${body[0]}\n${body[1]}\n`).digest('hex');
    const content =
      `{"format":1,"revision":1,"time":"12","author":"ann","comment":"","labels":{},"digest":"${digest}",` +
      `"previous":"${'0'.repeat(64)}"`;
    const hash = createHash('sha256').update(`${content}}`).digest('hex');
    const header = openHeader(1, Buffer.from(`${content},"hash":"${hash}"}`));
    assert.deepEqual(openBody(header, body).commits, [
      {
        target: 'acme',
        model: 'm@1',
        changes: [
          { key: 'a\x00', before: undefined, after: '1' },
          { key: 'b\x00', before: '"\u{e9}"', after: undefined },
        ],
      },
    ]);
    assert.throws(() => openBody(header, body.slice(0, 1)), { code: 'DATA_LOSS' });
  });

  it('is refused under another revision than its own', () => {
    const { header } = seal(draft(4), genesis, 1n);
    assert.throws(() => openHeader(2, header), { code: 'DATA_LOSS', message: /its header says revision 1/ });
  });

  it('is refused when a chunk of its changes is missing or doubled', () => {
    const changes = Array.from({ length: 5000 }, (_, i) => ({ key: `k${i}\x00`, before: undefined, after: '1' }));
    const { header, body } = seal(draft(0, { commits: [{ target: 'a', model: 'm@1', changes }] }), genesis, 1n);
    assert.equal(body.length, 2);
    const opened = openHeader(1, header);
    assert.throws(() => openBody(opened, body.slice(0, 1)), { code: 'DATA_LOSS' });
    assert.throws(() => openBody(opened, [...body, ...body.slice(1)]), { code: 'DATA_LOSS' });
    assert.equal(openBody(opened, body).commits[0]?.changes.length, 5000);
  });
});
