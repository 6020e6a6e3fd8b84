// A data tree in the instance's memory.
import type {
  DataTree,
  Edit,
  PrintOptions,
  SchemaNodeJson,
  Sliced,
  SlicedStageResult,
  TreeOptions,
  Violation,
} from './api.ts';
import { decodeEdits, encodeEdits, encodePath } from './edits.ts';
import type { Instance } from './instance.ts';
import { normalizeJson } from './normalize-json.ts';
import { PackedReader } from './packed.ts';
import { editSpots, readRecords, toViolations } from './violations.ts';

/** What a step costs: about the number of nodes that it looks at. This takes about 10 ms. */
const sliceBudget = 8000;
/** JSON that libyang reads in one call: about 2 ms. */
const defaultPieceBytes = 16_384;
const defaultChunkChanges = 1000;

const stepGaveChanges = 1;
const stepDone = 2;

function never(): void {
  throw new Error('only a stage has changes');
}

/** Makes an empty tree of a context; the schema explains violations, `onDestroy` tells the context that the tree is gone. */
export function createTree(
  instance: Instance,
  context: number,
  nodes: readonly SchemaNodeJson[],
  { validation = 'incremental' }: TreeOptions,
  onDestroy: () => void,
): DataTree {
  const handle = instance.call('lyw_tree_new', context, validation === 'incremental' ? 1 : 0);
  let state: 'idle' | 'busy' | 'staged' | 'gone' = 'idle';
  const schema = () => nodes;
  const expect = (wanted: 'idle' | 'staged', doing: string): void => {
    if (state === wanted) return;
    if (state === 'gone') throw new Error(`cannot ${doing}: the tree is destroyed`);
    if (state === 'busy') throw new Error(`cannot ${doing}: what was begun is not done yet`);
    throw new Error(
      `cannot ${doing}: ${state === 'staged' ? 'keep or undo what is staged first' : 'nothing is staged'}`,
    );
  };
  const readable = (doing: string): void => {
    if (state === 'gone' || state === 'busy') expect('idle', doing);
  };

  /** What was begun goes on with each step. */
  const goOn = <T>(
    totalBytes: number,
    onChanges: (chunk: Uint8Array<ArrayBuffer>) => void,
    onDone: () => T,
  ): Sliced<T> => {
    state = 'busy';
    let outcome: { result: T } | undefined;
    return {
      step(budget = sliceBudget, takeChanges = onChanges) {
        if (outcome !== undefined) return true;
        if (state !== 'busy') expect('idle', 'go on');
        let answer: number;
        try {
          answer = instance.call('lyw_tree_step', handle, Number.isFinite(budget) ? Math.max(1, budget) : 0);
        } catch (trap) {
          // Nothing goes on after a trap: every later call throws it.
          state = 'idle';
          throw trap;
        }
        if (answer === stepGaveChanges) takeChanges(instance.result());
        if (answer !== stepDone) return false;
        state = 'idle';
        outcome = { result: onDone() };
        return true;
      },
      get progress() {
        const done = outcome !== undefined || state !== 'busy';
        return {
          bytes: done ? totalBytes : instance.call('lyw_tree_read', handle),
          totalBytes,
          checks: state === 'gone' ? 0 : instance.call('lyw_tree_checks', handle),
        };
      },
      result() {
        if (outcome === undefined) throw new Error('there is no result before the last step');
        return outcome.result;
      },
    };
  };
  const toEnd = <T>(sliced: Sliced<T>): T => {
    while (!sliced.step(Number.POSITIVE_INFINITY));
    return sliced.result();
  };
  const stage = (edits: readonly Edit[] | Uint8Array, piece: number, chunk: number): Sliced<SlicedStageResult> => {
    expect('idle', 'stage');
    const packed = edits instanceof Uint8Array ? edits : encodeEdits(edits);
    instance.call('lyw_tree_stage', handle, instance.copyIn(packed), packed.length, piece, chunk);
    const changes: Uint8Array<ArrayBuffer>[] = [];
    return goOn(
      packed.length,
      (part) => changes.push(part),
      () => {
        const records = readRecords(new PackedReader(instance.result()));
        if (records.length === 0) state = 'staged';
        const spot = editSpots(() => (edits instanceof Uint8Array ? decodeEdits(edits) : edits));
        return { violations: toViolations(records, { schema, spot }), changes };
      },
    );
  };
  const load = (json: string, piece: number): Sliced<Violation[]> => {
    expect('idle', 'load');
    const text = normalizeJson(json);
    const { pointer, length } = instance.copyText(text);
    instance.call('lyw_tree_load', handle, pointer, length, piece);
    return goOn(length, never, () => {
      const records = readRecords(new PackedReader(instance.result()));
      return toViolations(records, { schema, spot: () => ({ json: text, path: [] }) });
    });
  };
  const end = (how: 'keep' | 'undo'): Sliced<void> => {
    expect('staged', how);
    instance.call(`lyw_tree_${how}`, handle);
    return goOn(0, never, () => {});
  };

  return {
    load: (json) => toEnd(load(json, 0)),
    beginLoad: (json, { pieceBytes = defaultPieceBytes } = {}) => load(json, pieceBytes),
    stage(edits) {
      const { violations, changes } = toEnd(stage(edits, 0, 0));
      return { violations, changes: changes[0] ?? new Uint8Array(0) };
    },
    beginStage: (edits, { pieceBytes = defaultPieceBytes, chunkChanges = defaultChunkChanges } = {}) =>
      stage(edits, pieceBytes, chunkChanges),
    keep: () => toEnd(end('keep')),
    beginKeep: () => end('keep'),
    undo: () => toEnd(end('undo')),
    beginUndo: () => end('undo'),
    validate(): Violation[] {
      readable('validate');
      instance.call('lyw_tree_validate', handle);
      return toViolations(readRecords(new PackedReader(instance.result())), { schema, spot: () => undefined });
    },
    print({ path = [], defaults = 'explicit' }: PrintOptions = {}): string {
      readable('print');
      instance.callWith('lyw_tree_print', handle, encodePath(path), defaults === 'all' ? 1 : 0);
      return instance.resultText();
    },
    get cost() {
      readable('measure');
      return {
        checks: instance.call('lyw_tree_checks', handle),
        fullStages: instance.call('lyw_tree_full_stages', handle),
      };
    },
    destroy(): void {
      if (state === 'gone') return;
      state = 'gone';
      onDestroy();
      instance.call('lyw_tree_free', handle);
    },
  };
}
