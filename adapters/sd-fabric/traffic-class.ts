// The four classes of the fabric, and which of them a traffic class of intent belongs to.

import type { IntentNode } from '../../src/southbound/adapter.ts';

/** A class as the fabric names it. Best effort is always there and never configured. */
export type FabricClass = 'BEST_EFFORT' | 'CONTROL' | 'REAL_TIME' | 'ELASTIC';

/** The classes that need a queue, in the order in which documents have them. */
export const QUEUED: readonly FabricClass[] = ['CONTROL', 'REAL_TIME', 'ELASTIC'];

/** By QoS class identifier; all others, 9 among them, are best effort. [3GPP TS 23.203 table 6.1.7] */
const BY_QCI: Readonly<Record<number, FabricClass>> = {
  1: 'REAL_TIME',
  2: 'REAL_TIME',
  3: 'REAL_TIME',
  4: 'REAL_TIME',
  5: 'CONTROL',
  6: 'ELASTIC',
  7: 'REAL_TIME',
  8: 'ELASTIC',
};

/** The class of what refers to a traffic class of intent; undefined when it refers to none. */
export function classOf(entry: IntentNode): FabricClass | undefined {
  const name = entry.leaf('traffic-class');
  if (name === undefined) return undefined;
  const qci = entry.root.entry('traffic-class', String(name))?.leaf('qci');
  return BY_QCI[Number(qci ?? 9)] ?? 'BEST_EFFORT';
}

/** A class as the models write it, such as `real-time`. */
export function classNamed(name: string): FabricClass {
  return name.toUpperCase().replace('-', '_') as FabricClass;
}
