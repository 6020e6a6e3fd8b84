// Pools: what devices have little of, how much of it all targets' documents use together, and who comes too late.

import { EdgeconfError } from '../../errors.ts';
import type { Adapter, Device } from '../adapter.ts';
import { poolKey } from './numbers.ts';
import type { DocumentUnit, Overlay, Unit } from './rendering.ts';

/** How much there is of a pool of a device. */
export interface PoolStanding {
  readonly name: string;
  /** Undefined: no limit. */
  readonly capacity: number | undefined;
  readonly used: number;
  /** Undefined: no limit. */
  readonly free: number | undefined;
}

/** How much there is of a pool; undefined: no limit. */
export type Capacity = (device: string, pool: string) => number | undefined;

/** What is used of each pool; kept up to date document by document. */
export class Pools {
  readonly #used = new Map<string, Map<string, number>>();

  /** @param by 1 when the document comes, -1 when it goes. @returns whether it uses any */
  count({ device, ref }: DocumentUnit, by: 1 | -1): boolean {
    for (const { pool, amount } of ref.uses ?? []) {
      const pools = this.#used.get(device) ?? new Map<string, number>();
      this.#used.set(device, pools);
      const used = (pools.get(pool) ?? 0) + by * amount;
      if (used === 0) pools.delete(pool);
      else pools.set(pool, used);
      if (pools.size === 0) this.#used.delete(device);
    }
    return (ref.uses?.length ?? 0) > 0;
  }

  /** The pools of a device of which something is used, by name. */
  of(device: string, capacity: Capacity): PoolStanding[] {
    return [...(this.#used.get(device) ?? [])]
      .map(([name, used]) => {
        const limit = capacity(device, name);
        return { name, capacity: limit, used, free: limit === undefined ? undefined : limit - used };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Looks at what a transaction uses more than before.
   * @param others what transactions of other targets change that may be on their way to the journal.
   * @throws EdgeconfError FAILED_PRECONDITION when that is more than is left; ABORTED when it might be.
   */
  check(overlay: Overlay, others: readonly Overlay[], capacity: Capacity): void {
    for (const [key, { unit, pool, more }] of usesOf(overlay)) {
      const limit = more > 0 ? capacity(unit.device, pool) : undefined;
      if (limit === undefined) continue;
      let left = limit - (this.#used.get(unit.device)?.get(pool) ?? 0);
      for (let below = overlay.pending; below !== undefined; below = below.pending)
        left -= usesOf(below).get(key)?.more ?? 0;
      const where = `device '${unit.device}', pool '${pool}': ${unit.ref.source.join('/')} needs ${more} more`;
      if (more > left) {
        throw new EdgeconfError(
          'FAILED_PRECONDITION',
          `${where}, but ${Math.max(0, left)} of ${limit} are left, since all who use the device share them; ask for less, or ` +
            'let go of something else there',
        );
      }
      const undecided = others.reduce((sum, other) => sum + Math.max(0, usesOf(other).get(key)?.more ?? 0), 0);
      if (more <= left - undecided) continue;
      throw new EdgeconfError(
        'ABORTED',
        `${where}, and another transaction that is not decided yet does so too; try again`,
      );
    }
  }
}

interface Use {
  /** One that uses more than before, if there is one. */
  readonly unit: DocumentUnit;
  readonly pool: string;
  readonly more: number;
}

const uses = new WeakMap<Overlay, ReadonlyMap<string, Use>>();

/** What a transaction, once it is rendered, uses more than before (or less, below zero). */
function usesOf(overlay: Overlay): ReadonlyMap<string, Use> {
  const known = uses.get(overlay);
  if (known !== undefined) return known;
  const found = new Map<string, Use>();
  const add = (unit: Unit | undefined, by: 1 | -1): void => {
    if (unit?.kind !== 'document') return;
    for (const { pool, amount } of unit.ref.uses ?? []) {
      const key = poolKey(unit.device, pool);
      const before = found.get(key);
      found.set(key, {
        unit: by === 1 || before === undefined ? unit : before.unit,
        pool,
        more: (before?.more ?? 0) + by * amount,
      });
    }
  };
  for (const [id, unit] of overlay.units) {
    const before = overlay.below(id);
    add(before, -1);
    add(unit, 1);
  }
  uses.set(overlay, found);
  return found;
}

/** What the adapters say of their devices' pools. */
export function capacityOf(adapters: ReadonlyMap<string, Adapter>, devices: ReadonlyMap<string, Device>): Capacity {
  return (name, pool) => {
    const device = devices.get(name);
    return device === undefined ? undefined : adapters.get(device.kind)?.capacity?.(device, pool);
  };
}
