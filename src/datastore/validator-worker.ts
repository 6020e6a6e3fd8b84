// A worker thread with one libyang instance: it holds the trees of its targets and works on several of them in turns.

import { parentPort, workerData } from 'node:worker_threads';
import { type Context, type DataTree, LibyangError, loadLibyang, type Sliced } from 'libyang-wasm';
import { collectGarbage } from '../collect-garbage.ts';
import { linkSchema, type SchemaNode } from '../schema/schema-node.ts';
import { RowPrinter } from './rows-to-json.ts';
import type { NumberedCall, WorkerAnswers, WorkerCall, WorkerInput, WorkerReply } from './validator-protocol.ts';
import { Turns } from './validator-turns.ts';

const { models, pulse } = workerData as WorkerInput;
const beat = new Int32Array(pulse);
const libyang = await loadLibyang();
const contexts = new Map<string, { context: Context; root: SchemaNode }>();
const trees = new Map<string, DataTree>();
const printers = new Map<string, RowPrinter>();
const pendingEdits = new Map<string, Uint8Array[]>();
/** Targets whose last stage or load had much to read. */
const large = new Set<string>();
const largeBytes = 1024 * 1024;

/** Finer than libyang-wasm's own: whoever waits for a small edit of another target waits for two slices or three. */
const cut = { pieceBytes: 4096 };

/** How often the main thread is told how far a call is. */
const progressMs = 200;

type Answer = WorkerAnswers[WorkerCall['kind']];

const turns = new Turns();
parentPort?.on('message', ({ id, call }: NumberedCall) => {
  turns.add(answerTo(id, call), {
    onSlice: () => {
      Atomics.store(beat, 1, id);
      Atomics.add(beat, 0, 1);
    },
    onEnd: (answer) => post({ id, kind: 'answer', answer }),
    onError: (error) => post(failure(id, error)),
  });
});

function post(reply: WorkerReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}

function failure(id: number, error: unknown): WorkerReply {
  if (error instanceof LibyangError) {
    const details = error.items.map((item) => [item.path, item.message].filter(Boolean).join(': '));
    return { id, kind: 'refused', message: [error.message, ...details].join('; ') };
  }
  // A trap, or a fault that leaves the trees in an unknown state: the main thread replaces this worker.
  return { id, kind: 'trap', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** The work for a call, which stops at the end of each slice and goes on with the budget of the next. */
function* answerTo(id: number, call: WorkerCall): Generator<void, Answer, number> {
  switch (call.kind) {
    case 'schema': {
      const { context } = contextOf(call.model);
      return { schema: context.schema(), modules: context.modules };
    }
    case 'rows':
      if (call.first) printers.set(call.target, new RowPrinter(contextOf(call.model).root));
      printers.get(call.target)?.add(call.rows);
      return undefined;
    case 'load': {
      const violations = yield* load(id, call.target, call.model);
      tidyUp(call.target);
      return { violations };
    }
    case 'edits':
      if (call.first) pendingEdits.set(call.target, []);
      pendingEdits.get(call.target)?.push(call.bytes);
      return undefined;
    case 'stage': {
      if (call.keep) yield* goOn(id, treeOf(call.target).beginKeep());
      const edits = joined([...(taken(pendingEdits, call.target) ?? []), call.bytes]);
      if (edits.length > largeBytes) large.add(call.target);
      const stage = treeOf(call.target).beginStage(edits, cut);
      let lastChunk: Uint8Array<ArrayBuffer> | undefined;
      const { violations } = yield* goOn(id, stage, (chunk) => {
        if (lastChunk !== undefined) post({ id, kind: 'changes', chunk: lastChunk }, [lastChunk.buffer]);
        lastChunk = chunk;
      });
      return { violations, lastChunk };
    }
    case 'keep':
      yield* goOn(id, treeOf(call.target).beginKeep());
      tidyUp(call.target);
      return undefined;
    case 'undo':
      yield* goOn(id, treeOf(call.target).beginUndo());
      tidyUp(call.target);
      return undefined;
    case 'drop':
      trees.get(call.target)?.destroy();
      trees.delete(call.target);
      return undefined;
  }
}

/** What a large load or stage leaves on the heap of this thread is given back. */
function tidyUp(target: string): void {
  if (large.delete(target)) collectGarbage();
}

/** Goes through the steps, and tells from time to time how far it is. */
function* goOn<T>(
  id: number,
  sliced: Sliced<T>,
  onChanges?: (chunk: Uint8Array<ArrayBuffer>) => void,
): Generator<void, T, number> {
  let toldMs = performance.now();
  let budget: number | undefined;
  while (!sliced.step(budget, onChanges)) {
    const nowMs = performance.now();
    if (nowMs - toldMs > progressMs) {
      toldMs = nowMs;
      post({ id, kind: 'progress', progress: sliced.progress });
    }
    budget = yield;
  }
  return sliced.result();
}

function* load(id: number, target: string, model: string) {
  const printer = taken(printers, target);
  // Never an empty tree in the place of one whose rows went astray.
  if (printer === undefined) throw new Error(`no rows of target ${target} were sent`);
  const json = printer.finish();
  yield;
  trees.get(target)?.destroy();
  trees.delete(target);
  const { context } = contextOf(model);
  const tree = context.createTree();
  if (json.length > largeBytes) large.add(target);
  const violations = yield* goOn(id, tree.beginLoad(json, cut));
  if (violations.length === 0) trees.set(target, tree);
  else tree.destroy();
  return violations;
}

function taken<T>(pending: Map<string, T>, target: string): T | undefined {
  const parts = pending.get(target);
  pending.delete(target);
  return parts;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function contextOf(id: string): { context: Context; root: SchemaNode } {
  const known = contexts.get(id);
  if (known !== undefined) return known;
  const model = models.find((source) => source.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  const context = libyang.createContext({ sources: model.sources, implement: model.modules });
  const made = { context, root: linkSchema(context.schema()) };
  contexts.set(id, made);
  return made;
}

function treeOf(target: string): DataTree {
  const tree = trees.get(target);
  if (tree === undefined) throw new Error(`no tree of target ${target}`);
  return tree;
}
