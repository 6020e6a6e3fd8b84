// A client's value for a path as the RFC 7951 fragment that libyang reads: names qualified, keys first, forms by type.

import { EdgeconfError } from '../errors.ts';
import { type JsonObject, type JsonValue, printJson, readJson } from './json-text.ts';
import { canonicalKeyText } from './key-text.ts';
import { kindOf, shown } from './leaf-misfit.ts';
import { jsonFromText, leafText, type Refuse } from './leaf-text.ts';
import { formatPath, type Path, type PathElem } from './path.ts';
import { scalarJson } from './scalar-json.ts';
import { findChild, type SchemaNode } from './schema-node.ts';
import type { Scalar } from './typed-value.ts';

export interface ValueLimits {
  /** Most bytes of one leaf's value, in UTF-8. */
  readonly maxLeafBytes: number;
}

const defaultLimits: ValueLimits = { maxLeafBytes: 1024 * 1024 };

/**
 * The fragment for an update or a replace of `path` by client JSON; see `Edit.json` for its shape. Names may come with or
 * without module, keys of the entry at `path` may be left out. Every list entry names its keys first.
 * @throws EdgeconfError INVALID_ARGUMENT naming path and rule: unknown, doubled or config false members, annotations, a
 * key that differs from the path's [gNMI 3.4.5], null or `{}` for a list entry [gNMI 3.4.4], an object for a whole list,
 * entries or leaf-list values that stand twice, a value that does not fit its type or is above the limit.
 */
export function fragmentFromJson(root: SchemaNode, path: Path, value: JsonValue, limits = defaultLimits): string {
  return new Normalizer(path, limits).fragment(root, value);
}

/**
 * The fragment for a scalar of gNMI's PROTO encoding; only leaves and leaf-lists can have one. [gNMI 2.3.3]
 * @throws EdgeconfError INVALID_ARGUMENT naming path, the scalar and what would be right.
 */
export function fragmentFromScalar(path: Path, scalar: Scalar, limits = defaultLimits): string {
  return new Normalizer(path, limits).scalarFragment(scalar);
}

class Normalizer {
  /** Where the work stands: what a refusal names. */
  readonly #path: PathElem[];
  readonly #limits: ValueLimits;
  readonly #refuse: Refuse = (reason) => {
    throw new EdgeconfError('INVALID_ARGUMENT', `${formatPath(this.#path)}: ${reason}`);
  };

  constructor(path: Path, limits: ValueLimits) {
    this.#path = [...path];
    this.#limits = limits;
  }

  fragment(root: SchemaNode, value: JsonValue): string {
    const last = this.#path.at(-1);
    if (last === undefined) return this.#container(root, value);
    this.#checkConfig(last.node);
    const { node, keys } = last;
    if (node.kind === 'list' && keys !== undefined) {
      return `{"${node.module}:${node.name}":[${this.#addressedEntry(node, keys, value)}]}`;
    }
    return this.#only(node, value);
  }

  scalarFragment(scalar: Scalar): string {
    const node = this.#path.at(-1)?.node;
    if (node?.kind !== 'leaf' && node?.kind !== 'leaf-list') {
      const what = node === undefined ? 'the root' : `a ${node.kind}`;
      return this.#refuse(`a scalar value cannot stand for ${what}; send JSON, or one update for each leaf`);
    }
    this.#checkConfig(node);
    return this.#only(node, scalarJson(node, scalar, this.#refuse));
  }

  /** The fragment of the node that the path ends in. */
  #only(node: SchemaNode, value: JsonValue): string {
    const text = this.#value(node, value);
    if (node.isKey) this.#checkKeyLeaf(node, text);
    return `{"${node.module}:${node.name}":${text}}`;
  }

  #checkConfig(node: SchemaNode): void {
    if (!node.config) this.#refuse(`${node.name} is state (config false), which cannot be set`);
  }

  #value(node: SchemaNode, value: JsonValue): string {
    switch (node.kind) {
      case 'leaf':
        return this.#leaf(node, value);
      case 'leaf-list':
        return this.#leafList(node, value);
      case 'list':
        return this.#list(node, value);
      case 'anydata':
      case 'anyxml':
        return this.#any(node, value);
      default:
        return this.#container(node, value);
    }
  }

  #container(node: SchemaNode, value: JsonValue): string {
    if (!(value instanceof Map)) return this.#refuse(`${shown(value)} is ${kindOf(value)}, not an object`);
    return `{${this.#members(node, value)}}`;
  }

  /** All members but a list's keys, which its entry has named already. */
  #members(parent: SchemaNode, object: JsonObject): string {
    let text = '';
    for (const [name, value] of object) {
      const child = this.#member(parent, object, name);
      if (child.isKey) continue;
      this.#path.push({ node: child });
      this.#checkConfig(child);
      // Nothing is what an empty array says of a list, and libyang need not read it.
      if (!isEmptyArray(value) || (child.kind !== 'list' && child.kind !== 'leaf-list')) {
        text += `${text === '' ? '' : ','}"${child.segment}":${this.#value(child, value)}`;
      }
      this.#path.pop();
    }
    return text;
  }

  #member(parent: SchemaNode, object: JsonObject, name: string): SchemaNode {
    if (name.startsWith('@')) this.#refuse(`annotation ${shown(name)} is not supported; leave it out`);
    const child = findChild(parent, name);
    if (child === 'ambiguous') {
      const modules = [...parent.children.values()].filter((c) => c.name === name).map((c) => `${c.module}:${name}`);
      return this.#refuse(`member ${shown(name)} is in several modules; write ${modules.join(' or ')}`);
    }
    if (child === undefined) {
      const known = [...parent.children.values()].map((c) => c.name);
      const some = known.length > 12 ? `${known.slice(0, 12).join(', ')}, …` : known.join(', ');
      return this.#refuse(`unknown member ${shown(name)}; known here: ${some === '' ? 'none' : some}`);
    }
    if (name !== child.segment) {
      for (const other of namesOf(child)) {
        if (other !== name && object.has(other) && findChild(parent, other) === child) {
          this.#refuse(`members ${shown(other)} and ${shown(name)} are the same node; write it once`);
        }
      }
    }
    return child;
  }

  #list(node: SchemaNode, value: JsonValue): string {
    if (!Array.isArray(value)) {
      const right =
        value instanceof Map ? 'write [{…}], or put the keys into the path for one entry' : 'write [{…}, …]';
      return this.#refuse(`${shown(value)} is ${kindOf(value)}, not an array of entries; ${right}`);
    }
    const seen = new Set<string>();
    const elem = this.#path.pop();
    let text = '';
    for (const entry of value) {
      this.#path.push({ node });
      if (!(entry instanceof Map)) return this.#refuse(`entry ${shown(entry)} is ${kindOf(entry)}, not an object`);
      const given = node.keys.map((leaf) => this.#givenKey(leaf, entry));
      const keys = given.map((key, i) => {
        return key?.text ?? this.#refuse(`an entry lacks its key '${node.keys[i]?.name}'`);
      });
      this.#path.pop();
      this.#path.push({ node, keys });
      const id = keys.join('\x00');
      if (node.keys.length > 0 && seen.has(id))
        this.#refuse('duplicate key: the array has two entries with these keys');
      seen.add(id);
      text += `${text === '' ? '' : ','}${this.#entry(
        node,
        given.map((key) => key?.json ?? ''),
        entry,
      )}`;
      this.#path.pop();
    }
    if (elem !== undefined) this.#path.push(elem);
    return `[${text}]`;
  }

  /** The entry that the path itself names: keys may be left out, but not differ. [gNMI 3.4.5] */
  #addressedEntry(node: SchemaNode, keys: readonly string[], value: JsonValue): string {
    if (!(value instanceof Map)) {
      return this.#refuse(`${shown(value)} is ${kindOf(value)}; the value of one list entry is an object`);
    }
    if (value.size === 0) {
      const leaf = node.keys[0];
      const key = leaf === undefined ? '' : `{"${leaf.name}":${this.#keyJson(leaf, keys[0] ?? '')}}`;
      return this.#refuse(`{} for a list entry is not a value [gNMI 3.4.4]; write ${key} for an entry with keys alone`);
    }
    const jsons = node.keys.map((leaf, i) => {
      const wanted = keys[i] ?? '';
      const given = this.#givenKey(leaf, value);
      if (given === undefined) return this.#keyJson(leaf, wanted);
      if (given.text === wanted) return given.json;
      return this.#refuse(
        `key '${leaf.name}' is ${shown(given.text)} in the value but ${shown(wanted)} in the path; make them equal or leave it out of the value`,
      );
    });
    return this.#entry(node, jsons, value);
  }

  #entry(node: SchemaNode, keyJsons: readonly string[], value: JsonObject): string {
    const keys = node.keys.map((leaf, i) => `"${leaf.segment}":${keyJsons[i]}`).join(',');
    const rest = this.#members(node, value);
    return `{${keys}${keys !== '' && rest !== '' ? ',' : ''}${rest}}`;
  }

  /** A key as the value of its entry has it: canonical text for the path, JSON for the fragment. */
  #givenKey(leaf: SchemaNode, entry: JsonObject): { text: string; json: string } | undefined {
    const value = entry.has(leaf.name) ? entry.get(leaf.name) : entry.get(`${leaf.module}:${leaf.name}`);
    if (value === undefined) return undefined;
    this.#path.push({ node: leaf });
    const json = this.#leaf(leaf, value);
    this.#path.pop();
    return { text: keyText(leaf, json), json };
  }

  #keyJson(leaf: SchemaNode, text: string): string {
    this.#path.push({ node: leaf });
    const json = leafText(leaf, jsonFromText(leaf.type, text), this.#refuse);
    this.#path.pop();
    return json;
  }

  #leaf(node: SchemaNode, value: JsonValue): string {
    if (value === null) {
      return this.#refuse(
        node.type?.base === 'empty'
          ? 'null; a leaf of type empty takes [null]'
          : 'null is not a value [gNMI 3.4.4]; delete the path to remove it',
      );
    }
    this.#checkBytes(value);
    return leafText(node, value, this.#refuse);
  }

  /** A path may end in a key leaf; then its value is settled by the path. */
  #checkKeyLeaf(node: SchemaNode, text: string): void {
    const entry = this.#path.at(-2);
    const wanted = entry?.keys?.[entry.node.keys.indexOf(node)];
    if (wanted === undefined || keyText(node, text) === wanted) return;
    this.#refuse(`a key cannot change: the path has ${shown(wanted)}; delete this entry and make another`);
  }

  #leafList(node: SchemaNode, value: JsonValue): string {
    if (!Array.isArray(value)) {
      return this.#refuse(
        `${shown(value)} is ${kindOf(value)}, but a leaf-list takes an array; write [${shown(value)}]`,
      );
    }
    const seen = new Set<string>();
    for (const item of value) {
      const text = this.#leaf(node, item);
      if (seen.has(text)) this.#refuse(`value ${shown(item)} stands twice in the leaf-list [RFC 7950 7.7]`);
      seen.add(text);
    }
    return `[${[...seen].join(',')}]`;
  }

  #any(node: SchemaNode, value: JsonValue): string {
    if (node.kind === 'anydata' && !(value instanceof Map)) {
      return this.#refuse(`${shown(value)} is ${kindOf(value)}; anydata takes an object`);
    }
    // libyang keeps a null in here as an empty string, so it would come back changed.
    if (hasNull(value)) return this.#refuse(`${node.kind} cannot keep a null; leave the member out`);
    const text = printJson(value);
    this.#checkBytes(text);
    return text;
  }

  #checkBytes(value: JsonValue): void {
    const most = this.#limits.maxLeafBytes;
    if (typeof value !== 'string' || value.length * 3 <= most) return;
    const bytes = Buffer.byteLength(value, 'utf8');
    if (bytes > most) this.#refuse(`the value has ${bytes} bytes; one value may have at most ${most}`);
  }
}

/** The canonical key text of a leaf's RFC 7951 text. */
function keyText(leaf: SchemaNode, json: string): string {
  if (!json.startsWith('"') && !json.startsWith('[')) return json;
  const value = readJson(json);
  if (typeof value === 'string') return canonicalKeyText(leaf.type, value, leaf.module);
  return Array.isArray(value) ? '' : json;
}

function namesOf(node: SchemaNode): string[] {
  return [node.segment, `${node.module}:${node.name}`, node.name];
}

function isEmptyArray(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 0;
}

function hasNull(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(hasNull);
  return value instanceof Map ? [...value.values()].some(hasNull) : value === null;
}
