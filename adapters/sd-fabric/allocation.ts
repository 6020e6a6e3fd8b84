// Numbers that the service has given to entries of intent on a device, and from where they are taken.

import { type Device, EdgeconfError, type IntentNode } from '../../src/southbound/adapter.ts';

/** The number that an entry has on the device; undefined: none yet. */
export function numberOf(entry: IntentNode, device: Device, pool: string): number | undefined {
  const number = entry.entry('allocation', device.name, pool)?.leaf('number');
  return number === undefined ? undefined : Number(number);
}

/** Numbers from `first` to `last`. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** Node SIDs: labels of 20 bits; the first hundred are left to people. */
export const SIDS: NumberRange = { first: 101, last: 1_048_575 };

/** Slices besides the default one, which is 0. */
export const SLICES: NumberRange = { first: 1, last: 15 };

/** Queues 2 to 31 by class, unless the device's parameters divide them in another way; 0 and 1 are the fabric's own. */
const QUEUES: Readonly<Record<string, NumberRange>> = {
  CONTROL: { first: 2, last: 11 },
  REAL_TIME: { first: 12, last: 21 },
  ELASTIC: { first: 22, last: 31 },
};

const PARAMETERS: Readonly<Record<string, string>> = {
  CONTROL: 'queues-control',
  REAL_TIME: 'queues-real-time',
  ELASTIC: 'queues-elastic',
};

/** Name of the pool of the queues of one class. */
export function queuePool(trafficClass: string): string {
  return `queue ${trafficClass}`;
}

/** The class whose queues a pool is; undefined for other pools. */
export function classOfPool(pool: string): string | undefined {
  return Object.keys(QUEUES).find((trafficClass) => queuePool(trafficClass) === pool);
}

/** The queues that slices get for their traffic of a class. */
export function queuesOf(device: Device, trafficClass: string): NumberRange {
  const text = device.parameters[PARAMETERS[trafficClass] ?? ''];
  return (text === undefined ? undefined : rangeOf(text)) ?? QUEUES[trafficClass] ?? { first: 1, last: 0 };
}

/** @throws EdgeconfError FAILED_PRECONDITION for parameters that no controller has, or ranges of queues that cannot be. */
export function checkParameters(device: Device): void {
  const names = Object.values(PARAMETERS);
  for (const [name, value] of Object.entries(device.parameters)) {
    if (!names.includes(name)) {
      throw refusal(device, name, `the adapter sd-fabric knows no such parameter; it knows ${names.join(', ')}`);
    }
    const range = rangeOf(value);
    if (range === undefined) {
      throw refusal(device, name, `'${value}' is no range of queues from 2 to 31; write it like 2-11`);
    }
  }
  const taken = new Map<number, string>();
  for (const trafficClass of Object.keys(QUEUES)) {
    const { first, last } = queuesOf(device, trafficClass);
    for (let queue = first; queue <= last; queue++) {
      const other = taken.get(queue);
      if (other !== undefined) {
        const name = PARAMETERS[trafficClass] ?? '';
        throw refusal(device, name, `queue ${queue} is among those of ${other} already; the ranges must not overlap`);
      }
      taken.set(queue, PARAMETERS[trafficClass] ?? '');
    }
  }
}

function refusal(device: Device, parameter: string, reason: string): EdgeconfError {
  return new EdgeconfError(
    'FAILED_PRECONDITION',
    `/device[name=${device.name}]/parameter[name=${parameter}]: ${reason}`,
  );
}

function rangeOf(text: string): NumberRange | undefined {
  const [, first, last] = /^([0-9]{1,2})-([0-9]{1,2})$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  return range.first >= 2 && range.last <= 31 && range.first <= range.last ? range : undefined;
}
