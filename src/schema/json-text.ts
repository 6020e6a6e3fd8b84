// JSON text to values and back without loss: number tokens stay text, member order stays, duplicates are refused.

import { EdgeconfError } from '../errors.ts';

/** A number exactly as it was written. */
export interface JsonNumber {
  readonly kind: 'number';
  readonly text: string;
}

/** Members in the order in which they were written. */
export type JsonObject = Map<string, JsonValue>;

export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;

export interface JsonLimits {
  /** How many arrays and objects may stand inside each other. */
  readonly maxDepth: number;
}

const defaultLimits: JsonLimits = { maxDepth: 100 };

/**
 * Reads one JSON text [RFC 8259], of at most `maxDepth` (default 100) levels. A leading byte order mark is skipped.
 * @throws EdgeconfError INVALID_ARGUMENT with line and column: not JSON, a member named twice, text after the value, a
 * lone surrogate, a control character in a string, or too many levels.
 */
export function readJson(text: string, limits: JsonLimits = defaultLimits): JsonValue {
  return new Reader(text, limits.maxDepth).read();
}

/** Compact JSON text of a value; numbers as they were written. */
export function printJson(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (Array.isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if (!(value instanceof Map)) return value.text;
  let members = '';
  for (const [name, member] of value) {
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${printJson(member)}`;
  }
  return `{${members}}`;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;
  #depth = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  read(): JsonValue {
    const value = this.#value();
    this.#next();
    if (this.#at === this.#text.length) return value;
    throw this.#error(`text after the end of the value: ${this.#found()}`);
  }

  /** Skips white space and gives the char code there; NaN at the end. */
  #next(): number {
    const text = this.#text;
    let c = text.charCodeAt(this.#at);
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = text.charCodeAt(++this.#at);
    return c;
  }

  #value(): JsonValue {
    const c = this.#next();
    if (c === QUOTE) return this.#string();
    if (c === OPEN_OBJECT) return this.#object();
    if (c === OPEN_ARRAY) return this.#array();
    if (c === MINUS || isDigit(c)) return this.#number();
    if (this.#word('true')) return true;
    if (this.#word('false')) return false;
    if (this.#word('null')) return null;
    throw this.#error(`expected a JSON value, found ${this.#found()}`);
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #object(): JsonObject {
    const members: JsonObject = new Map();
    this.#enter();
    let c = this.#next();
    if (c === CLOSE_OBJECT) return this.#leave(members);
    for (;;) {
      if (c !== QUOTE) throw this.#error(`expected a member name in double quotes, found ${this.#found()}`);
      const nameAt = this.#at;
      const name = this.#string();
      if (members.has(name)) throw this.#error(`member ${shortened(name)} stands twice in the same object`, nameAt);
      if (this.#next() !== COLON) throw this.#error(`expected ':' after ${shortened(name)}, found ${this.#found()}`);
      this.#at++;
      members.set(name, this.#value());
      c = this.#next();
      if (c === CLOSE_OBJECT) return this.#leave(members);
      if (c !== COMMA) {
        throw this.#error(`expected ',' or '}' after member ${shortened(name)}, found ${this.#found()}`);
      }
      this.#at++;
      c = this.#next();
    }
  }

  #array(): JsonValue[] {
    const items: JsonValue[] = [];
    this.#enter();
    if (this.#next() === CLOSE_ARRAY) return this.#leave(items);
    for (;;) {
      items.push(this.#value());
      const c = this.#next();
      if (c === CLOSE_ARRAY) return this.#leave(items);
      if (c !== COMMA) throw this.#error(`expected ',' or ']', found ${this.#found()}`);
      this.#at++;
    }
  }

  #enter(): void {
    if (++this.#depth > this.#maxDepth) throw this.#error(`more than ${this.#maxDepth} levels of arrays and objects`);
    this.#at++;
  }

  #leave<T>(value: T): T {
    this.#depth--;
    this.#at++;
    return value;
  }

  #number(): JsonNumber {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    if (text.charCodeAt(at) === MINUS) at++;
    const whole = at;
    at = this.#digits(at);
    if (text.charCodeAt(whole) === ZERO && at > whole + 1) {
      throw this.#error('a number must not have leading zeros', start);
    }
    if (text.charCodeAt(at) === POINT) at = this.#digits(at + 1);
    const e = text.charCodeAt(at) | 0x20;
    if (e === 0x65) {
      const sign = text.charCodeAt(at + 1);
      at = this.#digits(sign === MINUS || sign === 0x2b ? at + 2 : at + 1);
    }
    this.#at = at;
    return { kind: 'number', text: text.slice(start, at) };
  }

  /** The offset behind one or more digits. */
  #digits(from: number): number {
    let at = from;
    while (isDigit(this.#text.charCodeAt(at))) at++;
    if (at > from) return at;
    this.#at = from;
    throw this.#error(`expected a digit, found ${this.#found()}`);
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let done = '';
    let from = start + 1;
    for (let at = from; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c === QUOTE) {
        this.#at = at + 1;
        return done + text.slice(from, at);
      }
      if (c === BACKSLASH) {
        done += text.slice(from, at);
        this.#at = at;
        done += this.#escape();
        from = this.#at;
        at = from - 1;
      } else if (c < 0x20) {
        throw this.#error(`control character ${codePoint(c)} in a string; write it as an escape`, at);
      } else if ((c & 0xf800) === 0xd800) {
        if (!isPair(c, text.charCodeAt(at + 1))) throw this.#error(`lone surrogate ${codePoint(c)} in a string`, at);
        at++;
      }
    }
    throw this.#error('a string is not closed', start);
  }

  /** Reads the escape at the backslash where the reader stands. */
  #escape(): string {
    const at = this.#at;
    const kind = this.#text.charAt(at + 1);
    if (kind !== 'u') {
      const char = escapes[kind];
      if (char === undefined) throw this.#error(`unknown escape ${JSON.stringify(`\\${kind}`)}`, at);
      this.#at = at + 2;
      return char;
    }
    const unit = this.#unit(at);
    if ((unit & 0xf800) !== 0xd800) return String.fromCharCode(unit);
    const low = this.#text.startsWith('\\u', this.#at) ? this.#unit(this.#at) : Number.NaN;
    if (!isPair(unit, low)) throw this.#error(`lone surrogate ${codePoint(unit)} in a string`, at);
    return String.fromCharCode(unit, low);
  }

  /** Four hexadecimal digits behind the `\u` at `at`. */
  #unit(at: number): number {
    const digits = this.#text.slice(at + 2, at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#error('expected four hexadecimal digits after \\u', at);
    this.#at = at + 6;
    return Number.parseInt(digits, 16);
  }

  #found(): string {
    if (this.#at >= this.#text.length) return 'the end of the text';
    return shortened(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0));
  }

  #error(what: string, at = this.#at): EdgeconfError {
    const before = this.#text.slice(0, at);
    const line = before.split('\n').length;
    const column = at - before.lastIndexOf('\n');
    return new EdgeconfError('INVALID_ARGUMENT', `JSON at line ${line}, column ${column}: ${what}`);
  }
}

function isDigit(c: number): boolean {
  return c >= ZERO && c <= 0x39;
}

function isPair(high: number, low: number): boolean {
  return (high & 0xfc00) === 0xd800 && (low & 0xfc00) === 0xdc00;
}

function codePoint(c: number): string {
  return `U+${c.toString(16).toUpperCase().padStart(4, '0')}`;
}

function shortened(text: string): string {
  return text.length <= 60 ? `'${text}'` : `'${text.slice(0, 59)}…'`;
}
