// Budgets and guard rails as the platform target configures them, read again only when they change.

import type { Snapshot } from '../datastore/snapshot.ts';
import { type Entry, readEntries } from './list-entries.ts';
import { GUARD_RAILS, PLATFORM, TENANT_LIST } from './platform-target.ts';
import { sameNodes } from './policy.ts';

/** What limits are read from; a Datastore fits. */
export interface LimitSource {
  snapshot(target: string): Snapshot | undefined;
  /** All targets with the tenant that owns each; '' for the platform target. */
  targets(): readonly { readonly name: string; readonly tenant: string }[];
}

/** What is not set has no limit. */
export interface Budget {
  /** Rows of all targets of the tenant. */
  readonly leaves: number | undefined;
  readonly requestsPerSecond: number | undefined;
  /** Subscribe RPCs at a time. */
  readonly subscriptions: number | undefined;
  /** Documents. */
  readonly deviceChangesPerMinute: number | undefined;
}

/** A time in which configuration stays as it is: `fromMs <= now < toMs`, ms since the epoch. */
export interface Freeze {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The end as it is configured. */
  readonly to: string;
  readonly reason: string | undefined;
}

export interface GuardRails {
  /** List entries that a transaction may delete in one target without saying how many. */
  readonly mostDeletes: number | undefined;
  readonly freezes: readonly Freeze[];
}

/** What holds for one tenant. */
export interface Limits {
  readonly tenant: string;
  readonly budget: Budget;
  readonly guardRails: GuardRails;
}

const NO_GUARD_RAILS: GuardRails = { mostDeletes: undefined, freezes: [] };

/** Looks at the platform target whenever it is asked. O(1) while no platform transaction came. */
export class TenantLimits {
  readonly #source: LimitSource;
  #read: Snapshot | undefined;
  #tenants: ReadonlyMap<string, Limits> = new Map();
  #platform = NO_GUARD_RAILS;
  #tenantOf: ReadonlyMap<string, string> = new Map();
  readonly #targetsOf = new Map<string, string[]>();

  constructor(source: LimitSource) {
    this.#source = source;
  }

  /** The limits of the tenant that a target belongs to; undefined for the platform target and for unknown ones. */
  ofTarget(target: string): Limits | undefined {
    this.#refresh();
    const tenant = this.#tenantOf.get(target);
    return tenant === undefined ? undefined : this.#tenants.get(tenant);
  }

  /** The guard rails of the platform, which hold for all targets. */
  get platform(): GuardRails {
    this.#refresh();
    return this.#platform;
  }

  /** Names of a tenant's targets. */
  targetsOf(tenant: string): readonly string[] {
    this.#refresh();
    return this.#targetsOf.get(tenant) ?? [];
  }

  #refresh(): void {
    const platform = this.#source.snapshot(PLATFORM);
    const former = this.#read;
    // State that is reported makes another snapshot of the same revision.
    if (platform === undefined || (platform.revision === former?.revision && platform.model === former.model)) return;
    this.#read = platform;
    const targets = this.#source.targets();
    this.#tenantOf = new Map(targets.map(({ name, tenant }) => [name, tenant]));
    this.#targetsOf.clear();
    for (const { name, tenant } of targets) {
      const names = this.#targetsOf.get(tenant);
      if (names === undefined) this.#targetsOf.set(tenant, [name]);
      else names.push(name);
    }
    if (former !== undefined && sameNodes(former, platform, [TENANT_LIST, GUARD_RAILS])) return;
    const tenants = [...readEntries(platform, TENANT_LIST)].map(readLimits);
    this.#tenants = new Map(tenants.map((limits) => [limits.tenant, limits]));
    this.#platform = readGuardRails([...readEntries(platform, GUARD_RAILS)][0]);
  }
}

function readLimits(tenant: Entry): Limits {
  const budget = tenant.container('budget');
  return {
    tenant: tenant.text('name') ?? '',
    budget: {
      leaves: budget?.count('leaves'),
      requestsPerSecond: budget?.count('requests-per-second'),
      subscriptions: budget?.count('subscriptions'),
      deviceChangesPerMinute: budget?.count('device-changes-per-minute'),
    },
    guardRails: readGuardRails(tenant),
  };
}

function readGuardRails(entry: Entry | undefined): GuardRails {
  if (entry === undefined) return NO_GUARD_RAILS;
  return { mostDeletes: entry.count('most-deletes'), freezes: [...entry.entries('freeze')].map(readFreeze) };
}

function readFreeze(entry: Entry): Freeze {
  const to = entry.text('to') ?? '';
  return {
    name: entry.text('name') ?? '',
    // The 31st of February passes the model; what cannot be understood freezes, and can be lifted.
    fromMs: instant(entry.text('from') ?? '') ?? Number.NEGATIVE_INFINITY,
    toMs: instant(to) ?? Number.POSITIVE_INFINITY,
    to,
    reason: entry.text('reason'),
  };
}

/** Ms since the epoch; undefined when it is none. A leap second counts as the second before. */
function instant(text: string): number | undefined {
  const ms = Date.parse(text.replace(/:60(?=[.Z+-])/, ':59'));
  return Number.isNaN(ms) ? undefined : ms;
}
