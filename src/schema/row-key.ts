// Row keys: a path as one byte string whose order is tree order and in which every subtree is one contiguous range.

import { EdgeconfError } from '../errors.ts';
import type { Path, PathElem } from './path.ts';
import type { SchemaNode, SchemaType } from './schema-node.ts';

/**
 * The key of a row: segments, each ended by 0x00. A node is its `segment` name; a list's key values follow its name, one
 * segment each, tagged 0x02 (text) or 0x03 (number). It is a *binary string*: every char is one byte of UTF-8, so JS
 * string order is byte order and `Buffer.from(key, 'latin1')` is what is stored.
 */
export type RowKey = string;

const END = '\x00';
const TEXT = '\x02';
const NUMBER = '\x03';
/** Tag of the hidden row that holds the place of an entry in an ordered-by user list; sorts before all names. */
const RANK = '\x05';

/** The key of `path`; for a list without keys, the prefix of all its entries. */
export function encodeKey(path: Path): RowKey {
  let key = '';
  for (const elem of path) key += encodeElem(elem);
  return key;
}

/** One element's part of a row key. */
export function encodeElem(elem: PathElem): RowKey {
  let key = encodeName(elem.node);
  if (elem.keys !== undefined) {
    elem.node.keys.forEach((node, i) => {
      key += encodeKeyValue(node, elem.keys?.[i] ?? '');
    });
  }
  return key;
}

/** A node name's part of a row key. */
export function encodeName(node: SchemaNode): RowKey {
  return node.segment + END;
}

/** One list key value's part of a row key; `text` is the canonical text of the value. */
export function encodeKeyValue(keyLeaf: SchemaNode, text: string): RowKey {
  const digits = orderedNumber(keyLeaf.type, text);
  return digits === undefined ? TEXT + escapeBytes(toBinary(text)) + END : NUMBER + digits + END;
}

/** The key of the hidden rank row of an entry of an ordered-by user list. */
export function rankKey(entry: RowKey): RowKey {
  return entry + RANK + END;
}

/** Whether the key is that of a hidden rank row. */
export function isRankKey(key: RowKey): boolean {
  return key.endsWith(END + RANK + END);
}

/** The smallest string above every key that starts with `prefix`: a subtree is `[prefix, rangeEnd(prefix))`. */
export function rangeEnd(prefix: RowKey): RowKey {
  // A prefix ends with 0x00, so the next sibling range starts where that byte is 0x01; the root's range is everything.
  return prefix === '' ? '\u{ff}\u{ff}' : `${prefix.slice(0, -1)}\x01`;
}

/**
 * The path that a row key names. A rank row's key gives the path of its entry.
 * @throws EdgeconfError DATA_LOSS when the key does not fit the schema.
 */
export function decodeKey(root: SchemaNode, key: RowKey): Path {
  const path: PathElem[] = [];
  let node = root;
  let at = 0;
  while (at < key.length) {
    if (key[at] === RANK) break;
    const end = key.indexOf(END, at);
    const child = node.children.get(key.slice(at, end));
    if (end < 0 || child === undefined) {
      throw new EdgeconfError('DATA_LOSS', `row key ${JSON.stringify(key)} does not fit the schema at offset ${at}`);
    }
    at = end + 1;
    node = child;
    if (child.keys.length === 0 || at >= key.length) {
      path.push({ node: child });
      continue;
    }
    const keys: string[] = [];
    for (const keyLeaf of child.keys) {
      const keyEnd = key.indexOf(END, at);
      if (keyEnd < 0) {
        throw new EdgeconfError('DATA_LOSS', `row key ${JSON.stringify(key)} lacks a list key at offset ${at}`);
      }
      keys.push(decodeKeyValue(keyLeaf, key.slice(at, keyEnd)));
      at = keyEnd + 1;
    }
    path.push({ node: child, keys });
  }
  return path;
}

/** The canonical text of an encoded list key value (without its closing 0x00). */
export function decodeKeyValue(keyLeaf: SchemaNode, encoded: string): string {
  if (encoded[0] === NUMBER) return fromOrderedNumber(keyLeaf.type, encoded.slice(1));
  return fromBinary(unescapeBytes(encoded.slice(1)));
}

/** Ends of the segments of a key, for code that walks a key without decoding it. */
export function segments(key: RowKey): string[] {
  const parts = key.split(END);
  parts.pop();
  return parts;
}

/** A JS string as one char per UTF-8 byte. */
export function toBinary(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The reverse of `toBinary`. */
export function fromBinary(binary: string): string {
  return isAscii(binary) ? binary : Buffer.from(binary, 'latin1').toString('utf8');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function escapeBytes(binary: string): string {
  if (!binary.includes('\x00') && !binary.includes('\x01')) return binary;
  return binary.replaceAll('\x01', '\x01\x02').replaceAll('\x00', '\x01\x01');
}

function unescapeBytes(binary: string): string {
  if (!binary.includes('\x01')) return binary;
  return binary.replaceAll('\x01\x01', '\x00').replaceAll('\x01\x02', '\x01');
}

/** Sign and digits of the longest 64-bit number; a client's longer text names no row, and its length needs more than a byte. */
const MOST_CHARS = 20;

/** Digits behind a length byte, so that byte order is numeric order; undefined when the type is not a number. */
function orderedNumber(type: SchemaType | undefined, text: string): string | undefined {
  const integer = scaled(type, text);
  if (integer === undefined || integer.length > MOST_CHARS) return undefined;
  if (!integer.startsWith('-')) return String.fromCharCode(0x80 + integer.length) + integer;
  const digits = integer.slice(1);
  return String.fromCharCode(0x7f - digits.length) + complement(digits);
}

function fromOrderedNumber(type: SchemaType | undefined, encoded: string): string {
  const digits = encoded.slice(1);
  const integer = encoded.charCodeAt(0) >= 0x80 ? digits : `-${complement(digits)}`;
  const fraction = numericType(type)?.fractionDigits;
  if (fraction === undefined) return integer;
  const sign = integer.startsWith('-') ? '-' : '';
  const padded = integer.slice(sign.length).padStart(fraction + 1, '0');
  const decimals = padded.slice(-fraction).replace(/0+$/, '');
  return `${sign}${padded.slice(0, -fraction)}.${decimals === '' ? '0' : decimals}`;
}

function complement(digits: string): string {
  return digits.replace(/[0-9]/g, (d) => String(9 - Number(d)));
}

function numericType(type: SchemaType | undefined): SchemaType | undefined {
  let t = type;
  while (t?.base === 'leafref') t = t.target;
  return t !== undefined && /^u?int|^decimal64$/.test(t.base) ? t : undefined;
}

function scaled(type: SchemaType | undefined, text: string): string | undefined {
  const numeric = numericType(type);
  if (numeric === undefined || !/^-?[0-9]+(\.[0-9]+)?$/.test(text)) return undefined;
  if (numeric.fractionDigits === undefined) return text.includes('.') ? undefined : text;
  const [whole = '', decimals = ''] = text.split('.');
  if (decimals.length > numeric.fractionDigits) return undefined;
  const digits = BigInt(whole.replace('-', '') + decimals.padEnd(numeric.fractionDigits, '0'));
  return `${text.startsWith('-') && digits !== 0n ? '-' : ''}${digits}`;
}
