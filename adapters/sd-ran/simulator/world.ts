// A small radio network: one gNB of two units, two attached devices, three cells of which two are in conflict.
import type { World } from './state.ts';

export const DU = 'e2:4/e00/3/c8';
export const CU = 'e2:4/e00/2/64';
const timeNs = 1_764_139_424_000_000_000n;

export const WORLD: World = {
  nodes: [CU, DU],
  users: [
    { cu: CU, duUeF1apId: '1240', drbs: [5] },
    { cu: CU, duUeF1apId: '1241', drbs: [5, 6] },
  ],
  cells: [
    {
      id: '87893173159116801',
      node: DU,
      arfcn: 630_000,
      pci: 115,
      neighbors: ['87893173159116802', '87893173159116803'],
      originalPci: 218,
      resolvedConflicts: 2,
    },
    { id: '87893173159116802', node: DU, arfcn: 630_000, pci: 148, neighbors: ['87893173159116803'] },
    { id: '87893173159116803', node: 'e2:1/5155', arfcn: 630_000, pci: 148, neighbors: ['87893173159116802'] },
  ],
  figures: [
    { node: DU, cell: '13842601454c001', name: 'RRC.Conn.Max', value: 4n, timeNs },
    { node: DU, cell: '13842601454c001', name: 'RRC.Conn.Avg', value: 2.5, timeNs },
    { node: DU, cell: '13842601454c002', name: 'RRC.Conn.Avg', value: undefined, timeNs },
    { node: 'e2:1/5155', cell: '13842601454c003', name: 'RRC.Conn.Max', value: 6n, timeNs },
  ],
};
