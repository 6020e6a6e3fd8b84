// The thread in which large values become edits; see large-values.ts.

import { parentPort } from 'node:worker_threads';
import { encodeJson } from 'libyang-wasm';
import { EdgeconfError } from '../../errors.ts';
import type { Model } from '../../schema/model.ts';
import { concretePath } from '../../schema/path.ts';
import { encodeKey } from '../../schema/row-key.ts';
import { linkSchema } from '../../schema/schema-node.ts';
import type { LargeValueJob, LargeValueReply } from './large-values.ts';
import { writeEdits } from './set-edits.ts';

const models = new Map<string, Model>();

parentPort?.on('message', (job: LargeValueJob) => {
  const reply = answer(job);
  const buffers = 'edits' in reply ? reply.edits.map(({ json }) => json.buffer as ArrayBuffer) : [];
  parentPort?.postMessage(reply, buffers);
});

function answer({ op, model, schema, request, update, options }: LargeValueJob): LargeValueReply {
  try {
    const known = models.get(model.id) ?? { ...model, root: linkSchema(schema ?? []) };
    models.set(model.id, known);
    const edits = writeEdits(op, known, request, update, options);
    return {
      edits: edits.map((edit) => {
        const path = edit.op === 'delete' ? concretePath(edit.query) : edit.path;
        if (path === undefined) throw new Error('a write deletes only what its value names');
        return {
          op: edit.op,
          key: encodeKey(path),
          json: edit.op === 'delete' ? new Uint8Array() : encodeJson(edit.json),
        };
      }),
    };
  } catch (thrown) {
    const { code, message, violations } = EdgeconfError.from(thrown);
    return { fault: { code, message, violations } };
  }
}
