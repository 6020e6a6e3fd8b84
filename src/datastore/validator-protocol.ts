// What the main thread and a validator worker say to each other.

import type { ModuleInfo, SchemaNodeJson, Violation } from 'libyang-wasm';
import type { ModelSource } from './model-folder.ts';
import type { FlatRows } from './rows-to-json.ts';

/** What a worker is started with. */
export interface WorkerInput {
  readonly models: readonly ModelSource[];
  /** Two 32-bit numbers that the worker writes: slices so far, and the number of the call whose slice it is. */
  readonly pulse: SharedArrayBuffer;
}

/**
 * A call to a worker. The calls of one target are made one after the other; those of different targets go on in turns, slice
 * by slice.
 */
export type WorkerCall =
  /** Compile a model and dump its schema. */
  | { readonly kind: 'schema'; readonly model: string }
  /** A slice of a target's rows, in key order. The first one replaces what an earlier try left. */
  | {
      readonly kind: 'rows';
      readonly target: string;
      readonly model: string;
      readonly first: boolean;
      readonly rows: FlatRows;
    }
  /** Make the target's tree from the rows that were sent. */
  | { readonly kind: 'load'; readonly target: string; readonly model: string }
  /** A part of the packed edits of a large stage; kept until `stage`, as `rows`. */
  | { readonly kind: 'edits'; readonly target: string; readonly first: boolean; readonly bytes: Uint8Array }
  /** Keep what was staged before, if so asked; then apply the packed edits: the parts that were sent, then these bytes. */
  | { readonly kind: 'stage'; readonly target: string; readonly keep: boolean; readonly bytes: Uint8Array }
  | { readonly kind: 'keep' | 'undo' | 'drop'; readonly target: string };

/** A call with its number, by which its replies are known. */
export interface NumberedCall {
  readonly id: number;
  readonly call: WorkerCall;
}

/** The answer to each kind of call. */
export interface WorkerAnswers {
  readonly schema: { readonly schema: SchemaNodeJson[]; readonly modules: readonly ModuleInfo[] };
  readonly rows: undefined;
  readonly load: { readonly violations: readonly Violation[] };
  readonly edits: undefined;
  /** The chunks of changes but the last went before it, as replies of their own. */
  readonly stage: { readonly violations: readonly Violation[]; readonly lastChunk: Uint8Array | undefined };
  readonly keep: undefined;
  readonly undo: undefined;
  readonly drop: undefined;
}

/** How far a stage or load is: bytes of the input that were read, and checks of rules that were made. */
export interface ValidatorProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly checks: number;
}

/** A worker's reply. After `trap` the worker is of no use any more; `refused` is libyang's verdict on a model or input. */
export type WorkerReply = { readonly id: number } & (
  | { readonly kind: 'answer'; readonly answer: WorkerAnswers[WorkerCall['kind']] }
  /** A chunk of the changes that a stage makes; the answer follows. */
  | { readonly kind: 'changes'; readonly chunk: Uint8Array }
  | { readonly kind: 'progress'; readonly progress: ValidatorProgress }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'trap'; readonly message: string }
);
