// A small schema tree made by hand, for tests that need no validator, and paths in it by text.

import type { SchemaNodeJson } from 'libyang-wasm';
import type { Row } from '../../src/datastore/row.ts';
import { Snapshot } from '../../src/datastore/snapshot.ts';
import type { Model } from '../../src/schema/model.ts';
import { concretePath, type Path, type PathQuery, resolveQuery } from '../../src/schema/path.ts';
import { encodeKey, rankKey } from '../../src/schema/row-key.ts';
import { linkSchema } from '../../src/schema/schema-node.ts';

const leaf = (name: string, base: 'string' | 'uint16' | 'uint64' = 'string', module = 'm'): SchemaNodeJson => ({
  kind: 'leaf',
  name,
  module,
  config: true,
  type: { base },
});

const top: SchemaNodeJson[] = [
  {
    kind: 'list',
    name: 'site',
    module: 'm',
    config: true,
    keys: ['name'],
    children: [
      leaf('name'),
      leaf('size', 'uint16'),
      leaf('extra', 'string', 'x'),
      {
        kind: 'list',
        name: 'port',
        module: 'm',
        config: true,
        keys: ['number', 'protocol'],
        children: [leaf('number', 'uint16'), leaf('protocol'), leaf('use')],
      },
      { ...leaf('seen', 'uint64'), config: false },
    ],
  },
  { ...leaf('site-count', 'uint16') },
  {
    kind: 'list',
    name: 'step',
    module: 'm',
    config: true,
    orderedBy: 'user',
    keys: ['name'],
    children: [leaf('name'), leaf('text')],
  },
  {
    kind: 'container',
    name: 'debug',
    module: 'm',
    config: true,
    presence: true,
    children: [leaf('level', 'uint16')],
  },
];

/** The model of the schema. */
export const testModel: Model = { id: 'm@1', name: 'm', version: '1', root: linkSchema(top), modules: [] };

/** A query from text such as `/site[name=a]/port[number=*]`; names without slashes or brackets. */
export function query(text: string, model: Model = testModel): PathQuery {
  const elems = text
    .split('/')
    .filter(Boolean)
    .map((part) => ({
      name: part.replace(/\[.*/, ''),
      key: Object.fromEntries([...part.matchAll(/\[([^=]+)=([^\]]*)\]/g)].map((match) => [match[1], match[2] ?? ''])),
    }));
  const [found] = resolveQuery(model.root, elems);
  if (found === undefined) throw new Error(`nothing matches ${text}`);
  return found;
}

/** A concrete path from text. */
export function path(text: string, model: Model = testModel): Path {
  const found = concretePath(query(text, model));
  if (found === undefined) throw new Error(`${text} is not concrete`);
  return found;
}

/** A snapshot of rows given by path text and JSON text. */
export function snapshotOf(
  values: Readonly<Record<string, string>>,
  ranks: Readonly<Record<string, string>> = {},
): Snapshot {
  const rows: Row[] = Object.entries(values).map(([text, value]) => ({
    key: encodeKey(path(text)),
    value,
    revision: 1,
  }));
  for (const [text, value] of Object.entries(ranks)) {
    rows.push({ key: rankKey(encodeKey(path(text))), value: JSON.stringify(value), revision: 1 });
  }
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return Snapshot.of('acme', testModel, 1, rows);
}
