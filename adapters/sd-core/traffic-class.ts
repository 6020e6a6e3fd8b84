// Traffic classes as the core wants them: all figures always, ordinary ones where intent leaves them out.

import type { IntentNode, Json } from '../../src/southbound/adapter.ts';

/** Best effort without a name: for rules that intent gives no class, on cores that insist on one. */
export const NEUTRAL_CLASS: Json = { name: '', qci: 9, arp: 6, pdb: 0, pelr: 0 };

/** The class that an entry of intent refers to; undefined when it refers to none. */
export function trafficClassOf(intent: IntentNode, entry: IntentNode): Json | undefined {
  const name = entry.leaf('traffic-class');
  const found = name === undefined ? undefined : intent.entry('traffic-class', String(name));
  if (found === undefined) return undefined;
  return {
    name: String(name),
    qci: found.leaf('qci') ?? 9,
    arp: found.leaf('arp') ?? 9,
    pdb: found.leaf('pdb') ?? 300,
    pelr: found.leaf('pelr') ?? 6,
  };
}
