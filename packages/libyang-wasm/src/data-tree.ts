// A data tree in the instance's memory.
import type { DataTree, Edit, PrintOptions, SchemaNodeJson, StageResult, TreeOptions, Violation } from './api.ts';
import { decodeEdits, encodeEdits, encodePath } from './edits.ts';
import type { Instance } from './instance.ts';
import { normalizeJson } from './normalize-json.ts';
import { PackedReader } from './packed.ts';
import { editSpots, readRecords, toViolations } from './violations.ts';

/** Makes an empty tree of a context; the schema explains violations, `onDestroy` tells the context that the tree is gone. */
export function createTree(
  instance: Instance,
  context: number,
  nodes: readonly SchemaNodeJson[],
  { validation = 'incremental' }: TreeOptions,
  onDestroy: () => void,
): DataTree {
  const handle = instance.call('lyw_tree_new', context, validation === 'incremental' ? 1 : 0);
  let state: 'idle' | 'staged' | 'gone' = 'idle';
  const schema = () => nodes;
  const expect = (wanted: 'idle' | 'staged', doing: string): void => {
    if (state === wanted) return;
    if (state === 'gone') throw new Error(`cannot ${doing}: the tree is destroyed`);
    throw new Error(
      `cannot ${doing}: ${state === 'staged' ? 'keep or undo what is staged first' : 'nothing is staged'}`,
    );
  };

  return {
    load(json: string): Violation[] {
      expect('idle', 'load');
      const text = normalizeJson(json);
      const pointer = instance.copyIn(text);
      instance.call('lyw_tree_load', handle, pointer);
      instance.free(pointer);
      return toViolations(readRecords(new PackedReader(instance.result())), {
        schema,
        spot: () => ({ json: text, path: [] }),
      });
    },
    stage(edits: readonly Edit[] | Uint8Array): StageResult {
      expect('idle', 'stage');
      const packed = edits instanceof Uint8Array ? edits : encodeEdits(edits);
      instance.callWith('lyw_tree_stage', handle, packed);
      const input = new PackedReader(instance.result());
      const records = readRecords(input);
      if (records.length === 0) state = 'staged';
      const spot = editSpots(() => (edits instanceof Uint8Array ? decodeEdits(edits) : edits));
      return { violations: toViolations(records, { schema, spot }), changes: input.rest() };
    },
    keep(): void {
      expect('staged', 'keep');
      instance.call('lyw_tree_keep', handle);
      state = 'idle';
    },
    undo(): void {
      expect('staged', 'undo');
      instance.call('lyw_tree_undo', handle);
      state = 'idle';
    },
    validate(): Violation[] {
      if (state === 'gone') expect('idle', 'validate');
      instance.call('lyw_tree_validate', handle);
      return toViolations(readRecords(new PackedReader(instance.result())), { schema, spot: () => undefined });
    },
    print({ path = [], defaults = 'explicit' }: PrintOptions = {}): string {
      if (state === 'gone') expect('idle', 'print');
      instance.callWith('lyw_tree_print', handle, encodePath(path), defaults === 'all' ? 1 : 0);
      return instance.resultText();
    },
    get cost() {
      if (state === 'gone') expect('idle', 'measure');
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
