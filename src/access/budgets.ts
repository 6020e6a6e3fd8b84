// How much each tenant may use: requests, subscriptions, leaves, and changes on devices. See docs/limits.md.

import type { Candidate, Edit } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import type { LimitSource, Limits, TenantLimits } from './tenant-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** So many seconds' worth of requests may come at once. */
const REQUEST_BURST_S = 2;
const MINUTE_S = 60;

/** What a tenant uses now. Forgotten with a restart: buckets begin full. */
class Use {
  readonly requests = new TokenBucket();
  readonly deviceChanges = new TokenBucket();
  subscriptions = 0;
}

/**
 * All refusals are RESOURCE_EXHAUSTED and name tenant and budget. So only a target that the caller may know of is to be
 * asked about: who may not must neither learn of a budget nor use it up.
 */
export class Budgets {
  readonly #limits: TenantLimits;
  readonly #source: LimitSource;
  readonly #nowMs: () => number;
  readonly #uses = new Map<string, Use>();
  /** What a transaction has taken of its tenants' device changes: it may be planned more than once. */
  readonly #taken = new WeakMap<object, Map<string, number>>();

  /** @param nowMs a clock that does not run backwards. */
  constructor(limits: TenantLimits, source: LimitSource, nowMs: () => number) {
    this.#limits = limits;
    this.#source = source;
    this.#nowMs = nowMs;
  }

  /**
   * To be called with each target of one request, once the caller is known to have rights in it. A tenant counts once.
   * @throws EdgeconfError RESOURCE_EXHAUSTED.
   */
  request(): (target: string) => void {
    let counted: string[] | undefined;
    return (target) => {
      const limits = this.#limits.ofTarget(target);
      const perSecond = limits?.budget.requestsPerSecond;
      if (limits === undefined || perSecond === undefined || counted?.includes(limits.tenant)) return;
      counted = [...(counted ?? []), limits.tenant];
      const { requests } = this.#useOf(limits.tenant);
      const nowMs = this.#nowMs();
      const size = REQUEST_BURST_S * perSecond;
      const waitMs = requests.waitMs(1, perSecond, size, nowMs);
      if (waitMs > 0) {
        const use = `it may have ${perSecond} requests a second and ${size} at once, and all of these are used up`;
        throw exhausted(limits, 'requests-per-second', `${use}; ${tryAgain(waitMs)}, send fewer`);
      }
      requests.take(1, perSecond, nowMs);
    };
  }

  /**
   * Takes a place for a Subscribe RPC in each tenant that owns one of the targets.
   * @returns gives the places back; to be called once.
   * @throws EdgeconfError RESOURCE_EXHAUSTED; no place is taken then.
   */
  subscribe(targets: Iterable<string>): () => void {
    const tenants = new Map<string, Limits>();
    for (const target of targets) {
      const limits = this.#limits.ofTarget(target);
      if (limits !== undefined) tenants.set(limits.tenant, limits);
    }
    for (const limits of tenants.values()) {
      const { subscriptions: most } = limits.budget;
      const { subscriptions } = this.#useOf(limits.tenant);
      if (most === undefined || subscriptions < most) continue;
      const use = `it may have ${most} Subscribe RPCs at a time, and has ${subscriptions}`;
      throw exhausted(limits, 'subscriptions', `${use}; end one of them, or put several paths into one`);
    }
    const uses = [...tenants.keys()].map((tenant) => this.#useOf(tenant));
    for (const use of uses) use.subscriptions += 1;
    return () => {
      for (const use of uses) use.subscriptions -= 1;
    };
  }

  /**
   * Before anything is staged: who has too many leaves already may only delete.
   * @throws EdgeconfError RESOURCE_EXHAUSTED.
   */
  checkEdits(target: string, edits: readonly Edit[]): void {
    const limits = this.#limits.ofTarget(target);
    const most = limits?.budget.leaves;
    if (limits === undefined || most === undefined || edits.every(({ op }) => op === 'delete')) return;
    const leaves = this.#leavesOf(limits.tenant, new Map());
    if (leaves <= most) return;
    throw exhausted(limits, 'leaves', `it may have ${most} leaves, and has ${leaves}; delete what is not needed first`);
  }

  /**
   * What is staged may not leave a tenant with too many leaves, unless they are no more than before.
   * @throws EdgeconfError RESOURCE_EXHAUSTED.
   */
  checkGrowth(candidates: readonly Candidate[]): void {
    for (const { target } of candidates) {
      const limits = this.#limits.ofTarget(target);
      const most = limits?.budget.leaves;
      if (limits === undefined || most === undefined) continue;
      const sizes = (side: 'before' | 'after') => new Map(candidates.map((each) => [each.target, each[side].size]));
      const before = this.#leavesOf(limits.tenant, sizes('before'));
      const after = this.#leavesOf(limits.tenant, sizes('after'));
      if (after <= most || after <= before) continue;
      const use = `it may have ${most} leaves, has ${before}, and would have ${after}`;
      throw exhausted(limits, 'leaves', `${use}; delete what is not needed`);
    }
  }

  /**
   * Takes the documents that a planned transaction changes on devices out of the tenants' budgets.
   * @param documents how many, by target.
   * @param transaction the same object whenever the same transaction is planned.
   * @param dryRun nothing is taken.
   * @throws EdgeconfError RESOURCE_EXHAUSTED; nothing is taken then.
   */
  deviceChanges(documents: ReadonlyMap<string, number>, transaction: object, dryRun: boolean): void {
    const nowMs = this.#nowMs();
    const wanted = new Map<string, { limits: Limits; perMinute: number; count: number }>();
    for (const [target, count] of documents) {
      const limits = this.#limits.ofTarget(target);
      const perMinute = limits?.budget.deviceChangesPerMinute;
      if (limits === undefined || perMinute === undefined) continue;
      const others = wanted.get(limits.tenant)?.count ?? 0;
      wanted.set(limits.tenant, { limits, perMinute, count: others + count });
    }
    const taken = this.#taken.get(transaction) ?? new Map<string, number>();
    for (const [tenant, { limits, perMinute, count }] of wanted) {
      const { deviceChanges } = this.#useOf(tenant);
      const more = count - (taken.get(tenant) ?? 0);
      const waitMs = deviceChanges.waitMs(more, perMinute / MINUTE_S, perMinute, nowMs);
      if (more <= 0 || waitMs === 0) continue;
      const what = `the transaction changes ${count} documents on devices, of ${perMinute} that it may change in a minute`;
      const used = Math.ceil(deviceChanges.missing(perMinute / MINUTE_S, nowMs));
      const help = waitMs === Number.POSITIVE_INFINITY ? 'make several smaller ones of it' : tryAgain(waitMs);
      throw exhausted(limits, 'device-changes-per-minute', `${what} and of which ${used} are used; ${help}`);
    }
    if (dryRun) return;
    for (const [tenant, { perMinute, count }] of wanted) {
      const more = count - (taken.get(tenant) ?? 0);
      if (more > 0) this.#useOf(tenant).deviceChanges.take(more, perMinute / MINUTE_S, nowMs);
      taken.set(tenant, Math.max(count, taken.get(tenant) ?? 0));
    }
    this.#taken.set(transaction, taken);
  }

  #leavesOf(tenant: string, sizes: ReadonlyMap<string, number>): number {
    let leaves = 0;
    for (const name of this.#limits.targetsOf(tenant)) {
      leaves += sizes.get(name) ?? this.#source.snapshot(name)?.size ?? 0;
    }
    return leaves;
  }

  #useOf(tenant: string): Use {
    let use = this.#uses.get(tenant);
    if (use === undefined) {
      use = new Use();
      this.#uses.set(tenant, use);
    }
    return use;
  }
}

function tryAgain(waitMs: number): string {
  return `try again in ${Math.ceil(waitMs / 100) / 10} s`;
}

function exhausted({ tenant }: Limits, budget: string, why: string): EdgeconfError {
  return new EdgeconfError(
    'RESOURCE_EXHAUSTED',
    `tenant '${tenant}' has used up its budget '${budget}': ${why}, or ask the operator for a larger budget`,
  );
}
