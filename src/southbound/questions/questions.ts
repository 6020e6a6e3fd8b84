// What can be asked about documents without asking a device: why they are as they are, and what a transaction would do.

import type { Candidate } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import type { DocumentRef, FoundDocument, Json, Proposal } from '../adapter.ts';
import type { Planner } from '../intent/planner.ts';
import type { Adapters } from '../intent/renderer.ts';
import type { DocumentUnit } from '../intent/rendering.ts';
import { causesOf, type Explanation, explain } from './explain.ts';
import { type PlanStep, planSteps } from './plan-steps.ts';

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

  /** What a device of this name gives back once it has taken the document; undefined when it tells nothing of this kind. */
  givenBack(name: string, ref: DocumentRef, body: Json): Json | undefined {
    const device = this.#planner.devices.get(name);
    const adapter = this.#adapters.get(device?.kind ?? '');
    if (device === undefined || adapter?.documentKinds[ref.kind]?.readable !== true) return undefined;
    return adapter.readBack === undefined ? body : adapter.readBack(device, ref, body);
  }

  /**
   * The intent of which a device would get exactly what it was found to hold.
   * @param model id of the model of the target that is to have the intent.
   * @throws EdgeconfError FAILED_PRECONDITION when the adapter has no way to tell, or is not made for such a target.
   */
  takeOver(
    name: string,
    model: string,
    found: readonly FoundDocument[],
    options: Readonly<Record<string, string>>,
  ): Proposal {
    const device = this.#planner.devices.get(name);
    const adapter = this.#adapters.get(device?.kind ?? '');
    if (device === undefined || adapter?.inverse === undefined) {
      throw new EdgeconfError('FAILED_PRECONDITION', `what device '${name}' holds cannot be told as intent`);
    }
    if (adapter.models.includes(model)) return adapter.inverse.takeOver(device, found, options);
    const right = adapter.models.join(' or ');
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `what device '${name}' holds is intent of model ${right}; the target has model ${model}`,
    );
  }
}
