// A small schema with one of everything, and rows made from plain objects: what the tests of `src/schema` share.

import type { SchemaNodeJson, TypeJson } from 'libyang-wasm';
import { EdgeconfError } from '../../src/errors.ts';
import type { RowLookup } from '../../src/schema/defaults.ts';
import { concretePath, type Path, type PathQuery, resolveQuery } from '../../src/schema/path.ts';
import { encodeKeyValue, encodeName, type RowKey, rankKey } from '../../src/schema/row-key.ts';
import { linkSchema, type SchemaNode } from '../../src/schema/schema-node.ts';

type Extra = Partial<SchemaNodeJson>;

export function leaf(name: string, type: TypeJson | TypeJson['base'], extra: Extra = {}): SchemaNodeJson {
  return {
    kind: 'leaf',
    name,
    module: 'edge',
    config: true,
    type: typeof type === 'string' ? { base: type } : type,
    ...extra,
  };
}

export function container(name: string, children: SchemaNodeJson[], extra: Extra = {}): SchemaNodeJson {
  return { kind: 'container', name, module: 'edge', config: true, children, ...extra };
}

export function list(name: string, keys: string[], children: SchemaNodeJson[], extra: Extra = {}): SchemaNodeJson {
  return { kind: 'list', name, module: 'edge', config: true, keys, children, ...extra };
}

const identities = ['edge:copper', 'extra:fibre', 'extra:radio', 'other:radio'];
const restricted: TypeJson = { base: 'string', patterns: ['[a-z]+'] };

const values = container('values', [
  leaf('text', 'string'),
  leaf('flag', 'boolean'),
  leaf('marker', 'empty'),
  leaf('tiny', 'int8'),
  leaf('small', 'uint8'),
  leaf('port', 'uint16', { defaults: ['9339'] }),
  leaf('wide', 'uint64'),
  leaf('offset', 'int64'),
  leaf('ratio', { base: 'decimal64', fractionDigits: 2 }),
  leaf('color', { base: 'enumeration', enums: ['red', 'green', 'dark blue'] }),
  leaf('caps', { base: 'bits', bits: ['read', 'write', 'run'] }),
  leaf('blob', 'binary'),
  leaf('media', { base: 'identityref', identities }),
  leaf('where', 'instance-identifier'),
  leaf('ref', { base: 'leafref', target: { base: 'uint16' } }),
  leaf('loose', { base: 'leafref' }),
  leaf('either', {
    base: 'union',
    members: [{ base: 'uint8', range: '1..100' }, { base: 'uint64' }, { base: 'string' }],
  }),
  leaf('guarded', {
    base: 'union',
    members: [restricted, { base: 'uint8' }, { base: 'identityref', identities }, { base: 'boolean' }],
  }),
  { kind: 'leaf-list', name: 'dns', module: 'edge', config: true, type: { base: 'string' } },
  { kind: 'leaf-list', name: 'ports', module: 'edge', config: true, type: { base: 'uint16' }, defaults: ['80', '443'] },
  { kind: 'anydata', name: 'notes', module: 'edge', config: true },
  { kind: 'anyxml', name: 'raw', module: 'edge', config: true },
]);

const system = container('system', [
  leaf('name', 'string'),
  leaf('mtu', 'uint16', { defaults: ['1500'] }),
  leaf('color', 'string', { module: 'extra', defaults: ['"grey"'] }),
  leaf('name', 'string', { module: 'extra' }),
  leaf('only-when', 'string', { when: true, defaults: ['"x"'] }),
  container('clock', [leaf('zone', 'string', { defaults: ['"UTC"'] }), leaf('source', 'string')]),
  container(
    'ntp',
    [
      leaf('port', 'uint16', { defaults: ['123'] }),
      list('server', ['address'], [leaf('address', 'string'), leaf('prefer', 'boolean', { defaults: ['false'] })], {
        orderedBy: 'user',
      }),
    ],
    { presence: true },
  ),
  leaf('tcp-port', 'uint16', { defaults: ['6'], cases: [{ choice: 'transport', case: 'tcp', default: true }] }),
  leaf('udp-port', 'uint16', { cases: [{ choice: 'transport', case: 'udp' }] }),
  leaf('udp-size', 'uint16', { defaults: ['512'], cases: [{ choice: 'transport', case: 'udp' }] }),
  container('tls', [leaf('version', 'string', { defaults: ['"1.3"'] }), leaf('cert', 'string')], {
    cases: [
      { choice: 'transport', case: 'secure' },
      { choice: 'security', case: 'tls', default: true },
    ],
  }),
  leaf('psk', 'string', {
    cases: [
      { choice: 'transport', case: 'secure' },
      { choice: 'security', case: 'psk' },
    ],
  }),
  container(
    'state',
    [leaf('uptime', 'uint64', { config: false }), leaf('load', 'uint8', { config: false, defaults: ['0'] })],
    {
      config: false,
    },
  ),
]);

const device = list(
  'device',
  ['id'],
  [
    leaf('id', 'string'),
    leaf('enabled', 'boolean', { defaults: ['true'] }),
    container('radio', [leaf('power', 'int8', { defaults: ['20'] })]),
    list(
      'port',
      ['slot', 'gain'],
      [
        leaf('slot', 'int16'),
        leaf('gain', { base: 'decimal64', fractionDigits: 2 }),
        leaf('speed', 'uint32', { defaults: ['100'] }),
      ],
    ),
    container('state', [leaf('seen', 'string', { config: false })], { config: false }),
  ],
);

/** Built once; nodes are compared by identity. */
export const root = linkSchema([
  leaf('banner', 'string', { defaults: ['"hello"'] }),
  device,
  container('device-group', [leaf('size', 'uint8')]),
  list('event', ['id'], [leaf('id', 'uint32', { config: false }), leaf('text', 'string', { config: false })], {
    config: false,
  }),
  list('kind', ['media'], [leaf('media', { base: 'identityref', identities }), leaf('note', 'string')]),
  system,
  values,
  container('tools', [leaf('x', 'string', { module: 'extra' })], { module: 'extra' }),
]);

/** The path of `/a/b[k=v]`; values must not hold `/` or `]`. */
export function at(text: string): Path {
  const path = concretePath(query(text));
  if (path === undefined) throw new Error(`${text} is not concrete`);
  return path;
}

/** The only query of `/a/b[k=v]/*`. */
export function query(text: string): PathQuery {
  const queries = queriesOf(text);
  const [first] = queries;
  if (first === undefined || queries.length > 1) throw new Error(`${text} stands for ${queries.length} queries`);
  return first;
}

export function queriesOf(text: string): PathQuery[] {
  return resolveQuery(
    root,
    text
      .split('/')
      .filter((part) => part !== '')
      .map((part) => ({
        name: part.replace(/\[.*/, ''),
        key: Object.fromEntries([...part.matchAll(/\[([^=]+)=([^\]]*)\]/g)].map(([, k = '', v = '']) => [k, v])),
      })),
  );
}

/** Configuration as a plain object; names are segments, leaf values are RFC 7951. */
export type Plain = { [segment: string]: unknown };

export interface PlainRow {
  readonly key: RowKey;
  readonly value: string;
}

/** The rows of a configuration, in key order; entries of lists that users order get ranks by their place. */
export function rowsOf(plain: Plain, node: SchemaNode = root, prefix: RowKey = ''): PlainRow[] {
  return collect(plain, node, prefix).sort((a, b) => (a.key < b.key ? -1 : 1));
}

function collect(plain: Plain, node: SchemaNode, prefix: RowKey): PlainRow[] {
  return Object.entries(plain).flatMap(([segment, value]) => {
    const child = node.children.get(segment);
    if (child === undefined) throw new Error(`no ${segment} under ${node.name}`);
    const key = prefix + encodeName(child);
    if (child.kind === 'list') {
      return (value as Plain[]).flatMap((entry, place) => {
        const keys = child.keys.map((leaf) => encodeKeyValue(leaf, String(entry[leaf.segment]))).join('');
        const rows = collect(entry, child, key + keys);
        const rank = { key: rankKey(key + keys), value: JSON.stringify(String(place).padStart(4, '0')) };
        return child.orderedByUser ? [rank, ...rows] : rows;
      });
    }
    if (child.kind !== 'container') return [{ key, value: JSON.stringify(value) }];
    const rows = collect(value as Plain, child, key);
    return child.presence ? [{ key, value: '{}' }, ...rows] : rows;
  });
}

export function lookupOf(rows: readonly PlainRow[]): RowLookup {
  return {
    get: (key) => rows.find((row) => row.key === key),
    has: (prefix) => rows.some((row) => row.key.startsWith(prefix)),
  };
}

export function below(rows: readonly PlainRow[], prefix: RowKey): PlainRow[] {
  return rows.filter((row) => row.key.startsWith(prefix));
}

/** For `assert.throws`: an EdgeconfError with this code whose message has all the parts. */
export function refusal(code: string, ...parts: string[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof EdgeconfError) || error.code !== code) throw error;
    const missing = parts.filter((part) => !error.message.includes(part));
    if (missing.length > 0) throw new Error(`message lacks ${missing.join(' and ')}: ${error.message}`);
    return true;
  };
}
