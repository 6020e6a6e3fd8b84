// Bit rates of intent (bits per second, 64 bit) in the units and the integer sizes of the core.

import { EdgeconfError, type IntentNode, type Json, type LeafValue } from '../../src/southbound/adapter.ts';

const MAX_INT32 = 2_147_483_647n;
/** The core stores rates as doubles: above this a rate would not come back as it was sent. */
const MAX_EXACT = 9_007_199_254_740_991n;

const UNITS: readonly (readonly [unit: string, bps: bigint])[] = [
  ['bps', 1n],
  ['kbps', 1_000n],
  ['mbps', 1_000_000n],
  ['gbps', 1_000_000_000n],
];

/**
 * The rates of a device group, always in bps.
 * @throws EdgeconfError FAILED_PRECONDITION when one is beyond what the core can keep.
 */
export function groupRates(group: IntentNode): { [name: string]: Json } {
  const rates: { [name: string]: Json } = { 'bitrate-unit': 'bps' };
  for (const direction of ['uplink', 'downlink']) {
    const rate = bps(group.leaf('mbr', direction));
    if (rate === undefined) continue;
    if (rate > MAX_EXACT) {
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `device-group ${group.keys[0]}: mbr/${direction} is ${rate} bps, more than the ${MAX_EXACT} bps that the core can ` +
          'keep; choose a lower one',
      );
    }
    rates[`dnn-mbr-${direction}`] = rate;
  }
  return rates;
}

/**
 * The rates of a filtering rule, which the core reads as 32-bit numbers: in the smallest unit in which both fit, rounded
 * down where the unit cannot say it exactly, and never down to nothing. Empty when intent sets no rate.
 */
export function ruleRates(endpoint: IntentNode): { [name: string]: Json } {
  const [uplink, downlink] = [bps(endpoint.leaf('mbr', 'uplink')), bps(endpoint.leaf('mbr', 'downlink'))];
  const given = [uplink, downlink].filter((rate) => rate !== undefined);
  if (given.length === 0) return {};
  const fitting = UNITS.find(([, factor]) => given.every((rate) => rate / factor <= MAX_INT32));
  const [unit, factor] = fitting ?? ['gbps', 1_000_000_000n];
  return {
    ...(uplink === undefined ? {} : { 'app-mbr-uplink': inUnit(uplink, factor) }),
    ...(downlink === undefined ? {} : { 'app-mbr-downlink': inUnit(downlink, factor) }),
    'bitrate-unit': unit,
  };
}

function inUnit(rate: bigint, factor: bigint): number {
  const whole = rate / factor;
  if (whole > MAX_INT32) return Number(MAX_INT32);
  return whole === 0n && rate > 0n ? 1 : Number(whole);
}

function bps(value: LeafValue | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}
