// The adapter for the PCI application of SD-RAN (onos-pci): cells and their conflicts, as state of the site's E2 nodes.

import type { Device, IntentNode, IntentStep, Json, StateLeaf } from '../../src/southbound/adapter.ts';
import type { Channel } from './channel.ts';
import { type Message, rpcOf } from './messages.ts';
import { observer } from './observer.ts';

const getCells = rpcOf('onos.pci.Pci', 'GetCells');
const getConflicts = rpcOf('onos.pci.Pci', 'GetConflicts');
const getResolved = rpcOf('onos.pci.Pci', 'GetResolvedConflicts');

/** A cell as it is observed. */
interface Cell {
  readonly node: string;
  readonly cell: string;
  readonly arfcn: number;
  readonly pci: number;
  readonly conflict: boolean;
  readonly neighbors: readonly string[];
  readonly resolvedConflicts: number;
  readonly originalPci: number | null;
}

export const pci = observer('onos-pci', { application: 'pci', observe, state });

async function observe(channel: Channel, signal: AbortSignal): Promise<Json> {
  const ask = async (rpc: typeof getCells): Promise<readonly Message[]> =>
    (await channel.call(rpc, {}, signal)).cells as readonly Message[];
  const cells = await ask(getCells);
  const conflicts = new Set((await ask(getConflicts)).map(({ id }) => id));
  const resolved = new Map((await ask(getResolved)).map((resolution) => [resolution.id, resolution]));
  return cells.map((cell) => {
    const before = resolved.get(cell.id);
    const observed: Cell = {
      node: String(cell.node_id),
      cell: cellName(cell.id),
      arfcn: Number(cell.arfcn),
      pci: Number(cell.pci),
      conflict: conflicts.has(cell.id),
      neighbors: (cell.neighbor_ids as readonly unknown[]).map(cellName),
      resolvedConflicts: Number(before?.resolved_conflicts ?? 0),
      originalPci: before === undefined ? null : Number(before.original_pci),
    };
    return { ...observed };
  });
}

function* state(site: IntentNode, _device: Device, observation: Json): Iterable<StateLeaf> {
  const nodes = new Set(site.list('e2-node').map(({ keys }) => keys[0] ?? ''));
  for (const cell of observation as unknown as readonly Cell[]) {
    if (!nodes.has(cell.node)) continue;
    const entry: IntentStep[] = [
      { name: 'site', keys: [site.keys[0] ?? ''] },
      { name: 'e2-node', keys: [cell.node] },
      { name: 'state' },
      { name: 'cell', keys: [cell.cell] },
    ];
    const leaves = {
      'cell-id': cell.cell,
      arfcn: cell.arfcn,
      pci: cell.pci,
      conflict: cell.conflict,
      'resolved-conflicts': cell.resolvedConflicts,
      'original-pci': cell.originalPci ?? undefined,
    };
    for (const [name, value] of Object.entries(leaves)) yield { path: [...entry, { name }], value };
    for (const neighbor of cell.neighbors) {
      yield { path: [...entry, { name: 'neighbor', keys: [neighbor] }, { name: 'cell-id' }], value: neighbor };
    }
  }
}

/** Global identities are read in hexadecimal by people, and by the other applications. */
function cellName(id: unknown): string {
  return BigInt(String(id)).toString(16);
}
