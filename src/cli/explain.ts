// `edgeconf explain`: why the leaves of a document are as they are.

import { plainMessage } from '../proto/load.ts';
import type * as proto from '../proto/southbound.ts';
import { documentLine } from './document-text.ts';
import type { AskingDocuments } from './southbound-commands.ts';

/** @returns true: whatever it is, it is an answer. */
export async function explainDocument(
  { southbound, json, print }: AskingDocuments,
  request: proto.ExplainRequest,
): Promise<boolean> {
  const response = await southbound.explain(request);
  const { document, leaves = [], reasons = [], partial } = response;
  if (json) {
    print(JSON.stringify(plainMessage(response), null, 2));
    return true;
  }
  print(documentLine(document ?? {}));
  print(`made from ${document?.source} of target ${document?.target}`);
  let last = 0;
  for (const { path, value, reason = 0 } of leaves) {
    print(`${path || '/'} = ${value}`);
    // Leaves of one rule that follow each other are explained once.
    if (reason !== last) for (const line of lines(reasons, reason)) print(`  ${line}`);
    last = reason;
  }
  if (partial) print('you may not read all that it is made from; leaves may be left out');
  return true;
}

function* lines(reasons: readonly proto.Reason[], index: number): Iterable<string> {
  const reason = reasons[index - 1];
  if (reason === undefined) return;
  if (reason.rule) yield reason.rule;
  for (const read of reason.intent ?? []) yield `  ${readText(read)}`;
  // What was read for the document as a whole is the same for all leaves.
  const around = reasons[(reason.within ?? 0) - 1];
  if (around?.rule) for (const line of lines(reasons, reason.within ?? 0)) yield `in: ${line}`;
}

function readText({ path, value, is_default: isDefault, kind }: proto.IntentRead): string {
  if (kind === 'entries') return `${path}: which entries there are`;
  if (kind === 'subtree') return `${path}: whether there is anything`;
  return value ? `${path} = ${value}${isDefault ? ' (default)' : ''}` : `${path} has no value`;
}
