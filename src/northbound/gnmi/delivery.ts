// How one subscription of a STREAM is delivered: on change, sampled, with which intervals. [gNMI 3.5.1.5.2]

import { EdgeconfError } from '../../errors.ts';
import { type Subscription, SubscriptionMode } from '../../proto/gnmi.ts';
import type { GnmiLimits } from './limits.ts';

/** Intervals are in ms and need not be whole. */
export interface Delivery {
  /** Every change is told; else what changes waits for the next sample. */
  readonly onChange: boolean;
  /** The period of samples; undefined with ON_CHANGE. */
  readonly sampleMs: number | undefined;
  /** A sample has only the leaves that are not as they were sent last. */
  readonly suppressRedundant: boolean;
  /** After this time every value is sent again, changed or not; undefined: never. */
  readonly heartbeatMs: number | undefined;
}

/** What ONCE and POLL take each subscription for, whatever mode it says. */
export const notStreamed: Delivery = {
  onChange: true,
  sampleMs: undefined,
  suppressRedundant: false,
  heartbeatMs: undefined,
};

/**
 * The delivery that a subscription asks for. `TARGET_DEFINED` is ON_CHANGE for every leaf: the service learns of each
 * change of configuration and of state as it happens, so sampling could only be later and dearer.
 * @param text the path, for messages.
 * @throws EdgeconfError INVALID_ARGUMENT naming the path and, for an interval, the lowest that is supported.
 */
export function deliveryOf(subscription: Subscription, text: string, limits: GnmiLimits): Delivery {
  const {
    mode = SubscriptionMode.TARGET_DEFINED,
    suppress_redundant,
    sample_interval,
    heartbeat_interval,
  } = subscription;
  const suppressRedundant = suppress_redundant === true;
  const heartbeatMs = intervalMs(heartbeat_interval, 'heartbeat_interval', text, limits);
  if (mode === SubscriptionMode.SAMPLE) {
    const sampleMs = intervalMs(sample_interval, 'sample_interval', text, limits) ?? limits.lowestIntervalMs;
    // Without suppression each sample is a heartbeat already. [gNMI 3.5.1.5.2]
    return { onChange: false, sampleMs, suppressRedundant, heartbeatMs: suppressRedundant ? heartbeatMs : undefined };
  }
  if (mode === SubscriptionMode.ON_CHANGE) return { ...notStreamed, heartbeatMs };
  if (mode !== SubscriptionMode.TARGET_DEFINED) {
    throw invalid(`path ${text}: mode ${mode} is not known; use TARGET_DEFINED, ON_CHANGE or SAMPLE`);
  }
  // Clients that leave the mode out and give an interval mean SAMPLE; a refusal shows it, an ON_CHANGE would hide it.
  if (nanoseconds(sample_interval) !== 0n) {
    throw invalid(
      `path ${text}: sample_interval goes with mode SAMPLE, not with TARGET_DEFINED; set mode SAMPLE or leave it out`,
    );
  }
  return { ...notStreamed, heartbeatMs };
}

/** An interval in ms; undefined when it is 0, which leaves the choice to the service. Never rounded. */
function intervalMs(
  interval: Subscription['sample_interval'],
  name: string,
  text: string,
  { lowestIntervalMs }: GnmiLimits,
): number | undefined {
  const ns = nanoseconds(interval);
  if (ns === 0n) return undefined;
  const lowestNs = BigInt(lowestIntervalMs) * 1_000_000n;
  if (ns >= lowestNs) return Number(ns) / 1e6;
  throw invalid(
    `path ${text}: ${name} ${ns} ns is too small; the lowest supported is ${lowestNs} ns (${lowestIntervalMs / 1000} s)`,
  );
}

function nanoseconds(interval: Subscription['sample_interval']): bigint {
  return BigInt(interval === undefined ? 0 : interval.toString());
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
