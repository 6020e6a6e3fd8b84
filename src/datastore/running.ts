// The running configuration: the snapshot of every target at the journal's head, and which targets exist.

import type { Model } from '../schema/model.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { Change } from './row.ts';
import { Snapshot } from './snapshot.ts';
import { orphanedState, type StateReport, stateChanges } from './state-rows.ts';
import { declaredTargets, platformTarget, type TargetInfo, targetTurns } from './targets.ts';
import type { Candidate } from './transaction.ts';

/** Configuration is changed only by `apply`, in revision order; state by reports and by what `apply` removed. */
export class Running {
  readonly #models: ReadonlyMap<string, Model>;
  readonly #snapshots: Map<string, Snapshot>;
  /** Told when a target went, or now has another model. */
  readonly #onGone: (target: string) => void;
  #targets: readonly TargetInfo[];

  /** @param snapshots one for each declared target, `platform` included. */
  constructor(models: ReadonlyMap<string, Model>, snapshots: Map<string, Snapshot>, onGone: (target: string) => void) {
    this.#models = models;
    this.#snapshots = snapshots;
    this.#onGone = onGone;
    this.#targets = declaredTargets(this.platform);
  }

  get platform(): Snapshot {
    const snapshot = this.#snapshots.get(platformTarget);
    if (snapshot === undefined) throw new Error('the platform target has no snapshot');
    return snapshot;
  }

  get targets(): readonly TargetInfo[] {
    return this.#targets;
  }

  snapshot(target: string): Snapshot | undefined {
    return this.#snapshots.get(target);
  }

  /**
   * Applies a durable entry.
   * @param staged the candidates that the entry was made from: what they stand on is what is here, and they get their revision.
   * @returns what it did, at the entry's revision.
   */
  apply(entry: JournalEntry, staged: readonly Candidate[] | undefined): Candidate[] {
    const applied: Candidate[] = [];
    for (const { target, changes } of entry.commits) {
      const before = this.#snapshots.get(target);
      if (before === undefined) continue;
      const ready = staged?.find((candidate) => candidate.target === target);
      const after =
        ready?.before.rows === before.rows ? settled(ready, before, entry) : before.with(changes, entry.revision);
      this.#snapshots.set(target, after);
      applied.push({ target, before, after, changes });
    }
    for (const candidate of applied) if (candidate.target === platformTarget) this.#applyTurns(candidate);
    return applied;
  }

  /** Takes in reports of state. @returns what changed; undefined when nothing did, or there is no such target. */
  report(target: string, reports: readonly StateReport[]): Candidate | undefined {
    const before = this.#snapshots.get(target);
    return before === undefined ? undefined : this.#changeState(before, stateChanges(before, reports));
  }

  /** Removes the state that stood below what these commits removed. @returns what went, by target. */
  dropOrphans(applied: readonly Candidate[]): Candidate[] {
    return applied.flatMap(({ target, changes }) => {
      const before = this.#snapshots.get(target);
      return before === undefined ? [] : (this.#changeState(before, orphanedState(before, changes)) ?? []);
    });
  }

  #changeState(before: Snapshot, changes: readonly Change[]): Candidate | undefined {
    if (changes.length === 0) return undefined;
    const after = before.withState(changes);
    this.#snapshots.set(before.target, after);
    return { target: before.target, before, after, changes };
  }

  #applyTurns({ before, after, changes }: Candidate): void {
    const turns = targetTurns(before, after, changes);
    if (turns.length === 0) return;
    for (const turn of turns) {
      if (turn.before?.modelId === turn.after?.modelId) continue;
      const model = turn.after === undefined ? undefined : this.#models.get(turn.after.modelId);
      if (model === undefined) this.#snapshots.delete(turn.name);
      else this.#snapshots.set(turn.name, Snapshot.of(turn.name, model, 0, []));
      this.#onGone(turn.name);
    }
    this.#targets = declaredTargets(after);
  }
}

/** The staged snapshot with its revision; state may have changed since it was staged. */
function settled({ after }: Candidate, before: Snapshot, { revision }: JournalEntry): Snapshot {
  after.settle(revision);
  return before.withConfigurationOf(after);
}
