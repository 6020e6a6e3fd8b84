// What a switch says of its ports, as state of the fabric's intent.

import type { IntentNode, IntentStep, Json, StateLeaf } from '../../src/southbound/adapter.ts';
import { switchPortName } from './port-number.ts';

const COUNTERS = ['in-octets', 'out-octets', 'in-errors', 'out-errors', 'in-discards', 'out-discards'];

/** State of those of the switch's ports that the switch knows. */
export function portState(entry: IntentNode, observation: Json): StateLeaf[] {
  const { interfaces = {} } = observation as { interfaces?: { [name: string]: { [leaf: string]: Json } } };
  return entry.list('port').flatMap((port) => {
    const seen = interfaces[switchPortName(port)];
    if (seen === undefined) return [];
    const state: readonly IntentStep[] = [
      { name: 'switch', keys: entry.keys },
      { name: 'port', keys: port.keys },
      { name: 'state' },
    ];
    const leaf = (names: readonly string[], value: Json | undefined): StateLeaf[] =>
      value === undefined ? [] : [{ path: [...state, ...names.map((name) => ({ name }))], value: String(value) }];
    const index = seen.ifindex === undefined ? undefined : Number(seen.ifindex);
    return [
      ...(index === undefined ? [] : [{ path: [...state, { name: 'ifindex' }], value: index }]),
      ...leaf(['admin-status'], seen['admin-status']),
      ...leaf(['oper-status'], seen['oper-status']),
      ...leaf(['last-change'], seen['last-change']),
      ...COUNTERS.flatMap((name) => leaf(['counters', name], seen[`counters/${name}`])),
    ];
  });
}
