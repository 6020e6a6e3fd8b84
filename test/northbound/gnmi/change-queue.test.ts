// The queue of a slow STREAM: what is left to tell after many commits, and that it stays bounded.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Snapshot } from '../../../src/datastore/snapshot.ts';
import { ChangeQueue, highestGone } from '../../../src/northbound/gnmi/change-queue.ts';
import type { Feed, Picked } from '../../../src/northbound/gnmi/feeds.ts';
import { defaultLimits } from '../../../src/northbound/gnmi/limits.ts';
import { PathStyle } from '../../../src/northbound/gnmi/path-style.ts';
import { joinPaths } from '../../../src/northbound/gnmi/request-path.ts';
import { type Notification, subscribeResponseType } from '../../../src/proto/gnmi.ts';
import { parsePath, printPath } from '../../../src/proto/path-text.ts';
import type { Model } from '../../../src/schema/model.ts';
import { concretePath, type Path, resolveQuery } from '../../../src/schema/path.ts';
import { encodeKey, type RowKey } from '../../../src/schema/row-key.ts';
import { linkSchema } from '../../../src/schema/schema-node.ts';
import { deletesOf, valuesOf } from './messages.ts';

const m = 'm';
const leaf = (name: string, more: object = {}) => ({
  kind: 'leaf' as const,
  name,
  module: m,
  config: true,
  type: { base: 'string' as const },
  ...more,
});
const root = linkSchema([
  {
    kind: 'list',
    name: 'site',
    module: m,
    config: true,
    keys: ['id'],
    children: [
      leaf('id'),
      leaf('name'),
      { kind: 'container', name: 'box', module: m, config: true, children: [leaf('a'), leaf('b')] },
      {
        kind: 'container',
        name: 'tuned',
        module: m,
        config: true,
        children: [leaf('c'), leaf('d', { defaults: ['"x"'] })],
      },
    ],
  },
]);
const model: Model = { id: 'm@1', name: 'm', version: '1', root, modules: [] };

function at(text: string): Path {
  const elems = (parsePath(text).elem ?? []).map(({ name = '', key = {} }) => ({ name, key }));
  return concretePath(resolveQuery(root, elems)[0] ?? []) ?? [];
}

function snapshot(rows: ReadonlyMap<RowKey, string>): Snapshot {
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  return Snapshot.of(
    't',
    model,
    1,
    sorted.map(([key, value]) => ({ key, value, revision: 1 })),
  );
}

const [request] = joinPaths(undefined, [{}], defaultLimits);
assert.ok(request);
const style = new PathStyle(request, true);
const feed: Feed = { target: 't', query: [], style, prefix: undefined, sight: 'all', from: '', to: '' };

/** A target whose commits go into a queue. */
class Source {
  readonly rows = new Map<RowKey, string>();
  readonly queue = new ChangeQueue(defaultLimits, 'JSON');
  #timeNs = 1_700_000_000_000_000_000n;

  commit(edits: Record<string, string | undefined>): void {
    const changes: Picked[] = [];
    for (const [text, after] of Object.entries(edits)) {
      const key = encodeKey(at(text));
      const before = this.rows.get(key);
      if (before === after) continue;
      if (after === undefined) this.rows.delete(key);
      else this.rows.set(key, after);
      changes.push({ feed, key, before, after });
    }
    changes.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.queue.add(changes, snapshot(this.rows), this.#timeNs++);
  }

  take(): Notification[] {
    const taken: Notification[] = [];
    for (let bytes = this.queue.take(); bytes !== undefined; bytes = this.queue.take()) {
      taken.push(subscribeResponseType.decode(bytes).update ?? {});
    }
    return taken;
  }
}

const entry = (id: string) => ({ [`/site[id=${id}]/id`]: `"${id}"`, [`/site[id=${id}]/name`]: '"n"' });
const noEntry = (id: string) => ({ [`/site[id=${id}]/id`]: undefined, [`/site[id=${id}]/name`]: undefined });

describe('queue of changes', () => {
  it('tells each commit on its own when nothing was overtaken', () => {
    const source = new Source();
    source.commit(entry('a'));
    source.commit({ '/site[id=a]/name': '"b"' });
    const told = source.take();
    assert.deepEqual(told.map(valuesOf), [{ '/site[id=a]/id': 'a' }, { '/site[id=a]/name': 'b' }]);
    assert.deepEqual(
      told[1]?.update?.map(({ duplicates }) => duplicates),
      [1],
    );
    assert.equal(source.queue.size, 0);
  });

  it('forgets what came and went unseen, so that it never grows beyond what exists', () => {
    const source = new Source();
    for (let i = 0; i < 1_000; i++) {
      source.commit(entry(`e${i}`));
      source.commit(noEntry(`e${i}`));
    }
    assert.equal(source.queue.size, 0);
    assert.deepEqual(source.take(), []);
  });

  it('keeps the delete of what the client knows, and tells the branch once', () => {
    const source = new Source();
    source.commit({ ...entry('a'), '/site[id=a]/box/a': '"1"', '/site[id=a]/box/b': '"2"' });
    source.take();
    source.commit({ '/site[id=a]/box/a': '"3"' });
    source.commit({ ...noEntry('a'), '/site[id=a]/box/a': undefined, '/site[id=a]/box/b': undefined });
    assert.deepEqual(source.take().map(deletesOf), [['/site[id=a]']]);
  });

  it('tells only what is different when a branch goes and comes back', () => {
    const source = new Source();
    source.commit({ ...entry('a'), '/site[id=a]/box/a': '"1"', '/site[id=a]/box/b': '"2"' });
    source.take();
    source.commit({ ...noEntry('a'), '/site[id=a]/box/a': undefined, '/site[id=a]/box/b': undefined });
    source.commit({ ...entry('a'), '/site[id=a]/box/b': '"4"' });
    const told = source.take();
    assert.deepEqual(told.flatMap(deletesOf), ['/site[id=a]/box/a']);
    assert.deepEqual(Object.assign({}, ...told.map(valuesOf)), {
      '/site[id=a]/id': 'a',
      '/site[id=a]/name': 'n',
      '/site[id=a]/box/b': '4',
    });
  });

  it('finds the highest node that went: an entry, an empty container, but not one with defaults in use', () => {
    const rows = new Map([[encodeKey(at('/site[id=a]/id')), '"a"']]);
    const gone = (text: string, atLeast = 0) => {
      const path = highestGone(snapshot(rows), at(text), atLeast);
      return path.map(({ node }) => node.name).join('/');
    };
    assert.equal(gone('/site[id=b]/box/a'), 'site');
    assert.equal(gone('/site[id=b]/box/a', 2), 'site/box');
    assert.equal(gone('/site[id=a]/box/a'), 'site/box');
    assert.equal(gone('/site[id=a]/tuned/c'), 'site/tuned/c');
  });

  it('brings a client that applies what it is told to the same rows, whatever is overtaken', () => {
    const texts = ['a', 'b'].flatMap((id) => ['id', 'name', 'box/a', 'box/b'].map((rest) => `/site[id=${id}]/${rest}`));
    const edits = fc.dictionary(
      fc.constantFrom(...texts),
      fc.option(fc.constantFrom('"1"', '"2"'), { nil: undefined }),
      {
        noNullPrototype: true,
      },
    );
    fc.assert(
      fc.property(fc.array(fc.record({ edits, read: fc.boolean() }), { maxLength: 12 }), (steps) => {
        const source = new Source();
        const client = new Map<string, unknown>();
        const apply = (notification: Notification) => {
          for (const gone of deletesOf(notification)) {
            for (const text of [...client.keys()])
              if (text === gone || text.startsWith(`${gone}/`)) client.delete(text);
          }
          for (const [text, value] of Object.entries(valuesOf(notification))) client.set(text, value);
        };
        for (const step of steps) {
          source.commit(step.edits);
          if (step.read) for (const each of source.take()) apply(each);
        }
        for (const each of source.take()) apply(each);
        const expected = texts.flatMap((text) => {
          const value = source.rows.get(encodeKey(at(text)));
          return value === undefined ? [] : [[printPath(parsePath(text)), JSON.parse(value)]];
        });
        assert.deepEqual(Object.fromEntries([...client].sort()), Object.fromEntries(expected.sort()));
      }),
    );
  });
});
