// The text form of protocol buffers for the chassis: fields in the order of their numbers, enumerations by name.

import type { Json } from '../../../src/southbound/adapter.ts';

type FieldType = 'text' | 'number' | 'name' | MessageType;
type MessageType = readonly (readonly [name: string, type: FieldType])[];

const PORT_PARAMETERS: MessageType = [
  ['admin_state', 'name'],
  ['mtu', 'number'],
  ['autoneg', 'name'],
];

const CHASSIS_CONFIG: MessageType = [
  ['description', 'text'],
  [
    'chassis',
    [
      ['platform', 'name'],
      ['name', 'text'],
    ],
  ],
  [
    'nodes',
    [
      ['id', 'number'],
      ['name', 'text'],
      ['slot', 'number'],
      ['index', 'number'],
    ],
  ],
  [
    'singleton_ports',
    [
      ['id', 'number'],
      ['name', 'text'],
      ['slot', 'number'],
      ['port', 'number'],
      ['channel', 'number'],
      ['speed_bps', 'number'],
      ['config_params', PORT_PARAMETERS],
      ['node', 'number'],
    ],
  ],
];

/** A chassis as text. Throws on a member that the chassis does not have: a fault of the adapter. */
export function chassisText(chassis: Json): string {
  return messageText(CHASSIS_CONFIG, chassis, '');
}

function messageText(type: MessageType, value: Json, indent: string): string {
  const members = value as { readonly [name: string]: Json };
  const known = type.map(([name]) => name);
  for (const name of Object.keys(members)) {
    if (!known.includes(name)) throw new Error(`a chassis has no field ${name} here`);
  }
  return type
    .flatMap(([name, fieldType]) => {
      const member = members[name];
      if (member === undefined) return [];
      const items: readonly Json[] = Array.isArray(member) ? member : [member];
      return items.map((item) => fieldText(name, fieldType, item, indent));
    })
    .join('');
}

function fieldText(name: string, type: FieldType, value: Json, indent: string): string {
  if (type === 'text') return `${indent}${name}: ${quoted(String(value))}\n`;
  if (type === 'name' || type === 'number') return `${indent}${name}: ${String(value)}\n`;
  return `${indent}${name} {\n${messageText(type, value, `${indent}  `)}${indent}}\n`;
}

/** Printable ASCII as it is, all else as octal bytes of UTF-8. */
function quoted(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') out += `\\${character}`;
    else if (byte >= 0x20 && byte < 0x7f) out += character;
    else out += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${out}"`;
}
