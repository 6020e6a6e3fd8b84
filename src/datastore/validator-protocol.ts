// What the main thread and a validator worker say to each other.

import type { ModuleInfo, SchemaNodeJson, Violation } from 'libyang-wasm';
import type { ModelSource } from './model-folder.ts';
import type { FlatRows } from './rows-to-json.ts';

/** What a worker is started with. */
export interface WorkerInput {
  readonly models: readonly ModelSource[];
}

/** A call to a worker; calls are answered one by one, in order. */
export type WorkerCall =
  /** Compile a model and dump its schema. */
  | { readonly kind: 'schema'; readonly model: string }
  /** A slice of a target's rows, in key order; kept until `load`. The first one replaces what an earlier try left. */
  | { readonly kind: 'rows'; readonly target: string; readonly first: boolean; readonly rows: FlatRows }
  /** Make the target's tree from the rows that were sent. */
  | { readonly kind: 'load'; readonly target: string; readonly model: string }
  | { readonly kind: 'stage'; readonly target: string; readonly edits: Uint8Array }
  | { readonly kind: 'keep' | 'undo' | 'drop'; readonly target: string };

/** The answer to each kind of call. */
export interface WorkerAnswers {
  readonly schema: { readonly schema: SchemaNodeJson[]; readonly modules: readonly ModuleInfo[] };
  readonly rows: undefined;
  readonly load: { readonly violations: readonly Violation[] };
  readonly stage: { readonly violations: readonly Violation[]; readonly changes: Uint8Array };
  readonly keep: undefined;
  readonly undo: undefined;
  readonly drop: undefined;
}

/** A worker's reply. After `trap` the worker is of no use any more; `refused` is libyang's verdict on a model or input. */
export type WorkerReply =
  | { readonly kind: 'answer'; readonly answer: WorkerAnswers[WorkerCall['kind']] }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'trap'; readonly message: string };
