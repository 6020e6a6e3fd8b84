// All RPCs of the simulated applications: the messages that come and go, and what is done.
import { type AssociationRequest, setUeSliceAssociation } from './association.ts';
import { encode } from './messages.ts';
import { acknowledge, createSlice, deleteSlice, type SliceNameRequest, type SliceRequest, updateSlice } from './rsm.ts';
import type { Cell, Figure, Parameters, SdRanState } from './state.ts';

/** One RPC. */
export interface Method {
  readonly request: string;
  readonly response: string;
  /** Whether it may change something. */
  readonly changes: boolean;
  /** What an answer without success looks like; undefined: there is none. */
  readonly failure?: (cause: string) => object;
  /** @returns the answer; undefined: what was asked for is not there. */
  readonly handle: (state: SdRanState, request: never) => object | undefined;
}

const notAcknowledged = (cause: string): object => ({ ack: { success: false, cause } });

function managed<T>(request: string, handle: (state: SdRanState, request: T) => void): Method {
  return {
    request,
    response: 'rsm.Acknowledged',
    changes: true,
    failure: notAcknowledged,
    handle: (state, given: never) => acknowledge(() => handle(state, given)),
  };
}

/** By path, e.g. `/onos.rsm.Rsm/CreateSlice`. */
export const METHODS: Readonly<Record<string, Method>> = {
  '/onos.rsm.Rsm/CreateSlice': managed<SliceRequest>('rsm.Slice', createSlice),
  '/onos.rsm.Rsm/UpdateSlice': managed<SliceRequest>('rsm.Slice', updateSlice),
  '/onos.rsm.Rsm/DeleteSlice': managed<SliceNameRequest>('rsm.SliceName', deleteSlice),
  '/onos.rsm.Rsm/SetUeSliceAssociation': managed<AssociationRequest>('rsm.Association', setUeSliceAssociation),
  '/onos.mlb.Mlb/GetMlbParams': {
    request: 'mlb.Nothing',
    response: 'mlb.Parameters',
    changes: false,
    handle: ({ parameters }) => parameters,
  },
  '/onos.mlb.Mlb/SetMlbParams': {
    request: 'mlb.Parameters',
    response: 'mlb.Success',
    changes: true,
    failure: () => ({ success: false }),
    handle: (state, parameters: Parameters) => {
      state.parameters = parameters;
      return { success: true };
    },
  },
  '/onos.mlb.Mlb/GetOcn': {
    request: 'mlb.Nothing',
    response: 'mlb.Offsets',
    changes: false,
    handle: () => ({ ocn_map: {} }),
  },
  '/onos.pci.Pci/GetCells': {
    request: 'pci.Nothing',
    response: 'pci.Cells',
    changes: false,
    handle: ({ cells }) => ({ cells: cells.map(cellMessage) }),
  },
  '/onos.pci.Pci/GetCell': {
    request: 'pci.CellName',
    response: 'pci.OneCell',
    changes: false,
    handle: ({ cells }, { cell_id: wanted }: { cell_id: string }) => {
      const cell = cells.find(({ id }) => id === wanted);
      return cell && { cell: cellMessage(cell) };
    },
  },
  '/onos.pci.Pci/GetConflicts': {
    request: 'pci.CellName',
    response: 'pci.Cells',
    changes: false,
    handle: ({ cells }, { cell_id: wanted }: { cell_id: string }) => {
      const same = (a: Cell, b: Cell): boolean => a.neighbors.includes(b.id) && a.pci === b.pci;
      if (wanted === '0') {
        return { cells: cells.filter((cell) => cells.some((other) => same(cell, other))).map(cellMessage) };
      }
      const cell = cells.find(({ id }) => id === wanted);
      return cell && { cells: cells.filter((other) => same(cell, other)).map(cellMessage) };
    },
  },
  '/onos.pci.Pci/GetResolvedConflicts': {
    request: 'pci.Nothing',
    response: 'pci.Resolutions',
    changes: false,
    handle: ({ cells }) => ({
      cells: cells
        .filter(({ resolvedConflicts = 0 }) => resolvedConflicts > 0)
        .map(({ id, pci, originalPci = 0, resolvedConflicts }) => ({
          id,
          resolved_pci: pci,
          original_pci: originalPci,
          resolved_conflicts: resolvedConflicts,
        })),
    }),
  },
  '/onos.kpimon.Kpimon/ListMeasurements': {
    request: 'kpimon.Nothing',
    response: 'kpimon.Measurements',
    changes: false,
    handle: ({ figures }) => ({ measurements: measurementMap(figures) }),
  },
};

function cellMessage({ id, node, arfcn, pci, neighbors }: Cell): object {
  return { id, node_id: node, arfcn, pci, pci_pool: [{ min: 1, max: 503 }], neighbor_ids: neighbors };
}

/** One item with one record a figure, by node, cell and the cell's last eight digits. */
function measurementMap(figures: readonly Figure[]): Record<string, object> {
  const byCell = new Map<string, object[]>();
  for (const { node, cell, name, value, timeNs } of figures) {
    const key = `${node}:${cell}:${cell.slice(-8)}`;
    const record = { timestamp: String(timeNs), measurement_name: name, measurement_value: anyOf(value) };
    byCell.set(key, [...(byCell.get(key) ?? []), record]);
  }
  return Object.fromEntries(
    [...byCell].map(([key, records]) => [key, { measurement_items: [{ measurement_records: records }] }]),
  );
}

function anyOf(value: Figure['value']): object {
  const type = value === undefined ? 'NoValue' : typeof value === 'bigint' ? 'IntegerValue' : 'RealValue';
  const bytes = encode(`kpimon.${type}`, { value: typeof value === 'bigint' ? String(value) : (value ?? 0) });
  return { type_url: `type.googleapis.com/onos.kpimon.${type}`, value: bytes };
}
