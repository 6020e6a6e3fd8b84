// The text form of gNMI paths, for people and logs; never on the wire. [gnmi-path-strings]

import { EdgeconfError } from '../errors.ts';
import type { Path, PathElem } from './gnmi.ts';

/**
 * Reads `/a/b[k=v]`, `a/b`, `/` or `origin:/a/b`. In a name `/` `[` `\` and in a key value `]` `\` are escaped by `\`.
 * A colon behind the first slash belongs to the name: `/module:name`.
 * @throws EdgeconfError INVALID_ARGUMENT with the text and the offset of the fault.
 */
export function parsePath(text: string): Path {
  const origin = /^([^/[\]:\\]+):(?=\/|$)/.exec(text)?.[1];
  const reader = new Reader(text, origin === undefined ? 0 : origin.length + 1);
  const elem = reader.elems();
  return origin === undefined ? { elem } : { origin, elem };
}

/** Prints a path so that `parsePath` reads it back; keys in the order of their names. */
export function printPath(path: Path): string {
  const origin = path.origin === undefined || path.origin === '' ? '' : `${path.origin}:`;
  return `${origin}${printElems(path.elem ?? [])}`;
}

/** Prints elements with a leading slash; no elements print as `/`. */
export function printElems(elems: readonly PathElem[]): string {
  if (elems.length === 0) return '/';
  return elems.map((elem) => `/${escapeText(elem.name ?? '', /[\\/[]/g)}${printKeys(elem.key ?? {})}`).join('');
}

function printKeys(key: Record<string, string>): string {
  return Object.keys(key)
    .sort()
    .map((name) => `[${escapeText(name, /[\\=]/g)}=${escapeText(key[name] ?? '', /[\\\]]/g)}]`)
    .join('');
}

function escapeText(text: string, special: RegExp): string {
  return text.replace(special, '\\$&');
}

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  elems(): PathElem[] {
    const elems: PathElem[] = [];
    if (this.#text[this.#at] === '/') this.#at++;
    while (this.#at < this.#text.length) {
      elems.push(this.#elem());
      if (this.#at >= this.#text.length) break;
      this.#expect('/');
      // One slash at the end is fine, as in `/a/`.
    }
    return elems;
  }

  #elem(): PathElem {
    const start = this.#at;
    const name = this.#until('/[');
    if (name === '') throw this.#fault('an element has no name', start);
    const key: Record<string, string> = Object.create(null);
    while (this.#text[this.#at] === '[') {
      this.#at++;
      const keyStart = this.#at;
      const keyName = this.#until('=');
      if (keyName === '') throw this.#fault('a key has no name', keyStart);
      this.#expect('=');
      const value = this.#until(']');
      this.#expect(']');
      if (keyName in key) throw this.#fault(`key '${keyName}' is there twice`, keyStart);
      key[keyName] = value;
    }
    return Object.keys(key).length === 0 ? { name } : { name, key: { ...key } };
  }

  /** Text up to one of the stop characters, which is not consumed, with escapes undone. */
  #until(stops: string): string {
    let text = '';
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at] ?? '';
      if (stops.includes(char)) break;
      if (char === '\\') {
        this.#at++;
        if (this.#at >= this.#text.length) throw this.#fault('nothing follows the backslash', this.#at - 1);
        text += this.#text[this.#at];
      } else text += char;
    }
    return text;
  }

  #expect(char: string): void {
    if (this.#text[this.#at] !== char) {
      const found = this.#at < this.#text.length ? `'${this.#text[this.#at]}'` : 'the end';
      throw this.#fault(`'${char}' is expected, not ${found}`, this.#at);
    }
    this.#at++;
  }

  #fault(reason: string, offset: number): EdgeconfError {
    return new EdgeconfError('INVALID_ARGUMENT', `path ${JSON.stringify(this.#text)}: at offset ${offset}, ${reason}`);
  }
}
