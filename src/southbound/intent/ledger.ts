// What all targets' intent means for all devices as of the last transaction: units, claims, numbers, pools and gaps.

import { setImmediate as turn } from 'node:timers/promises';
import type { Candidate } from '../../datastore/transaction.ts';
import type { EdgeconfError } from '../../errors.ts';
import type { Desired } from '../device/document-queue.ts';
import { Listeners } from '../listeners.ts';
import type { Causes } from './causes.ts';
import { Claims, claimRefusal } from './claims.ts';
import { Gaps } from './gaps.ts';
import { numberChanges } from './number-rows.ts';
import { Numbers } from './numbers.ts';
import { Pools } from './pools.ts';
import { claimKey, type DocumentUnit, type ListUnit, listOf, type Overlay, Rendering, type Unit } from './rendering.ts';

/** How many units are merged before others get the thread. */
const UNITS_PER_TURN = 256;

/** What a device should hold under one id. */
export interface Assignment {
  readonly device: string;
  readonly document: string;
  /** The target whose intent has a say in it; when nothing is desired, the one that had it. */
  readonly target: string | undefined;
  /** Paths of rows of this transaction that it was made from, or that made it go; at most 5. */
  readonly causes: readonly string[];
  /** Undefined: nothing, unless it is to be left as it is. */
  readonly desired: Desired | undefined;
  /** Intent wants something that could never be rendered: what the device has, stays. */
  readonly leave: boolean;
  /** Why what intent says now is not what is desired, or whose wish is not granted. */
  readonly fault: EdgeconfError | undefined;
  /** The fault is that another one wants the document too: what is desired is not touched by it. */
  readonly isContested: boolean;
}

/** Units that are part of what is known, with what is still to be counted. */
export interface Merged {
  /** By claim, what is to be told of each document that may have changed. */
  readonly told: ReadonlyMap<string, Told>;
  /** Documents that use something of a pool and went (-1) or came (1). */
  readonly uses: readonly (readonly [DocumentUnit, 1 | -1])[];
}

/** What is known of a document's change besides the document. */
interface Told {
  readonly target: string;
  readonly causes: readonly string[];
}

/** `merge` and `settle` are called for one transaction after the other. */
export class Ledger {
  readonly rendering = new Rendering();
  readonly claims = new Claims();
  readonly numbers = new Numbers();
  readonly pools = new Pools();
  readonly gaps = new Gaps();
  readonly #poolListeners = new Listeners<[device: string]>();

  /** Told of each device whose pools may have changed. @returns ends the listening */
  onPools(listener: (device: string) => void): () => void {
    return this.#poolListeners.add(listener);
  }

  /** Makes units part of what is known, in steps. */
  async merge(overlay: Overlay, causes: Causes): Promise<Merged> {
    const told = new Map<string, Told>();
    const uses: [DocumentUnit, 1 | -1][] = [];
    const tell = (unit: DocumentUnit, by: 1 | -1): void => {
      const claim = claimKey(unit.device, unit.ref.id);
      const list = this.rendering.unit(listOf(unit.id));
      const found = causes.of([unit, ...(list === undefined ? [] : [list])]);
      told.set(claim, { target: unit.target, causes: found.length > 0 ? found : (told.get(claim)?.causes ?? []) });
      if (unit.ref.uses !== undefined) uses.push([unit, by]);
    };
    let merged = 0;
    for (const [id, unit] of overlay.units) {
      merged += 1;
      if (merged % UNITS_PER_TURN === 0) await turn();
      const before = this.rendering.set(id, unit);
      this.gaps.replace(asList(before), asList(unit));
      if (before?.kind === 'document') {
        if (unit === undefined) this.claims.remove(before);
        tell(before, -1);
      }
      if (unit?.kind !== 'document') continue;
      this.claims.add(unit);
      tell(unit, 1);
    }
    return { told, uses };
  }

  /** Counts what the transaction uses and which numbers it has. */
  settle({ uses }: Merged, commits: readonly Candidate[]): void {
    const devices = new Set<string>();
    for (const [unit, by] of uses) if (this.pools.count(unit, by)) devices.add(unit.device);
    for (const { target, after, changes } of commits) {
      for (const { before, after: number, ...place } of numberChanges(after.model.root, changes)) {
        if (before !== undefined) this.numbers.remove(target, { ...place, number: before });
        if (number !== undefined) this.numbers.add(target, { ...place, number });
      }
    }
    for (const device of devices) this.#poolListeners.tell(device);
  }

  assignments({ told }: Merged): Assignment[] {
    return [...told].map(([claim, each]) => this.#assignment(claim, each));
  }

  #assignment(claim: string, told: Told): Assignment {
    const [device = '', document = ''] = claim.split('\0');
    const wanting = this.claims.wanting(claim).map((id) => this.rendering.unit(id));
    const [holder, rival] = wanting.filter((unit): unit is DocumentUnit => unit?.kind === 'document');
    const fault = holder?.fault ?? (rival === undefined ? undefined : claimRefusal(rival, holder));
    const leave = holder !== undefined && holder.desired === undefined;
    const target = holder?.target ?? told.target;
    const isContested = fault !== undefined && holder?.fault === undefined;
    return { device, document, target, causes: told.causes, desired: holder?.desired, leave, fault, isContested };
  }
}

function asList(unit: Unit | undefined): ListUnit | undefined {
  return unit?.kind === 'list' ? unit : undefined;
}
