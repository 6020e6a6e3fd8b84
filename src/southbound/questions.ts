// What can be asked about documents without asking a device: why they are as they are, and what a transaction would do.

import type { Candidate } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { causesOf, type Explanation, explain } from './explain.ts';
import { type PlanStep, planSteps } from './plan-steps.ts';
import type { Planner } from './planner.ts';
import type { Adapters } from './renderer.ts';
import type { DocumentUnit } from './rendering.ts';

/** Answers are as of the last transaction taken in. */
export class Questions {
  readonly #planner: Planner;
  readonly #adapters: Adapters;

  constructor(planner: Planner, adapters: Adapters) {
    this.#planner = planner;
    this.#adapters = adapters;
  }

  /** The documents of all targets. */
  get known(): Planner['known'] {
    return this.#planner.known;
  }

  /** Names of all devices, in order. */
  devices(): string[] {
    return [...this.#planner.devices.keys()].sort();
  }

  /**
   * A document with the reasons of its leaves, made anew.
   * @throws EdgeconfError FAILED_PRECONDITION when it cannot be rendered from what intent says.
   */
  explain({ device: name, target, ref }: DocumentUnit): Explanation {
    const device = this.#planner.devices.get(name);
    const adapter = this.#adapters.get(device?.kind ?? '');
    const intent = this.known.snapshot(target);
    if (device === undefined || adapter === undefined || intent === undefined) {
      throw new EdgeconfError('FAILED_PRECONDITION', `no adapter for device '${name}' is loaded`);
    }
    return explain({ adapter, device, ref, intent, root: intent.model.root });
  }

  /** Paths of the leaves of intent that decide about a leaf of a document; none when that is not known. See explain.ts. */
  causesOf(device: string, document: string, leaf: string): string[] {
    const unit = this.known.document(device, document);
    if (unit === undefined) return [];
    try {
      return causesOf(this.explain(unit), leaf);
    } catch {
      // That it cannot be rendered any more is told elsewhere.
      return [];
    }
  }

  /** What a transaction does to devices. @param candidates as they were just planned */
  stepsOf(candidates: readonly Candidate[]): PlanStep[] {
    return planSteps(this.#planner.changesOf(candidates));
  }
}
