// Reads the text form of a chassis as strictly as protocol buffers do: unknown fields, wrong types and doubled fields are refused.

/** A chassis as it was read. */
export type Message = { [field: string]: string | number | Message | (string | number | Message)[] };

interface FieldType {
  readonly type: 'string' | 'int' | Readonly<Record<string, number>> | { readonly message: Fields };
  readonly repeated?: boolean;
}
type Fields = Readonly<Record<string, FieldType>>;

const PLATFORM = {
  PLT_UNKNOWN: 0,
  PLT_P4_SOFT_SWITCH: 10,
  PLT_GENERIC_TOMAHAWK: 11,
  PLT_GENERIC_BAREFOOT_TOFINO: 14,
  PLT_GENERIC_BAREFOOT_TOFINO2: 15,
};
const ADMIN_STATE = { ADMIN_STATE_UNKNOWN: 0, ADMIN_STATE_ENABLED: 1, ADMIN_STATE_DISABLED: 2, ADMIN_STATE_DIAG: 3 };
const TRI_STATE = { TRI_STATE_UNKNOWN: 0, TRI_STATE_TRUE: 1, TRI_STATE_FALSE: 2 };

const CHASSIS: Fields = {
  description: { type: 'string' },
  chassis: { type: { message: { platform: { type: PLATFORM }, name: { type: 'string' } } } },
  nodes: {
    repeated: true,
    type: {
      message: { id: { type: 'int' }, name: { type: 'string' }, slot: { type: 'int' }, index: { type: 'int' } },
    },
  },
  singleton_ports: {
    repeated: true,
    type: {
      message: {
        id: { type: 'int' },
        name: { type: 'string' },
        slot: { type: 'int' },
        port: { type: 'int' },
        channel: { type: 'int' },
        speed_bps: { type: 'int' },
        config_params: {
          type: { message: { admin_state: { type: ADMIN_STATE }, mtu: { type: 'int' }, autoneg: { type: TRI_STATE } } },
        },
        node: { type: 'int' },
      },
    },
  },
};

const TOKEN = /\s+|#[^\n]*|([A-Za-z_][A-Za-z0-9_]*)|(-?[0-9]+)|("(?:[^"\\\n]|\\.)*")|([:{}])|(.)/gy;

/** @throws Error saying what is wrong in the text. */
export function readChassis(text: string): Message {
  const tokens: string[] = [];
  for (const [, name, number, string, sign, other] of text.matchAll(TOKEN)) {
    if (other !== undefined) throw new Error(`unexpected character '${other}'`);
    const token = name ?? number ?? string ?? sign;
    if (token !== undefined) tokens.push(token);
  }
  const reader = { tokens, at: 0 };
  const message = readMessage(reader, CHASSIS, undefined);
  if (reader.at < tokens.length) throw new Error(`unexpected '${tokens[reader.at]}'`);
  return message;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

function readMessage(reader: Reader, fields: Fields, end: '}' | undefined): Message {
  const message: Message = {};
  for (;;) {
    const name = reader.tokens[reader.at];
    if (name === end) {
      if (end !== undefined) reader.at += 1;
      return message;
    }
    if (name === undefined) throw new Error(`the text ends before ${end}`);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw new Error(`no field named "${name}"`);
    reader.at += 1;
    const value = readValue(reader, name, field);
    if (field.repeated === true) {
      const items = message[name];
      message[name] = Array.isArray(items) ? [...items, value] : [value];
    } else if (message[name] === undefined) {
      message[name] = value;
    } else {
      throw new Error(`non-repeated field "${name}" is specified multiple times`);
    }
  }
}

function readValue(reader: Reader, name: string, { type }: FieldType): string | number | Message {
  if (typeof type === 'object' && 'message' in type && typeof type.message === 'object') {
    if (reader.tokens[reader.at] === ':') reader.at += 1;
    if (reader.tokens[reader.at] !== '{') throw new Error(`field "${name}" needs a message`);
    reader.at += 1;
    return readMessage(reader, type.message, '}');
  }
  if (reader.tokens[reader.at] !== ':') throw new Error(`expected ":" after "${name}"`);
  const token = reader.tokens[reader.at + 1] ?? '';
  reader.at += 2;
  if (type === 'int') {
    if (!/^-?[0-9]+$/.test(token)) throw new Error(`field "${name}" needs an integer, not ${token}`);
    return Number(token);
  }
  if (type === 'string') {
    if (!token.startsWith('"')) throw new Error(`field "${name}" needs a string, not ${token}`);
    return unquoted(token);
  }
  if (!Object.hasOwn(type, token)) throw new Error(`unknown enumeration value "${token}" for field "${name}"`);
  return token;
}

function unquoted(token: string): string {
  const bytes: number[] = [];
  const inner = Buffer.from(token.slice(1, -1), 'utf8').toString('latin1');
  for (const [, octal, escaped, plain] of inner.matchAll(/\\([0-7]{1,3})|\\(.)|([^\\])/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push((escaped === 'n' ? '\n' : (escaped ?? plain ?? '')).charCodeAt(0));
  }
  return Buffer.from(bytes).toString('utf8');
}
