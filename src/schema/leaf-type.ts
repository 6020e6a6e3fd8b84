// What a leaf's type says of texts: union members, identities with their modules, characters that YANG allows.

import type { JsonNumber, JsonValue } from './json-text.ts';
import type { SchemaType } from './schema-node.ts';

/** The member types of a union, with nested unions and leafrefs resolved, in order. */
export function unionMembers(type: SchemaType): SchemaType[] {
  if (type.base === 'leafref' && type.target !== undefined) return unionMembers(type.target);
  return type.base === 'union' ? (type.members ?? []).flatMap(unionMembers) : [type];
}

/** The identity with its module; a bare name is one of the leaf's own module, or else the only one of that name. */
export function identityName(type: SchemaType, module: string, text: string): string | undefined {
  const known = type.identities;
  if (known === undefined) return text.includes(':') ? text : `${module}:${text}`;
  if (text.includes(':')) return known.includes(text) ? text : undefined;
  if (known.includes(`${module}:${text}`)) return `${module}:${text}`;
  const found = known.filter((name) => name.slice(name.indexOf(':') + 1) === text);
  return found.length === 1 ? found[0] : undefined;
}

/** The first character that no YANG string may have, as U+XXXX. [RFC 7950 14, yang-char] */
export function illegalCharacter(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x20 && c < 0xd800) continue;
    if (c === 0x09 || c === 0x0a || c === 0x0d || (c >= 0xe000 && c < 0xfdd0) || (c > 0xfdef && c < 0xfffe)) continue;
    const point = text.codePointAt(i) ?? 0;
    if (point > 0xffff && (point & 0xfffe) !== 0xfffe) i++;
    else return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return undefined;
}

export function isNumber(value: JsonValue): value is JsonNumber {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
