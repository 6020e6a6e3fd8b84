// Unpacks the changes of a staged set.
import type { LeafChange, OrderChange } from './api.ts';
import { readPath } from './edits.ts';
import { PackedReader } from './packed.ts';

const rowKinds = ['leaf', 'leaf-list', 'presence', 'any'] as const;
const orderKind = 4;

/** The changes in a buffer that a stage returned. */
export function decodeChanges(buffer: Uint8Array): (LeafChange | OrderChange)[] {
  if (buffer.length === 0) return [];
  const input = new PackedReader(buffer);
  return Array.from({ length: input.u32() }, () => readChange(input));
}

function readChange(input: PackedReader): LeafChange | OrderChange {
  const kind = input.u8();
  const path = readPath(input);
  if (kind === orderKind) {
    const readEntry = () => Array.from({ length: input.u32() }, () => input.text());
    return { path, kind: 'order', entries: Array.from({ length: input.u32() }, readEntry) };
  }
  const change: LeafChange = { path, kind: rowKinds[kind] ?? 'leaf' };
  const sides = input.u8();
  if (sides & 1) change.before = input.text();
  if (sides & 2) change.after = input.text();
  return change;
}
