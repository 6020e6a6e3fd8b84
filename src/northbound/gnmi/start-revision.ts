// Our registered extension of a SubscribeRequest: the revision from which a STREAM goes on, so that a reconnect has no gap.

import protobuf from 'protobufjs/minimal.js';
import { EdgeconfError } from '../../errors.ts';
import type { Extension } from '../../proto/gnmi.ts';
import { registered } from './extensions.ts';

/**
 * Its number. Those that are registered are small, and 999 is shared by all experiments, so a number of our own is the only
 * one that no other message comes under. docs/gnmi-extensions.md describes it for clients.
 */
export const START_REVISION = 9339;

/** The extension as a client sends it; its message is `{uint64 from_revision = 1}`. */
export function startRevision(revision: number): Extension {
  return { registered_ext: { id: START_REVISION, msg: protobuf.Writer.create().uint32(8).uint64(revision).finish() } };
}

/** @throws EdgeconfError INVALID_ARGUMENT when the message cannot be read or names no revision. */
export function startRevisionOf(extensions: readonly Extension[] | undefined): number | undefined {
  const msg = registered(extensions, START_REVISION);
  if (msg === undefined) return undefined;
  const revision = read(msg);
  if (revision !== undefined && Number.isSafeInteger(revision) && revision > 0) return revision;
  throw new EdgeconfError(
    'INVALID_ARGUMENT',
    `registered extension ${START_REVISION} must be a message {uint64 from_revision = 1} with a revision from 1 on`,
  );
}

function read(msg: Uint8Array): number | undefined {
  try {
    let revision: number | undefined;
    const reader = protobuf.Reader.create(msg);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === 8) revision = Number(reader.uint64().toString());
      else reader.skipType(tag & 7);
    }
    return revision;
  } catch {
    return undefined;
  }
}
