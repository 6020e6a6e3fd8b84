// The canonical text of a list key value, so that what a client writes in a path finds the row that libyang stored.

import type { SchemaType } from './schema-node.ts';

/**
 * Canonical text of `text` for a key of this type [RFC 7950 9]; text that does not fit the type is returned as it is.
 * `module` is that of the key leaf: an identity without module is one of this module, or else the only one of its name.
 */
export function canonicalKeyText(type: SchemaType | undefined, text: string, module = ''): string {
  if (type === undefined) return text;
  switch (type.base) {
    case 'leafref':
      return canonicalKeyText(type.target, text, module);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return /^[+-]?[0-9]{1,40}$/.test(text) ? BigInt(text.replace('+', '')).toString() : text;
    case 'decimal64':
      return canonicalDecimal(text);
    case 'identityref':
      return identityWithModule(type.identities ?? [], module, text);
    case 'bits':
      return orderedBits(type.bits ?? [], text);
    default:
      return text;
  }
}

function identityWithModule(identities: readonly string[], module: string, text: string): string {
  if (text.includes(':')) return text;
  if (identities.includes(`${module}:${text}`)) return `${module}:${text}`;
  const found = identities.filter((name) => name.endsWith(`:${text}`));
  return found.length === 1 ? (found[0] ?? text) : text;
}

function orderedBits(bits: readonly string[], text: string): string {
  const names = text.split(' ').filter((name) => name !== '');
  return names.every((name) => bits.includes(name)) ? bits.filter((bit) => names.includes(bit)).join(' ') : text;
}

function canonicalDecimal(text: string): string {
  const match = /^([+-]?)0*([0-9]+)(?:\.([0-9]*))?$/.exec(text);
  if (match === null) return text;
  const [, sign, whole = '0', decimals = ''] = match;
  const trimmed = decimals.replace(/0+$/, '');
  const zero = /^0*$/.test(whole) && trimmed === '';
  return `${sign === '-' && !zero ? '-' : ''}${whole}.${trimmed === '' ? '0' : trimmed}`;
}
