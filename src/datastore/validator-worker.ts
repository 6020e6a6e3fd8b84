// A worker thread with one libyang instance: it holds the trees of its targets and applies edits to them.

import { parentPort, workerData } from 'node:worker_threads';
import { type Context, type DataTree, LibyangError, loadLibyang } from 'libyang-wasm';
import { linkSchema, type SchemaNode } from '../schema/schema-node.ts';
import { type FlatRows, rowsToJson } from './rows-to-json.ts';
import type { WorkerAnswers, WorkerCall, WorkerInput, WorkerReply } from './validator-protocol.ts';

const { models } = workerData as WorkerInput;
const libyang = await loadLibyang();
const contexts = new Map<string, { context: Context; root: SchemaNode }>();
const trees = new Map<string, DataTree>();
const pendingRows = new Map<string, FlatRows[]>();

parentPort?.on('message', (call: WorkerCall) => {
  const { reply, transfer } = replyTo(call);
  parentPort?.postMessage(reply, transfer);
});

function replyTo(call: WorkerCall): { reply: WorkerReply; transfer: ArrayBuffer[] } {
  try {
    const answer = answerTo(call);
    const packed = answer !== undefined && 'changes' in answer ? answer.changes : undefined;
    // Only a buffer of its own may be transferred: a view of the instance's memory would take that away.
    const own = packed?.byteLength === packed?.buffer.byteLength && packed?.buffer instanceof ArrayBuffer;
    return { reply: { kind: 'answer', answer }, transfer: own && packed ? [packed.buffer as ArrayBuffer] : [] };
  } catch (error) {
    if (error instanceof LibyangError) {
      const details = error.items.map((item) => [item.path, item.message].filter(Boolean).join(': '));
      return { reply: { kind: 'refused', message: [error.message, ...details].join('; ') }, transfer: [] };
    }
    // A trap, or a fault that leaves the trees in an unknown state: the main thread replaces this worker.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { reply: { kind: 'trap', message }, transfer: [] };
  }
}

function answerTo(call: WorkerCall): WorkerAnswers[WorkerCall['kind']] {
  switch (call.kind) {
    case 'schema': {
      const { context } = contextOf(call.model);
      return { schema: context.schema(), modules: context.modules };
    }
    case 'rows':
      if (call.first) pendingRows.set(call.target, []);
      pendingRows.get(call.target)?.push(call.rows);
      return undefined;
    case 'load':
      return { violations: load(call.target, call.model) };
    case 'stage': {
      const result = treeOf(call.target).stage(call.edits);
      return { violations: result.violations, changes: result.changes };
    }
    case 'keep':
      treeOf(call.target).keep();
      return undefined;
    case 'undo':
      treeOf(call.target).undo();
      return undefined;
    case 'drop':
      trees.get(call.target)?.destroy();
      trees.delete(call.target);
      return undefined;
  }
}

function load(target: string, model: string) {
  const rows = (pendingRows.get(target) ?? []).flat();
  pendingRows.delete(target);
  trees.get(target)?.destroy();
  trees.delete(target);
  const { context, root } = contextOf(model);
  const tree = context.createTree();
  const violations = tree.load(rowsToJson(root, rows));
  if (violations.length === 0) trees.set(target, tree);
  else tree.destroy();
  return violations;
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
