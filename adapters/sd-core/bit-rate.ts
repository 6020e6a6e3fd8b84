// Bit rates of intent (bits per second, 64 bit) in the integer sizes of the core, always in bps.

import { type Because, EdgeconfError, type IntentNode, type Json } from '../../src/southbound/adapter.ts';
import { optional } from './optional.ts';

/** All that the core enforces for a filtering rule: it keeps 32-bit numbers of bps. */
const MAX_RULE_BPS = 2_147_483_647n;
/** The core stores rates of groups as doubles: above this a rate would not come back as it was sent. */
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

const DIRECTIONS = ['uplink', 'downlink'] as const;

/**
 * The rates of a device group.
 * @throws EdgeconfError FAILED_PRECONDITION when one is beyond what the core can keep.
 */
export function groupRates(group: IntentNode, because: Because): { [name: string]: Json } {
  const rates: { [name: string]: Json } = { 'bitrate-unit': because('rates are always sent in bps', () => 'bps') };
  for (const direction of DIRECTIONS) {
    const exact = (): number | undefined => {
      const rate = bps(group, direction);
      if (rate === undefined || rate <= MAX_EXACT) return rate === undefined ? undefined : Number(rate);
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `device-group ${group.keys[0]}: mbr/${direction} is ${rate} bps, more than the ${MAX_EXACT} bps that the core can ` +
          'keep; choose a lower one',
      );
    };
    Object.assign(rates, optional(because, `dnn-mbr-${direction}`, `${direction} rate of the group in bps`, exact));
  }
  return rates;
}

/** The rates of a filtering rule, cut to what the core can enforce. Empty when intent sets no rate. */
export function ruleRates(endpoint: IntentNode, because: Because): { [name: string]: Json } {
  const rates: { [name: string]: Json } = {};
  for (const direction of DIRECTIONS) {
    const cut = (): number | undefined => {
      const rate = bps(endpoint, direction);
      if (rate === undefined) return undefined;
      return Number(rate > MAX_RULE_BPS ? MAX_RULE_BPS : rate);
    };
    const rule = `${direction} rate of the endpoint in bps, at most ${MAX_RULE_BPS}`;
    Object.assign(rates, optional(because, `app-mbr-${direction}`, rule, cut));
  }
  if (Object.keys(rates).length === 0) return {};
  return { ...rates, 'bitrate-unit': because('rates are always sent in bps', () => 'bps') };
}

/** Bits per second of `mbr` below an entry. */
function bps(entry: IntentNode, direction: 'uplink' | 'downlink'): bigint | undefined {
  const value = entry.leaf('mbr', direction);
  return value === undefined ? undefined : BigInt(value);
}
