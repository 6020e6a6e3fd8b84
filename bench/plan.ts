// How large each measurement is: the full run, and the quick one, which ends within ten minutes on two cores.

/** Sizes and counts of every measurement; times are bounds after which a measurement is given up. */
export interface Plan {
  readonly oneLeafCommit: Piece & {
    readonly sizes: readonly number[];
    readonly edits: number;
    readonly warmUps: number;
  };
  /** `entries` in each target; calls in all. */
  readonly throughput: Piece & {
    readonly entries: number;
    readonly tenants: number;
    readonly writers: number;
    readonly calls: number;
    readonly warmUps: number;
  };
  readonly bulkLoad: Piece & { readonly entries: number; readonly idleCalls: number };
  readonly leafrefs: Piece & { readonly count: number };
  readonly startUp: Piece & { readonly entries: number };
  readonly memory: Piece & { readonly entries: number };
  readonly fanOut: Piece & {
    readonly subscribers: readonly number[];
    readonly commits: number;
    readonly warmUps: number;
  };
  /** Decisions are counted for `decideMs`; so many changes of the policy. */
  readonly access: Piece & { readonly rules: readonly number[]; readonly decideMs: number; readonly changes: number };
  readonly get: Piece & { readonly entries: number; readonly calls: number; readonly warmUps: number };
  /** `entries` in each target; `calls` of the tenant that is looked at; the other one's callers and budget. */
  readonly isolation: Piece & {
    readonly entries: number;
    readonly calls: number;
    readonly callers: number;
    readonly requestsPerSecond: number;
  };
  /** Commits for each number of devices; device groups of the core that is restarted. */
  readonly southbound: Piece & {
    readonly devices: readonly number[];
    readonly commits: number;
    readonly warmUps: number;
    readonly groups: number;
  };
}

interface Piece {
  readonly deadlineMs: number;
}

const hourMs = 3_600_000;

export const fullPlan: Plan = {
  oneLeafCommit: { sizes: [1_000, 10_000, 100_000, 1_000_000], edits: 1_000, warmUps: 50, deadlineMs: hourMs },
  throughput: { entries: 1_000, tenants: 50, writers: 16, calls: 8_000, warmUps: 50, deadlineMs: hourMs },
  bulkLoad: { entries: 300_000, idleCalls: 1_000, deadlineMs: hourMs },
  leafrefs: { count: 100_000, deadlineMs: hourMs },
  startUp: { entries: 100_000, deadlineMs: hourMs },
  memory: { entries: 200_000, deadlineMs: hourMs },
  fanOut: { subscribers: [1, 100, 1_000], commits: 200, warmUps: 10, deadlineMs: hourMs },
  access: { rules: [10, 1_000, 10_000], decideMs: 3_000, changes: 20, deadlineMs: hourMs },
  get: { entries: 1_000, calls: 1_000, warmUps: 50, deadlineMs: hourMs },
  isolation: { entries: 1_000, calls: 1_000, callers: 16, requestsPerSecond: 20, deadlineMs: hourMs },
  southbound: { devices: [1, 100, 2_000], commits: 1_000, warmUps: 50, groups: 10_000, deadlineMs: hourMs },
};

export const quickPlan: Plan = {
  oneLeafCommit: { sizes: [1_000, 10_000, 100_000], edits: 300, warmUps: 300, deadlineMs: 90_000 },
  throughput: { entries: 1_000, tenants: 50, writers: 16, calls: 3_000, warmUps: 300, deadlineMs: 90_000 },
  bulkLoad: { entries: 300_000, idleCalls: 300, deadlineMs: 90_000 },
  leafrefs: { count: 100_000, deadlineMs: 60_000 },
  startUp: { entries: 100_000, deadlineMs: 90_000 },
  memory: { entries: 100_000, deadlineMs: 90_000 },
  fanOut: { subscribers: [1, 100, 1_000], commits: 30, warmUps: 3, deadlineMs: 60_000 },
  access: { rules: [10, 1_000, 10_000], decideMs: 1_000, changes: 5, deadlineMs: 60_000 },
  get: { entries: 1_000, calls: 200, warmUps: 20, deadlineMs: 30_000 },
  isolation: { entries: 1_000, calls: 100, callers: 16, requestsPerSecond: 20, deadlineMs: 90_000 },
  southbound: { devices: [1, 100], commits: 200, warmUps: 20, groups: 1_000, deadlineMs: 90_000 },
};
