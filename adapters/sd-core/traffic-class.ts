// Traffic classes as the core wants them: all figures always, ordinary ones where intent leaves them out.

import type { Because, IntentNode, Json } from '../../src/southbound/adapter.ts';

/** Best effort without a name: for rules that intent gives no class, on cores that insist on one. */
export const NEUTRAL_CLASS: Json = { name: '', qci: 9, arp: 6, pdb: 0, pelr: 0 };

/** What the core is told where a class of intent leaves a figure out. */
export const ORDINARY = { qci: 9, arp: 9, pdb: 300, pelr: 6 } as const;

/** The class that an entry of intent refers to; undefined when it refers to none. */
export function trafficClassOf(intent: IntentNode, entry: IntentNode, because: Because): Json | undefined {
  const name = entry.leaf('traffic-class');
  const found = name === undefined ? undefined : intent.entry('traffic-class', String(name));
  if (found === undefined) return undefined;
  const figure = (leaf: keyof typeof ORDINARY) =>
    because(
      `${leaf} of the traffic class, ${ORDINARY[leaf]} when it has none`,
      () => found.leaf(leaf) ?? ORDINARY[leaf],
    );
  return {
    name: because('id of the traffic class', () => String(entry.leaf('traffic-class'))),
    qci: figure('qci'),
    arp: figure('arp'),
    pdb: figure('pdb'),
    pelr: figure('pelr'),
  };
}
