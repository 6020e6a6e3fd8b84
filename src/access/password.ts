// Passwords are kept as scrypt hashes: made, read and verified here. [RFC 7914]

import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** scrypt's cost: a power of two, block size and parallelism. It takes 128 * N * r bytes. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** What `edgeconf init` and the sample use: 32 MiB and about a quarter of a second. */
export const DEFAULT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };

export interface PasswordHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const HASH_BYTES = 32;
const MAX_BYTES = 256 * 2 ** 20;

/** The text for the platform target's leaf `password-hash`: `scrypt$N$r$p$salt$hash`, the last two in base64. */
export async function hashPassword(password: string, salt: Uint8Array, cost = DEFAULT_COST): Promise<string> {
  const hash = await derive(password, salt, HASH_BYTES, cost);
  return ['scrypt', cost.N, cost.r, cost.p, base64(salt), base64(hash)].join('$');
}

/** Whether the password is the one that was hashed. Off the main thread; the comparison takes the same time always. */
export async function verifyPassword(password: string, { cost, salt, hash }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, hash.length, cost), hash);
}

/** Reads such a text; undefined when it is none or its cost is beyond what this service would pay (256 MiB, p 16). */
export function parsePasswordHash(text: string | undefined): PasswordHash | undefined {
  const match = FORMAT.exec(text ?? '');
  if (match === null) return undefined;
  const [N, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  const [salt, hash] = match.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer];
  const fits = N >= 2 && (N & (N - 1)) === 0 && r >= 1 && p >= 1 && p <= 16 && 128 * N * r <= MAX_BYTES;
  return fits && salt.length >= 8 && hash.length >= 16 && hash.length <= 64
    ? { cost: { N, r, p }, salt, hash }
    : undefined;
}

const FORMAT = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/;

function derive(password: string, salt: Uint8Array, bytes: number, cost: ScryptCost): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: 2 * MAX_BYTES };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, options, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
