// Unpacks the changes of a staged set.
import type { LeafChange, OrderChange, PathElem } from './api.ts';
import { readPathElem } from './edits.ts';
import { PackedReader } from './packed.ts';

const rowKinds = ['leaf', 'leaf-list', 'presence', 'any'] as const;
const orderKind = 4;

/**
 * The changes in a buffer that a stage returned. Where a path begins with the same elements as the one before, these are the
 * same objects: what was found out about them holds again.
 */
export function decodeChanges(buffer: Uint8Array): (LeafChange | OrderChange)[] {
  if (buffer.length === 0) return [];
  const input = new PackedReader(buffer);
  const paths = new PathReader(input);
  return Array.from({ length: input.u32() }, () => readChange(input, paths));
}

function readChange(input: PackedReader, paths: PathReader): LeafChange | OrderChange {
  const kind = input.u8();
  const path = paths.next();
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

/** Reads paths, most of which have nearly all of their elements in common with the one before. */
class PathReader {
  readonly #input: PackedReader;
  #elems: readonly PathElem[] = [];
  /** Where in the buffer each of the elements begins and ends. */
  #places: readonly { from: number; to: number }[] = [];

  constructor(input: PackedReader) {
    this.#input = input;
  }

  next(): PathElem[] {
    const input = this.#input;
    const elems: PathElem[] = [];
    const places: { from: number; to: number }[] = [];
    let isShared = true;
    for (let left = input.u32(); left > 0; left--) {
      const from = input.at;
      const former = this.#places[elems.length];
      const elem = this.#elems[elems.length];
      isShared = isShared && former !== undefined && input.equal(former.from, former.to, from);
      if (isShared && former !== undefined && elem !== undefined) {
        input.at += former.to - former.from;
        elems.push(elem);
      } else elems.push(readPathElem(input));
      places.push({ from, to: input.at });
    }
    this.#elems = elems;
    this.#places = places;
    return elems;
  }
}
