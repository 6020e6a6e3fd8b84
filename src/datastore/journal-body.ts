// The body of a journal entry: what a transaction changed, in chunks of packed changes, and their digest.

import { createHash } from 'node:crypto';
import { fromBinary, toBinary } from '../schema/row-key.ts';
import type { Slices } from '../slices.ts';
import { ByteReader, ByteWriter, sharedLength } from './packed-bytes.ts';
import type { Change } from './row.ts';

/** What one transaction changed in one target. */
export interface TargetChanges {
  readonly target: string;
  /** The model that the keys are paths of. */
  readonly model: string;
  readonly changes: readonly Change[];
}

/** A body with what its entry's header says of it. */
export interface Body {
  /** At most `changesPerChunk` changes each, so that no single value grows without bound. */
  readonly chunks: readonly Buffer[];
  /** SHA-256, lower-case hexadecimal. */
  readonly digest: string;
}

const changesPerChunk = 4096;
/** First byte of a chunk, which tells it from the JSON text of format 1. */
const packedMark = 0x02;
const hasBefore = 1;
const hasAfter = 2;

/** Packs changes. O(changes). */
export function packBody(commits: readonly TargetChanges[]): Body {
  const chunks = [...chunksOf(commits)];
  return { chunks, digest: digestOf(chunks, 2) };
}

/** The same in slices, for bodies of any size. */
export async function packBodyInSlices(commits: readonly TargetChanges[], slices: Slices): Promise<Body> {
  const chunks: Buffer[] = [];
  const hash = createHash('sha256');
  for (const chunk of chunksOf(commits)) {
    chunks.push(chunk);
    hash.update(sizeOf(chunk)).update(chunk);
    await slices.next();
  }
  return { chunks, digest: hash.digest('hex') };
}

/**
 * The digest of a stored body.
 * @param format of the entry: in format 1 chunks are JSON texts with line breaks between them.
 */
export function digestOf(chunks: readonly Buffer[], format: number): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    if (format === 1) hash.update(chunk).update('\n');
    else hash.update(sizeOf(chunk)).update(chunk);
  }
  return hash.digest('hex');
}

/** Reads a body of either format. @throws any error when it is none. */
export function unpackBody(chunks: readonly Buffer[]): TargetChanges[] {
  const commits: { target: string; model: string; changes: Change[] }[] = [];
  for (const chunk of chunks) {
    const { target, model, changes } = chunk[0] === packedMark ? unpack(chunk) : parse(chunk);
    const last = commits.at(-1);
    if (last !== undefined && last.target === target) for (const change of changes) last.changes.push(change);
    else commits.push({ target, model, changes });
  }
  return commits;
}

/** The targets of a body of either format, each once; changes are not read. */
export function targetsOf(chunks: readonly Buffer[]): string[] {
  const names = chunks.map((chunk) =>
    chunk[0] === packedMark ? fromBinary(new ByteReader(chunk, 1).sizedBinary()) : parse(chunk).target,
  );
  return [...new Set(names)];
}

/** Chunk: mark, target, model, number of changes. Change: shared and further bytes of its key, which sides there are, the sides. */
function* chunksOf(commits: readonly TargetChanges[]): IterableIterator<Buffer> {
  for (const { target, model, changes } of commits) {
    for (let from = 0; from < changes.length; from += changesPerChunk) {
      const to = Math.min(changes.length, from + changesPerChunk);
      const writer = new ByteWriter();
      writer.byte(packedMark);
      writer.sizedBinary(toBinary(target));
      writer.sizedBinary(toBinary(model));
      writer.varint(to - from);
      let last = '';
      for (let i = from; i < to; i++) {
        const { key, before, after } = changes[i] as Change;
        const shared = sharedLength(last, key);
        writer.varint(shared);
        writer.sizedBinary(key.slice(shared));
        writer.byte((before === undefined ? 0 : hasBefore) | (after === undefined ? 0 : hasAfter));
        if (before !== undefined) writer.sizedBinary(toBinary(before));
        if (after !== undefined) writer.sizedBinary(toBinary(after));
        last = key;
      }
      yield writer.take();
    }
  }
}

function unpack(chunk: Buffer): { target: string; model: string; changes: Change[] } {
  const reader = new ByteReader(chunk, 1);
  const target = fromBinary(reader.sizedBinary());
  const model = fromBinary(reader.sizedBinary());
  const changes: Change[] = [];
  let key = '';
  for (let left = reader.varint(); left > 0; left--) {
    const shared = reader.varint();
    key = key.slice(0, shared) + reader.sizedBinary();
    const sides = reader.byte();
    const before = sides & hasBefore ? fromBinary(reader.sizedBinary()) : undefined;
    const after = sides & hasAfter ? fromBinary(reader.sizedBinary()) : undefined;
    changes.push({ key, before, after });
  }
  return { target, model, changes };
}

function parse(chunk: Buffer): { target: string; model: string; changes: Change[] } {
  const json = JSON.parse(chunk.toString('utf8'));
  const changes = (json.changes as [string, string | null, string | null][]).map(([key, before, after]) => ({
    key,
    before: before ?? undefined,
    after: after ?? undefined,
  }));
  return { target: String(json.target), model: String(json.model), changes };
}

function sizeOf(chunk: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(chunk.length);
  return size;
}
