// Reads one JSON value as Go's streaming decoder does: number tokens kept as text, duplicate members kept in order, trailing text ignored.

export interface JsonArray {
  readonly type: 'array';
  readonly items: JsonValue[];
}

export interface JsonObject {
  readonly type: 'object';
  /** In the order of the text, duplicates included: which one wins is the struct decoder's business. */
  readonly members: [name: string, value: JsonValue][];
}

export type JsonValue =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'number'; readonly token: string }
  | { readonly type: 'string'; readonly value: string }
  | JsonArray
  | JsonObject;

/** The text is no JSON; the message names the offset in characters. */
export class JsonSyntaxError extends Error {}

const MAX_DEPTH = 10_000;
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings [RFC 8259 7]
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const LITERALS: readonly [string, JsonValue][] = [
  ['null', { type: 'null' }],
  ['true', { type: 'boolean', value: true }],
  ['false', { type: 'boolean', value: false }],
];

function textOf(token: string): string {
  const inner = token.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  const text = inner.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** The first JSON value of `text`. @throws JsonSyntaxError */
export function readFirstValue(text: string): JsonValue {
  const stack: (JsonArray | JsonObject)[] = [];
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[0];
    if (token !== undefined) at += token.length;
    return token;
  };
  const fail = (expected: string): never => {
    const found = at < text.length ? JSON.stringify(text[at]) : 'the end';
    throw new JsonSyntaxError(`JSON: found ${found} at offset ${at}, expected ${expected}`);
  };
  const readName = (object: JsonObject): void => {
    match(SPACE);
    const token = match(STRING) ?? fail('a member name');
    match(SPACE);
    if (text[at] !== ':') fail('":"');
    at += 1;
    object.members.push([textOf(token), { type: 'null' }]);
  };
  const readScalar = (): JsonValue => {
    for (const [word, value] of LITERALS) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    const string = match(STRING);
    if (string !== undefined) return { type: 'string', value: textOf(string) };
    const number = match(NUMBER);
    if (number !== undefined) return { type: 'number', token: number };
    return fail('a value');
  };
  /** A scalar or an empty container; undefined when a container was opened, whose first value comes next. */
  const readOrOpen = (): JsonValue | undefined => {
    match(SPACE);
    const open = text[at];
    if (open !== '{' && open !== '[') return readScalar();
    if (stack.length >= MAX_DEPTH) fail(`at most ${MAX_DEPTH} levels`);
    at += 1;
    match(SPACE);
    const container: JsonArray | JsonObject =
      open === '{' ? { type: 'object', members: [] } : { type: 'array', items: [] };
    if (text[at] === (open === '{' ? '}' : ']')) {
      at += 1;
      return container;
    }
    stack.push(container);
    if (container.type === 'object') readName(container);
    return undefined;
  };

  for (;;) {
    let value = readOrOpen();
    while (value !== undefined) {
      const parent = stack.at(-1);
      if (parent === undefined) return value;
      if (parent.type === 'array') parent.items.push(value);
      else (parent.members.at(-1) as [string, JsonValue])[1] = value;
      match(SPACE);
      const close = parent.type === 'array' ? ']' : '}';
      if (text[at] === ',') {
        at += 1;
        if (parent.type === 'object') readName(parent);
        value = undefined;
      } else if (text[at] === close) {
        at += 1;
        stack.pop();
        value = parent;
      } else fail(`"," or "${close}"`);
    }
  }
}
