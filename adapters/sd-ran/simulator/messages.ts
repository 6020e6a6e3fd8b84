// The messages of the simulated applications, by field number, written down once more and not read from anybody's files.
import protobuf from 'protobufjs';

/** Field number, and type; `*` before a type: repeated, `{}`: a map by text. */
type Fields = Readonly<Record<string, readonly [number, string]>>;

/** Enums are numbers here, so that one out of range is seen. */
const messages: Readonly<Record<string, Readonly<Record<string, Fields>>>> = {
  rsm: {
    Ack: { success: [1, 'bool'], cause: [2, 'string'] },
    Acknowledged: { ack: [1, 'Ack'] },
    Slice: {
      e2_node_id: [1, 'string'],
      slice_id: [2, 'string'],
      scheduler_type: [3, 'int32'],
      weight: [4, 'string'],
      sliceType: [5, 'int32'],
    },
    SliceName: { e2_node_id: [1, 'string'], slice_id: [2, 'string'], sliceType: [3, 'int32'] },
    UeId: { ue_id: [1, 'string'], type: [2, 'int32'] },
    Association: {
      e2_node_id: [1, 'string'],
      ue_id: [2, '*UeId'],
      dl_slice_id: [3, 'string'],
      ul_slice_id: [4, 'string'],
      drb_id: [5, 'string'],
    },
  },
  mlb: {
    Parameters: {
      interval: [1, 'int32'],
      overload_threshold: [2, 'int32'],
      target_threshold: [3, 'int32'],
      delta_ocn: [4, 'int32'],
    },
    Success: { success: [1, 'bool'] },
    Nothing: {},
    Offsets: { ocn_map: [1, '{}Record'] },
    Record: { ocn_record: [1, '{}int32'] },
  },
  pci: {
    CellName: { cell_id: [1, 'uint64'] },
    Nothing: {},
    OneCell: { cell: [1, 'Cell'] },
    Cells: { cells: [1, '*Cell'] },
    Resolutions: { cells: [1, '*Resolution'] },
    Resolution: {
      id: [1, 'uint64'],
      resolved_pci: [2, 'uint32'],
      original_pci: [3, 'uint32'],
      resolved_conflicts: [4, 'uint32'],
    },
    Range: { min: [1, 'uint32'], max: [2, 'uint32'] },
    Cell: {
      id: [1, 'uint64'],
      node_id: [2, 'string'],
      arfcn: [3, 'uint32'],
      cell_type: [4, 'int32'],
      pci: [5, 'uint32'],
      pci_pool: [6, '*Range'],
      neighbor_ids: [7, '*uint64'],
    },
  },
  kpimon: {
    Nothing: {},
    Measurements: { measurements: [1, '{}Items'] },
    Items: { measurement_items: [1, '*Item'] },
    Item: { measurement_records: [1, '*Record'] },
    Record: { timestamp: [2, 'uint64'], measurement_name: [3, 'string'], measurement_value: [4, 'Any'] },
    Any: { type_url: [1, 'string'], value: [2, 'bytes'] },
    IntegerValue: { value: [1, 'int64'] },
    RealValue: { value: [1, 'double'] },
    NoValue: { value: [1, 'int32'] },
  },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([space, types]) => [
      space,
      {
        nested: Object.fromEntries(
          Object.entries(types).map(([name, fields]) => [
            name,
            {
              fields: Object.fromEntries(
                Object.entries(fields).map(([field, [id, type]]) => [field, declaration(id, type)]),
              ),
            },
          ]),
        ),
      },
    ]),
  ),
});

function declaration(id: number, type: string): protobuf.IField {
  if (type.startsWith('{}')) return { id, type: type.slice(2), keyType: 'string' } as protobuf.IMapField;
  return type.startsWith('*') ? { id, type: type.slice(1), rule: 'repeated' } : { id, type };
}

/** @param name package and message, e.g. `rsm.Slice` */
export function encode(name: string, message: object): Buffer {
  const type = root.lookupType(name);
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

/** 64-bit integers as decimal text. @throws Error for bytes that are no such message */
export function decode(name: string, bytes: Uint8Array): Record<string, unknown> {
  const type = root.lookupType(name);
  return type.toObject(type.decode(bytes), { defaults: true, arrays: true, objects: true, longs: String });
}
