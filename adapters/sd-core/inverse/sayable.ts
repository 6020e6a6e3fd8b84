// Which values intent can hold, and names made to fit.

import { isIP, isIPv4 } from 'node:net';
import type { Json } from '../../../src/southbound/adapter.ts';

/** A value that no intent can say; the message is the reason. */
export class Unsayable extends Error {}

const IDENTIFIER = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LABEL = /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/;
const LONGEST = 63;

/** Least and most that a traffic class of intent can say. */
export const CLASS_RANGES = { qci: [1, 32], arp: [1, 15], pdb: [0, 1000], pelr: [0, 10] } as const;

export function isIdentifier(text: string): boolean {
  return text.length <= LONGEST && IDENTIFIER.test(text);
}

/** An identifier that is like the text. */
export function asIdentifier(text: string, fallback: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const named = words === '' ? fallback : /^[a-z]/.test(words) ? words : `${fallback}-${words}`;
  return named.slice(0, LONGEST).replace(/-+$/, '');
}

/** The identifier, or one with a number behind it that nobody has. */
export function unused(id: string, isTaken: (id: string) => boolean): string {
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : `-${n}`;
    const tried = `${id.slice(0, LONGEST - suffix.length).replace(/-+$/, '')}${suffix}`;
    if (!isTaken(tried)) return tried;
  }
}

/** Name or address of a host. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label));
}

export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** The IPv4 network with all host bits zero; undefined for what is none. */
export function ipv4Network(text: string): string | undefined {
  const [address = '', length = ''] = text.split('/');
  if (!isIPv4(address) || !/^([0-9]|[12][0-9]|3[0-2])$/.test(length) || text.split('/').length !== 2) return undefined;
  const number = address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const host = 32n - BigInt(length);
  const network = (number >> host) << host;
  const parts = [24n, 16n, 8n, 0n].map((shift) => (network >> shift) & 255n);
  return `${parts.join('.')}/${length}`;
}

/** The network of either version; IPv6 as it is. A single address is a network of one. */
export function network(text: string): string | undefined {
  const [address = '', length] = text.split('/');
  const whole = length === undefined ? `${address}/${address.includes(':') ? 128 : 32}` : text;
  if (isIPv4(address)) return ipv4Network(whole);
  const bits = whole.slice(address.length + 1);
  return isIP(address) === 6 && /^(0|[1-9][0-9]?|1[01][0-9]|12[0-8])$/.test(bits) ? whole : undefined;
}

/** A member of a body, empty object when it is none. */
export function object(value: Json | undefined): { readonly [member: string]: Json } {
  return value === null || typeof value !== 'object' || Array.isArray(value)
    ? {}
    : (value as { readonly [member: string]: Json });
}

export function array(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** A whole number, 0 for what is not there; undefined for anything else. */
export function whole(value: Json | undefined): bigint | undefined {
  if (value === undefined) return 0n;
  if (typeof value === 'bigint') return value >= 0n ? value : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
}
