// What the configuration service of a core accepts, by the core's version and by what the operator says of it.

import type { Device } from '../../src/southbound/adapter.ts';

/** How to write documents for a core. */
export interface Dialect {
  /** Where a device group keeps its IP domain: one object, or (since 2.1.1) a list. A core ignores the other form. */
  readonly ipDomains: 'object' | 'list';
  /** Since 2.1.0 a slice is refused unless each of its filtering rules has a traffic class. */
  readonly ruleNeedsTrafficClass: boolean;
  /** Since 1.8.5 a slice is refused unless the names of its gNBs match `NAME_PATTERN`. */
  readonly gnbNamesChecked: boolean;
  /** How the core reads the text of an sst. Every version known reads it as decimal. */
  readonly sst: 'decimal' | 'hexadecimal';
}

/** A version for a core that was seen to keep IP domains in this form: right for every core of that form. */
export const SAFE_VERSION = { list: '2.1.1', object: '2.1.0' } as const;

/** Without a version, the newest dialect. `2.1` stands for the newest of its patches. */
export function dialectOf({ version, parameters }: Pick<Device, 'version' | 'parameters'>): Dialect {
  return {
    ipDomains: atLeast(version, [2, 1, 1]) ? 'list' : 'object',
    ruleNeedsTrafficClass: atLeast(version, [2, 1, 0]),
    gnbNamesChecked: atLeast(version, [1, 8, 5]),
    sst: parameters.sst === 'hexadecimal' ? 'hexadecimal' : 'decimal',
  };
}

function atLeast(version: string | undefined, wanted: readonly number[]): boolean {
  const numbers =
    /^v?([0-9]+(?:\.[0-9]+)*)/
      .exec(version ?? '')?.[1]
      ?.split('.')
      .map(Number) ?? [];
  for (const [i, number] of wanted.entries()) {
    const own = numbers[i] ?? Number.POSITIVE_INFINITY;
    if (own !== number) return own > number;
  }
  return true;
}
