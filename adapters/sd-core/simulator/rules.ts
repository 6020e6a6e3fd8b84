// The checks and conversions that the webconsole applies to names, tracking areas, slice types and bit rates.

/** Device groups, slices and (since v1.8.5) gNBs: a hostname with dots or an IP address does not match. */
export const NAME_PATTERN = /^[a-zA-Z][a-zA-Z0-9-_]{1,255}$/;
/** UPFs of the inventory; the UPF of a slice is not checked. */
export const FQDN_PATTERN = /^([a-zA-Z0-9][a-zA-Z0-9-]+\.){2,}([a-zA-Z]{2,6})$/;

export const MAX_TAC = 16_777_215;
const MAX_INT32 = 2_147_483_647n;
const MAX_INT64 = 2n ** 63n - 1n;
const FACTORS = new Map([
  ['bps', 1n],
  ['kbps', 1_000n],
  ['mbps', 1_000_000n],
  ['gbps', 1_000_000_000n],
]);

export function isValidTac(tac: number): boolean {
  return tac >= 1 && tac <= MAX_TAC;
}

/** A port of the inventory's UPF: a string with a decimal number, sign allowed, 0 to 65535. */
export function isValidUpfPort(port: string): boolean {
  return /^[+-]?[0-9]+$/.test(port) && Number(port) >= 0 && Number(port) <= 65_535;
}

/** The slice's service type as the core reads it: unsigned decimal of 32 bits, no sign; undefined when it is not. */
export function parseSst(sst: string): number | undefined {
  if (!/^[0-9]+$/.test(sst)) return undefined;
  const value = BigInt(sst);
  return value < 2n ** 32n ? Number(value) : undefined;
}

/** Wraps around at 64 bits like Go's int64. Unit in any case; an unknown or missing one counts as bps. */
function toBps(rate: bigint, unit: string): bigint {
  return BigInt.asIntN(64, rate * (FACTORS.get(unit.toLowerCase()) ?? 1n));
}

/** A dnn-mbr in bps; a negative one becomes the largest int64. The database keeps a double, so precision ends at 2^53. */
export function dnnMbrBps(rate: bigint, unit: string): number {
  const bps = toBps(rate, unit);
  return Number(bps < 0n ? MAX_INT64 : bps);
}

/** An app-mbr in bps, clamped to the largest int32; a negative one becomes that too. */
export function appMbrBps(rate: number, unit: string): number {
  const bps = toBps(BigInt(rate), unit);
  return Number(bps < 0n || bps > MAX_INT32 ? MAX_INT32 : bps);
}
