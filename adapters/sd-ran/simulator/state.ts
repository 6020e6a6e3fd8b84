// What the simulated applications know: radio nodes, their slices and users, cells and figures.

export interface SliceItem {
  readonly id: string;
  /** 0 downlink, 1 uplink. */
  readonly type: number;
  readonly scheduler: number;
  readonly weight: number;
  readonly users: readonly { readonly ue: string; readonly drb: number }[];
}

/** A device that is attached. */
export interface User {
  /** The central unit that it is known by. */
  readonly cu: string;
  readonly duUeF1apId: string;
  readonly drbs: readonly number[];
  /** The distributed unit; not known before the first association. */
  du?: string;
}

export interface Cell {
  /** Decimal text. */
  readonly id: string;
  readonly node: string;
  readonly arfcn: number;
  readonly pci: number;
  readonly neighbors: readonly string[];
  readonly originalPci?: number;
  readonly resolvedConflicts?: number;
}

export interface Figure {
  readonly node: string;
  /** In the node's own words, without colons. */
  readonly cell: string;
  readonly name: string;
  /** A bigint is sent as integer, a number as real value, undefined as no value. */
  readonly value: bigint | number | undefined;
  readonly timeNs: bigint;
}

export interface Parameters {
  readonly interval: number;
  readonly overload_threshold: number;
  readonly target_threshold: number;
  readonly delta_ocn: number;
}

/** What the load balancer starts with; it keeps nothing over a restart. */
export const INITIAL_PARAMETERS: Parameters = {
  interval: 10,
  overload_threshold: 100,
  target_threshold: 0,
  delta_ocn: 3,
};

export interface World {
  /** E2 nodes that are connected. A distributed unit's central unit differs from it only after the second part. */
  readonly nodes: readonly string[];
  readonly users: readonly User[];
  readonly cells: readonly Cell[];
  readonly figures: readonly Figure[];
}

export class SdRanState {
  nodes: string[];
  users: User[];
  cells: Cell[];
  figures: Figure[];
  parameters = INITIAL_PARAMETERS;
  /** In the order in which the slice manager has them in its records. */
  slices = new Map<string, SliceItem[]>();

  constructor({ nodes, users, cells, figures }: World) {
    this.nodes = [...nodes];
    this.users = users.map((user) => ({ ...user }));
    this.cells = [...cells];
    this.figures = [...figures];
  }

  /** A copy whose changes nobody sees. */
  fork(): SdRanState {
    const copy = new SdRanState(this);
    copy.parameters = this.parameters;
    copy.slices = structuredClone(this.slices);
    return copy;
  }

  /** As after a fresh installation: attached devices, cells and figures are the world's and stay. */
  lose(): void {
    this.slices.clear();
    this.parameters = INITIAL_PARAMETERS;
    for (const user of this.users) delete user.du;
  }
}
