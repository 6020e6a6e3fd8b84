// Random edits over the test model, with few values, so that they meet often.
import fc from 'fast-check';
import type { Edit } from 'libyang-wasm';
import { below } from './model.ts';

const letter = fc.constantFrom('a', 'b', "c'd");
const leaf = (name: string, value: fc.Arbitrary<unknown>) => ({ name, value });

const leaves = [
  leaf('a', fc.constantFrom(5, 7, 15)),
  leaf('d', fc.constantFrom('1.5', '1.50')),
  leaf('u', fc.constantFrom(1, 'auto')),
  leaf('ref', letter),
  leaf('o1', fc.constantFrom('x', 'y')),
  leaf('t1', fc.constantFrom('x', 'y')),
  leaf('t2', fc.constantFrom(2, 3)),
  leaf('mode', fc.constantFrom('x', 'y')),
  leaf('only-x', fc.constantFrom('v', 'w')),
  leaf('x-default', fc.constantFrom('dd', 'ee')),
  leaf('any', fc.constantFrom({ z: 1 }, { z: [1, 2] })),
];

const leafLists = [
  leaf('ordered', fc.uniqueArray(letter, { maxLength: 3 })),
  leaf('numbers', fc.uniqueArray(fc.constantFrom(1, 2, 3), { maxLength: 3 })),
  leaf('few', fc.uniqueArray(letter, { maxLength: 3 })),
];

const entry = fc.record(
  { k: letter, v: fc.constantFrom(1, 4, 5, 6), needed: fc.constantFrom('n', 'm'), plain: fc.constantFrom(1, 2) },
  { requiredKeys: ['k', 'needed'] },
);
const seqEntry = fc.record(
  {
    x: letter,
    y: fc.constantFrom(1, 2),
    z: fc.constantFrom('zed', 'q'),
    inner: fc.record({ tags: fc.uniqueArray(letter, { maxLength: 2 }) }),
  },
  { requiredKeys: ['x', 'y'] },
);
const entries = fc.uniqueArray(entry, { maxLength: 3, selector: ({ k }) => k });
const seqEntries = fc.uniqueArray(seqEntry, { maxLength: 4, selector: ({ x, y }) => `${x} ${y}` });
const presence = fc.record({ w: letter }, { requiredKeys: [] });
const oc = fc.record({ q: fc.constantFrom('zz', 'yy') }, { requiredKeys: [] });
const deep = fc.record(
  { inside: letter, more: fc.uniqueArray(fc.constantFrom(1, 2), { maxLength: 2 }) },
  { requiredKeys: [] },
);

const named: Record<string, fc.Arbitrary<unknown>> = {
  ...Object.fromEntries([...leaves, ...leafLists].map(({ name, value }) => [name, value])),
  l: entries,
  seq: seqEntries,
  p: presence,
  oc,
  deep,
};

/** Content of container c. */
export const content = fc.record(named, { requiredKeys: [] });
/** A whole document. */
export const document = fc
  .record({ 'm:c': content, 'm:top': letter }, { requiredKeys: [] })
  .map((value) => JSON.stringify(value));

const op = fc.constantFrom('update', 'replace', 'delete' as const);

function edit(kind: Edit['op'], path: Edit['path'], name: string, value: unknown): Edit {
  return kind === 'delete' ? { op: kind, path } : { op: kind, path, json: JSON.stringify({ [`m:${name}`]: value }) };
}

const childEdit = fc
  .constantFrom(...Object.keys(named))
  .chain((name) =>
    fc.tuple(op, named[name] ?? fc.constant(null)).map(([kind, value]) => edit(kind, below(name), name, value)),
  );
const entryEdit = fc.tuple(op, entry).map(([kind, one]) => edit(kind, below(['l', one.k]), 'l', [one]));
const seqEdit = fc
  .tuple(op, seqEntry)
  .map(([kind, one]) => edit(kind, below(['seq', one.x, `${one.y}`]), 'seq', [one]));
const insideEdit = fc
  .tuple(op, letter, fc.constantFrom(1, 4, 5))
  .map(([kind, k, v]) => edit(kind, below(['l', k], 'v'), 'v', v));
const tagsEdit = fc
  .tuple(op, letter, fc.uniqueArray(letter, { maxLength: 2 }))
  .map(([kind, x, tags]) => edit(kind, below(['seq', x, '1'], 'inner', 'tags'), 'tags', tags));
const contentEdit = fc.tuple(op, content).map(([kind, value]) => edit(kind, below(), 'c', value));
const rootEdit = fc
  .tuple(op, document)
  .map(([kind, json]): Edit => (kind === 'delete' ? { op: kind, path: [] } : { op: kind, path: [], json }));

/** One edit of any kind, mostly small. */
export const anyEdit = fc.oneof(
  { weight: 8, arbitrary: childEdit },
  { weight: 3, arbitrary: entryEdit },
  { weight: 3, arbitrary: seqEdit },
  { weight: 3, arbitrary: insideEdit },
  { weight: 2, arbitrary: tagsEdit },
  { weight: 1, arbitrary: contentEdit },
  { weight: 1, arbitrary: rootEdit },
);

/** Several stages of several edits. */
export const stages = fc.array(fc.array(anyEdit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });
